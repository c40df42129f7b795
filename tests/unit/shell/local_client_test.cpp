#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <vector>

#include "base/bytes.hpp"
#include "shell/local/server.hpp"
#include "shell/net/link.hpp"
#include "shell/os/fd.hpp"
#include "tests/unit/shell/temp_home.hpp"

namespace troth::shell {
namespace {

// Answers every line of a client with `lines` lines to all that followed, as the feed does.
struct Follow final : LocalHandler {
  explicit Follow(Loop& its_loop) : loop(its_loop) {}
  void on_line(const std::shared_ptr<LocalClient>& client, std::string_view) override {
    followers.push_back(client);
    sending = true;
    for (std::size_t i = 0; i < lines; ++i) {
      for (const auto& follower : followers) follower->send_line(std::string(64 * 1024, 'x'));
    }
    sending = false;
    left = client->waiting();
  }
  void on_gone(LocalClient& client) override {
    EXPECT_FALSE(sending) << "told in the middle of sending: whoever iterates would fall over it";
    std::erase_if(followers, [&](const auto& one) { return one.get() == &client; });
    ++gone;
    loop.stop();
  }
  void on_read(LocalClient&) override {
    ++read;
    loop.stop();
  }

  Loop& loop;
  std::size_t lines = 1;
  std::vector<std::shared_ptr<LocalClient>> followers;
  bool sending = false;
  std::size_t left = 0;
  int gone = 0;
  int read = 0;
};

Fd connected(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

struct Local : testing::Test {
  TempHome home;
  std::string path = home.path() + "/s/one.sock";
  Loop loop;
  Follow handler{loop};
};

TEST_F(Local, WhoDoesNotReadIsClosedAfterTheSendingIsOver) {
  auto server = LocalServer::open(loop.io(), path, handler);
  ASSERT_TRUE(server);
  handler.lines = 1024;  // 64 MiB
  const Fd client = connected(path);
  ASSERT_TRUE(write_all(client.get(), as_bytes("{}\n")));
  loop.run();
  EXPECT_EQ(handler.gone, 1);
  EXPECT_TRUE(handler.followers.empty());
  EXPECT_GE(handler.left, 32u * 1024 * 1024);  // nobody thinks there is room
}

TEST_F(Local, TellsWhenAllWasRead) {
  auto server = LocalServer::open(loop.io(), path, handler);
  ASSERT_TRUE(server);
  const Fd client = connected(path);
  ASSERT_TRUE(write_all(client.get(), as_bytes("{}\n")));
  loop.run();
  EXPECT_EQ(handler.read, 1);
  EXPECT_EQ(handler.gone, 0);
}

}  // namespace
}  // namespace troth::shell
