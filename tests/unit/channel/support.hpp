// Two sides of a channel over memory, for the tests of this folder: a seeded Rng, software keys
// that answer key requests, and a pump that moves frames in pieces of any size.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "channel/handshake.hpp"
#include "crypto/suites.hpp"

namespace troth::channel::test {

class TestRng : public Rng {
 public:
  explicit TestRng(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

inline Bytes hex(std::string_view text) {
  auto out = from_hex(text);
  EXPECT_TRUE(out.has_value());
  return out.value_or(Bytes{});
}

// A device: a static key and what it was asked to do with it.
struct Device {
  explicit Device(std::uint64_t seed) : rng(seed), key(crypto::P256KeyPair::generate(rng)) {}
  Result<Secret32> agree(const KeyRequest& request) {
    ++key_operations;
    EXPECT_EQ(request.op, KeyOp::agree);
    auto point = crypto::P256Public::parse(request.input);
    if (!point) return fail(point.error());
    return key.agree(*point);
  }
  TestRng rng;
  crypto::P256KeyPair key;
  int key_operations = 0;
};

// A circle of two devices and its psks.
struct World {
  World() {
    TestRng rng(99);
    rng.fill(circle.bytes);
    psk = Secret32(Bytes(32, 7));
  }
  InitiatorConfig initiator() {
    InitiatorConfig out;
    out.circle = circle;
    out.psk = psk.clone();
    out.own = alice.key.public_key();
    out.peer = bob.key.public_key();
    return out;
  }
  ResponderConfig responder() {
    ResponderConfig out;
    out.circle = circle;
    out.psks.push_back(psk.clone());
    out.own = bob.key.public_key();
    return out;
  }

  CircleId circle;
  Secret32 psk;
  Device alice{1};
  Device bob{2};
};

inline Bytes pull_all(Handshake& side) {
  Bytes out;
  while (side.wants_pull()) {
    Bytes frame(limits::kHandshakeFrame);
    frame.resize(side.pull(frame));
    append(out, frame);
  }
  return out;
}

// Answers every outstanding key request of a side.
inline void answer_all(Handshake& side, Device& device) {
  while (auto request = side.next_key_request()) {
    (void)side.answer(device.agree(*request), device.rng);
  }
}

inline Result<> feed(Handshake& side, ByteView bytes, Device& device,
                     std::size_t piece = SIZE_MAX) {
  while (!bytes.empty()) {
    TROTH_TRY(const auto taken,
              side.receive(bytes.first(std::min(piece, bytes.size())), device.rng));
    if (taken == 0) break;
    bytes = bytes.subspan(taken);
  }
  answer_all(side, device);
  return {};
}

struct Pair {
  Handshake initiator;
  Handshake responder;
};

// Runs to the end with all callers admitted; false when either side failed.
inline bool run(Pair& pair, Device& alice, Device& bob, std::size_t piece = SIZE_MAX) {
  answer_all(pair.initiator, alice);
  for (int round = 0; round < 8; ++round) {
    (void)feed(pair.responder, pull_all(pair.initiator), bob, piece);
    if (pair.responder.undecided()) {
      EXPECT_TRUE(pair.responder.admit(bob.rng));
    }
    (void)feed(pair.initiator, pull_all(pair.responder), alice, piece);
    if (pair.initiator.failed() || pair.responder.failed()) return false;
    if (pair.initiator.done() && pair.responder.done()) return true;
  }
  return false;
}

inline Pair make_pair(World& world, InitiatorConfig initiator, ResponderConfig responder) {
  return {Handshake::initiate(std::move(initiator), world.alice.rng),
          Handshake::respond(std::move(responder))};
}

struct Channels {
  Channel a;
  Channel b;
};

inline Channels make_channels(World& world, const ChannelLimits& limits = {},
                              std::uint8_t suite = 1) {
  auto initiator = world.initiator();
  auto responder = world.responder();
  initiator.can.suites = responder.can.suites = {suite};
  initiator.limits = responder.limits = limits;
  auto pair = make_pair(world, std::move(initiator), std::move(responder));
  EXPECT_TRUE(run(pair, world.alice, world.bob));
  auto a = std::move(pair.initiator).take(MonoMs{0});
  auto b = std::move(pair.responder).take(MonoMs{0});
  return {std::move(a->channel), std::move(b->channel)};
}

inline Bytes pull_frame(Channel& side, MonoMs now = {}) {
  Bytes out(limits::kChannelFrame);
  out.resize(side.pull(out, now));
  return out;
}

// Moves one frame; its size, 0 when there was none.
inline std::size_t move_frame(Channel& from, Channel& to, MonoMs now = {},
                              std::size_t piece = SIZE_MAX) {
  const Bytes frame = pull_frame(from, now);
  for (std::size_t at = 0; at < frame.size();) {
    const auto taken =
        to.receive(ByteView(frame).subspan(at, std::min(piece, frame.size() - at)), now);
    EXPECT_TRUE(taken) << (taken ? 0 : static_cast<int>(taken.error().code));
    if (!taken) return 0;
    at += *taken;
  }
  return frame.size();
}

}  // namespace troth::channel::test
