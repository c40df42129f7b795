// Who asks without end and does not read, and a log that is longer than one answer.
#include "tests/unit/session/fake_host.hpp"

namespace troth::session::test {
namespace {

using channel::StreamClass;

// A peer that says what it likes, and a session.
struct Flood {
  Flood() {
    channel::test::World world;
    auto channels = channel::test::make_channels(world);
    peer.emplace(std::move(channels.a));
    DeviceId id;
    id.bytes[0] = 1;
    session.emplace(std::move(channels.b), id, Mode::full, false, host);
    Hello hello;
    hello.heads = host.log().heads();
    say(MessageType::hello, hello);
  }
  template <class T>
  void say(MessageType type, const T& message) {
    (void)peer->queue(StreamClass::control, pack(type, message));
    Bytes frame(limits::kChannelFrame);
    while (const auto size = peer->pull(frame, now.mono)) {
      const auto taken = session->receive(ByteView(frame).first(size), now);
      if (!taken) error = taken.error().code;
      if (error) return;
    }
  }
  // What it has to say. Credit for it comes back only where the peer takes its messages.
  std::size_t listen(bool take) {
    std::size_t bytes = 0;
    Bytes frame(limits::kChannelFrame);
    for (bool more = true; more;) {
      more = false;
      while (const auto size = session->pull(frame, now)) {
        EXPECT_TRUE(peer->receive(ByteView(frame).first(size), now.mono));
        bytes += size;
        more = take;
      }
      while (take) {
        const auto message = peer->next_message();
        if (!message) break;
        const auto type = static_cast<MessageType>(message->bytes[0]);
        heard[type] += 1;
        if (type == MessageType::entries &&
            wire::decode<Entries>(ByteView(message->bytes).subspan(1))->last)
          ++answers;
      }
      while (const auto size = take ? peer->pull(frame, now.mono) : 0) {
        EXPECT_TRUE(session->receive(ByteView(frame).first(size), now));
        more = true;
      }
    }
    return bytes;
  }

  Now now{WallMs{1000}, MonoMs{1000}};
  FakeHost host{2};
  std::optional<channel::Channel> peer;
  std::optional<Session> session;
  std::optional<Errc> error;
  std::map<MessageType, int> heard;
  int answers = 0;
};

TEST(SessionFlood, OneAnswerAtATimeHoweverOftenItIsAskedFor) {
  Flood flood;
  for (int i = 0; i < 80; ++i) flood.host.write_long_entry(60'000);  // 4.6 MiB
  for (int i = 0; i < 3000 && !flood.error; ++i) {
    flood.say(MessageType::want_entries, WantEntries{});
    flood.listen(false);
    EXPECT_LE(flood.session->control_bytes(), 1024u * 64);
  }
  EXPECT_FALSE(flood.error);
  flood.listen(true);
  EXPECT_EQ(flood.answers, 1);
  // Once it has the answer, it may ask again.
  flood.say(MessageType::want_entries, WantEntries{});
  flood.listen(true);
  EXPECT_EQ(flood.answers, 2);
}

// Every chunk that it may not have is refused in a message of its own.
TEST(SessionFlood, WhoDoesNotReadWhatItAskedForLosesTheConnection) {
  Flood flood;
  flood.host.send_allowed = false;
  WantChunks wants;
  for (std::size_t i = 0; i < limits::kChunksPerWant; ++i) {
    ChunkRef ref{flood.host.category(), {}, {}};
    ref.chunk.bytes[0] = static_cast<std::uint8_t>(i);
    ref.chunk.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    wants.chunks.push_back(ref);
  }
  std::size_t most = 0;
  for (int i = 0; i < 3000 && !flood.error; ++i) {
    flood.say(MessageType::want_chunks, wants);
    flood.listen(false);
    most = std::max(most, flood.session->control_bytes());
  }
  EXPECT_EQ(flood.error, Errc::limit);
  EXPECT_GT(most, limits::kControlQueue / 2) << "an honest peer may be slow";
  EXPECT_LE(most, limits::kControlQueue + limits::kMessageBytes);
}

TEST(SessionFlood, AskingForWhatIsMissingIsSaidOnce) {
  Flood flood;
  flood.listen(true);
  flood.heard.clear();
  for (int i = 0; i < 100; ++i) flood.session->ask_again(flood.host.category());
  flood.listen(true);
  EXPECT_EQ(flood.heard[MessageType::resync], 1);
}

TEST(SessionFlood, ALogThatIsLongerThanOneAnswerIsCaughtUp) {
  channel::test::World world;
  auto channels = channel::test::make_channels(world);
  FakeHost host_a{1}, host_b{2};
  const auto long_entry = limits::kEntryBytes - 1024;
  for (std::size_t size = 0; size < limits::kOfferBytes + limits::kAnswerBytes; size += long_entry)
    host_a.write_long_entry(long_entry);
  Session a(std::move(channels.a), {}, Mode::full, true, host_a);
  Session b(std::move(channels.b), {}, Mode::full, false, host_b);
  Now now{WallMs{1000}, MonoMs{1000}};
  Bytes frame(limits::kChannelFrame);
  const auto move = [&](Session& from, Session& to, FakeHost& host) {
    const auto size = from.pull(frame, now);
    if (size == 0) return false;
    EXPECT_TRUE(to.receive(ByteView(frame).first(size), now));
    if (std::exchange(host.log_grew, false)) to.refresh(now);
    return true;
  };
  bool more = true;
  while (more) {
    more = move(a, b, host_b);
    more = move(b, a, host_a) || more;
  }
  EXPECT_EQ(host_b.log().size(), host_a.log().size());
  EXPECT_TRUE(a.level() && b.level()) << "at once, without waiting for a timer";
}

}  // namespace
}  // namespace troth::session::test
