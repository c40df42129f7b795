// The local socket: how many clients at once, and what happens when descriptors run out.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <ctime>

#include "shell/local/server.hpp"
#include "shell/os/fd.hpp"
#include "tests/unit/shell/temp_home.hpp"

namespace troth::shell {
namespace {

class LocalServerTest : public ::testing::Test, public LocalHandler {
 protected:
  void SetUp() override {
    auto opened = LocalServer::open(io, path, *this);
    ASSERT_TRUE(opened);
    server = std::move(*opened);
  }
  void on_line(const std::shared_ptr<LocalClient>& client, std::string_view) override {
    client->send_line("here");
  }
  void on_gone(LocalClient&) override { ++gone; }

  void run(int ms = 100) {
    io.restart();
    io.run_for(std::chrono::milliseconds(ms));
  }
  Fd connect() const {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path.c_str(), sizeof at.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) return Fd();
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
  }
  // What it hears to a line: "here", "" when it was closed.
  std::string ask(const Fd& fd) {
    (void)::send(fd.get(), "{}\n", 3, MSG_NOSIGNAL);
    run();
    char text[16] = {};
    const auto got = ::recv(fd.get(), text, sizeof text, 0);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got) - 1) : "";
  }

  TempHome dir;
  std::string path = dir.path() + "/run/sock";
  asio::io_context io;
  std::unique_ptr<LocalServer> server;
  int gone = 0;
};

TEST_F(LocalServerTest, SoManyClientsAtOnceAndNoMore) {
  std::vector<Fd> clients;
  for (std::size_t i = 0; i < LocalServer::kClientsMax; ++i) {
    clients.push_back(connect());
    run(1);
  }
  EXPECT_EQ(ask(clients.back()), "here");
  Fd more = connect();
  run();
  EXPECT_EQ(ask(more), "");
  clients.erase(clients.begin());
  run();
  EXPECT_EQ(gone, 1);
  more = connect();
  run();
  EXPECT_EQ(ask(more), "here");
}

TEST_F(LocalServerTest, WithoutDescriptorsItWaitsAndDoesNotSpin) {
  run(1);  // a sanitizer takes descriptors of its own where something is called for the first time
  const Fd client = connect();
  const Fd last(::dup(client.get()));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{static_cast<rlim_t>(last.get()), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto begin = std::clock();
  run(600);
  const auto spent = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_LT(spent, 0.2);
  EXPECT_EQ(ask(client), "here");
}

}  // namespace
}  // namespace troth::shell
