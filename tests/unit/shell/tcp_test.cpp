// Real sockets of loopback: what is dialled, and how slow a peer may be.
#include "shell/net/tcp.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "shell/os/fd.hpp"

namespace troth::shell {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

std::size_t threads() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

template <class Condition>
bool until(asio::io_context& io, Condition condition, std::chrono::milliseconds limit = 10s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    io.restart();
    io.run_for(5ms);
  }
  return true;
}

TEST(TcpConnect, ANumberNeedsNoLookUp) {
  asio::io_context io;
  std::unique_ptr<TcpSocket> accepted, dialled;
  for (const char* host : {"127.0.0.1", "::1"}) {
    auto listener = TcpListener::open(
        io, {host, 0}, [&](std::unique_ptr<TcpSocket> socket) { accepted = std::move(socket); });
    if (!listener) continue;  // a machine without IPv6
    const auto before = threads();
    std::optional<bool> ok;
    tcp_connect(io, (*listener)->local(), 5s, [&](Result<std::unique_ptr<TcpSocket>> result) {
      ok = result.has_value();
      if (result) dialled = std::move(*result);
    });
    ASSERT_TRUE(until(io, [&] { return ok.has_value(); }));
    EXPECT_TRUE(*ok) << host;
    // One thread looks up all names of a process, one after another: this one never waits for it.
    EXPECT_EQ(threads(), before) << host;
  }
  std::optional<bool> named;
  tcp_connect(io, {"localhost", 1}, 5s,
              [&](Result<std::unique_ptr<TcpSocket>> result) { named = result.has_value(); });
  EXPECT_TRUE(until(io, [&] { return named.has_value(); }));
}

// Sends without end.
struct Source : LinkSink {
  std::size_t on_bytes(TcpLink&, ByteView bytes) override { return bytes.size(); }
  std::optional<std::size_t> next_bytes(TcpLink&, MutableBytes out) override { return out.size(); }
  void on_closed(TcpLink&) override { closed = true; }
  bool closed = false;
};

// A pair of local sockets in place of TCP ones, because their small buffers stay small.
class TcpWrites : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    reader = Fd(ends[1]);
    const int small = 8192;
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    tcp::socket socket(io);
    socket.assign(tcp::v4(), ends[0]);
    link = std::make_shared<TcpLink>(std::make_unique<TcpSocket>(std::move(socket)), source, 400ms);
    link->start();
  }
  void TearDown() override { link->close(); }

  asio::io_context io;
  Source source;
  Fd reader;
  std::shared_ptr<TcpLink> link;
};

TEST_F(TcpWrites, WhoReadsSlowlyIsNotCut) {
  // Once the link's buffer has grown, one round of it takes longer than a peer may stand still.
  Bytes bytes(4096);
  ssize_t got = 0;
  for (int i = 0; i < 80 && !source.closed; ++i) {
    (void)until(
        io, [] { return false; }, 25ms);
    got += ::read(reader.get(), bytes.data(), bytes.size());
  }
  EXPECT_FALSE(source.closed) << got;
  EXPECT_TRUE(link->open());
}

// Taking a little again and again keeps no place: what is being closed has one deadline.
TEST_F(TcpWrites, WhoReadsSlowlyIsCutWhenTheLinkIsBeingClosed) {
  Bytes bytes(4096);
  const auto read_for = [&](int rounds) {
    for (int i = 0; i < rounds && !source.closed; ++i) {
      (void)until(
          io, [] { return false; }, 25ms);
      (void)!::read(reader.get(), bytes.data(), bytes.size());
    }
  };
  read_for(20);
  ASSERT_FALSE(source.closed);
  link->close_when_sent();
  read_for(8);
  EXPECT_FALSE(source.closed);  // it has some time for what it was told last
  link->close_when_sent();      // and no more of it for being told so twice
  read_for(24);
  EXPECT_TRUE(source.closed);
}

TEST_F(TcpWrites, WhoReadsNothingIsCut) {
  EXPECT_TRUE(until(
      io, [&] { return source.closed; }, 5s));
}

}  // namespace
}  // namespace troth::shell
