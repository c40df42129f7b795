// Forward secrecy and wiping, tested against what an attacker could do, with a control that shows
// that the attack would work if it had what it must not have.
#include <gtest/gtest.h>

#include <fstream>

#include "channel/messages.hpp"
#include "channel/noise.hpp"
#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

// Everything that crossed the wire, and one frame of data from the initiator.
struct Recording {
  Bytes first;
  Bytes second;
  Bytes data;
};

Recording record_session(World& world) {
  Recording out;
  auto pair = make_pair(world, world.initiator(), world.responder());
  answer_all(pair.initiator, world.alice);
  out.first = pull_all(pair.initiator);
  (void)feed(pair.responder, out.first, world.bob);
  EXPECT_TRUE(pair.responder.admit(world.bob.rng));
  out.second = pull_all(pair.responder);
  (void)feed(pair.initiator, out.second, world.alice);
  auto a = std::move(pair.initiator).take({});
  EXPECT_TRUE(a->channel.queue(StreamClass::normal, to_bytes("secret of the day")));
  out.data = pull_frame(a->channel);
  return out;
}

// An attacker with the recording, both static keys and the psk. ee is the one value it must guess;
// se too when it is given. Opens the data frame if it can.
class Thief {
 public:
  Thief(World& world, const Recording& recording) : world_(world), recording_(recording) {
    const auto first = wire::decode<FirstMessage>(ByteView(recording.first).subspan(8));
    const auto second = wire::decode<SecondMessage>(ByteView(recording.second).subspan(8));
    offer_ = first->offer;
    noise1_ = first->noise;
    noise2_ = *second->noise;
    initiator_e_ = *crypto::P256Public::parse(ByteView(noise1_).first(crypto::kP256Point));
    responder_e_ = *crypto::P256Public::parse(ByteView(noise2_).first(crypto::kP256Point));
  }

  // All that the leaked keys and the public points give.
  [[nodiscard]] std::vector<Secret32> derivable() const {
    std::vector<Secret32> out;
    const crypto::P256Public points[] = {initiator_e_, responder_e_, world_.alice.key.public_key(),
                                         world_.bob.key.public_key()};
    for (const auto& point : points) {
      out.push_back(world_.alice.key.agree(point));
      out.push_back(world_.bob.key.agree(point));
      out.push_back(Secret32(point.view().subspan(1, 32)));
    }
    out.push_back(world_.psk.clone());
    out.push_back(Secret32(Bytes(32, 0)));
    return out;
  }

  // Runs the whole schedule with this ee and gives the transport keys, if message 2 opens with it.
  [[nodiscard]] std::optional<CipherPair> keys_with(const Secret32& ee) const {
    SymmetricState state(crypto::Aead::aes256gcm,
                         as_bytes(noise_name(kIKpsk1, "P256", crypto::Aead::aes256gcm)));
    const auto& bob = world_.bob.key;
    state.mix_hash(prologue(world_.circle, offer_));
    state.mix_hash(bob.public_key().view());
    state.mix_hash(initiator_e_.view());
    state.mix_key(initiator_e_.view());
    state.mix_key(bob.agree(initiator_e_).expose());  // es
    const auto sealed_static =
        ByteView(noise1_).subspan(crypto::kP256Point, crypto::kP256Point + 16);
    EXPECT_TRUE(
        state.open_and_hash(sealed_static));  // identity of the initiator: opens, as Noise says
    state.mix_key(bob.agree(world_.alice.key.public_key()).expose());  // ss
    state.mix_key_and_hash(world_.psk.expose());
    EXPECT_TRUE(state.open_and_hash(ByteView(noise1_).last(16)));
    state.mix_hash(responder_e_.view());
    state.mix_key(responder_e_.view());
    state.mix_key(ee.expose());
    state.mix_key(world_.alice.key.agree(responder_e_).expose());  // se
    if (!state.open_and_hash(ByteView(noise2_).subspan(crypto::kP256Point))) return std::nullopt;
    return std::move(state).split();
  }

  [[nodiscard]] bool opens_data(CipherState key) const {
    const auto head = ByteView(recording_.data).first(8);
    Bytes plain(recording_.data.size() - 8 - crypto::kAeadTag);
    return key.open(head, ByteView(recording_.data).subspan(8), plain).has_value();
  }
  [[nodiscard]] const crypto::P256Public& responder_ephemeral() const { return responder_e_; }

 private:
  World& world_;
  const Recording& recording_;
  Bytes offer_, noise1_, noise2_;
  crypto::P256Public initiator_e_, responder_e_;
};

// The initiator's ephemeral, made again from its seed: what must have been wiped.
crypto::P256KeyPair ephemeral_of_alice() {
  Device twin(1);
  std::array<std::uint8_t, 1> grease{};
  twin.rng.fill(grease);
  return crypto::P256KeyPair::generate(twin.rng);
}

TEST(Secrecy, ARecordedSessionStaysShutWhenEveryLongTermKeyLeaks) {
  World world;
  const auto recording = record_session(world);
  const Thief thief(world, recording);
  for (const auto& guess : thief.derivable()) {
    EXPECT_FALSE(thief.keys_with(guess));
  }
  // The control: with an ephemeral key that was kept, the same attack opens everything.
  auto keys = thief.keys_with(ephemeral_of_alice().agree(thief.responder_ephemeral()));
  ASSERT_TRUE(keys);
  EXPECT_TRUE(thief.opens_data(std::move(keys->initiator)));
}

TEST(Secrecy, AKeyAfterRekeyDoesNotOpenWhatCameBefore) {
  World world;
  ChannelLimits limits;
  limits.rekey_frames = 1;  // a new key for every frame
  auto channels = make_channels(world, limits);
  std::vector<Bytes> frames;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("x")));
    frames.push_back(pull_frame(channels.a));
    ASSERT_TRUE(channels.b.receive(frames.back(), {}));
  }
  // What remains in b is the key of frame 3 (counted from 0): no earlier frame opens under it.
  for (const auto& frame : frames) {
    EXPECT_EQ(channels.b.receive(frame, {}).error().code, Errc::auth_failed);
  }
}

// The state of this process, searched for 32 bytes that are never stored in the clear by the test.
class MemorySearch {
 public:
  explicit MemorySearch(ByteView needle) : masked_(needle.size()) {
    for (std::size_t i = 0; i < needle.size(); ++i) {
      masked_[i] = static_cast<std::uint8_t>(needle[i] ^ kMask);
    }
  }
  [[nodiscard]] std::size_t count() const {
    std::ifstream maps("/proc/self/maps");
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::size_t found = 0;
    for (std::string line; std::getline(maps, line);) {
      std::uint64_t begin = 0;
      std::uint64_t end = 0;
      char mode[5] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3) continue;
      if (mode[0] != 'r' || mode[1] != 'w' || end - begin > kMaxRegion) continue;
      found += count_in(memory, begin, end);
    }
    return found;
  }

 private:
  static constexpr std::uint8_t kMask = 0xA5;
  static constexpr std::uint64_t kMaxRegion = 256ULL << 20;  // not a sanitizer's shadow

  [[nodiscard]] bool matches(const std::uint8_t* at) const {
    for (std::size_t i = 0; i < masked_.size(); ++i) {
      if ((at[i] ^ kMask) != masked_[i]) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t count_in(std::ifstream& memory, std::uint64_t begin,
                                     std::uint64_t end) const {
    // One static buffer, masked as it is read, so that the search does not find its own copies.
    static std::array<std::uint8_t, 4096 + 64> page;
    std::size_t found = 0;
    for (std::uint64_t at = begin; at < end; at += 4096) {
      memory.clear();
      memory.seekg(static_cast<std::streamoff>(at));
      memory.read(reinterpret_cast<char*>(page.data()), static_cast<std::streamsize>(page.size()));
      const auto got = static_cast<std::size_t>(memory.gcount());
      const bool own = at + page.size() > reinterpret_cast<std::uint64_t>(page.data()) &&
                       at < reinterpret_cast<std::uint64_t>(page.data() + page.size());
      for (std::size_t i = 0; !own && i < 4096 && i + masked_.size() <= got; ++i) {
        if (matches(page.data() + i)) ++found;
      }
      secret_wipe(page);
    }
    return found;
  }
  Bytes masked_;
};

TEST(Secrecy, AClosedChannelLeavesNoKeyInMemory) {
  TestRng rng(4242);
  Bytes key(32);
  rng.fill(key);
  const MemorySearch search(key);
  std::optional<Channel> planted;
  planted.emplace(CipherState(crypto::Aead::aes256gcm, key),
                  CipherState(crypto::Aead::chacha20poly1305, Bytes(32, 3)), Hash{},
                  ChannelLimits{}, true, MonoMs{});
  secret_wipe(key);
  ASSERT_TRUE(planted->queue(StreamClass::control, to_bytes("x")));
  ASSERT_FALSE(pull_frame(*planted).empty());
  EXPECT_GT(search.count(), 0u);  // the control: a live channel holds it
  Channel moved = std::move(*planted);
  planted.reset();
  EXPECT_GT(search.count(), 0u);
  { const Channel gone = std::move(moved); }
  EXPECT_EQ(search.count(), 0u);
}

TEST(Secrecy, AnOldKeyIsWipedAtRekey) {
  TestRng rng(777);
  Bytes key(32);
  rng.fill(key);
  const MemorySearch search(key);
  CipherState state(crypto::Aead::aes256gcm, key);
  secret_wipe(key);
  Bytes out(1 + crypto::kAeadTag);
  ASSERT_TRUE(state.seal({}, as_bytes("x"), out));
  EXPECT_GT(search.count(), 0u);
  state.rekey();
  EXPECT_EQ(search.count(), 0u);
}

TEST(Secrecy, AnAgreementIsWipedWhenTheHandshakeEnds) {
  World world;
  auto pair = make_pair(world, world.initiator(), world.responder());
  std::optional<MemorySearch> search;
  {
    const auto request = pair.initiator.next_key_request();
    ASSERT_TRUE(request);
    auto agreed = world.alice.agree(*request);
    search.emplace(agreed->expose());
    ASSERT_TRUE(pair.initiator.answer(std::move(agreed), world.alice.rng));
  }
  EXPECT_GT(search->count(), 0u);  // kept for a retry
  ASSERT_TRUE(run(pair, world.alice, world.bob));
  EXPECT_EQ(search->count(), 0u);
}

}  // namespace
}  // namespace troth::channel::test
