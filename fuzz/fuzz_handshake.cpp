// Target: a responder and an initiator that read hostile handshake frames, in pieces, with answers
// to every key request. Property: nobody is done or asked to decide without a proof of the psk; a
// failed side says so once and stays failed.
#include <algorithm>
#include <random>

#include "base/bytes.hpp"
#include "channel/handshake.hpp"
#include "channel/messages.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace troth;
using namespace troth::channel;

class FixedRng : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_{5};
};

struct Sides {
  FixedRng rng;
  crypto::P256KeyPair alice = crypto::P256KeyPair::generate(rng);
  crypto::P256KeyPair bob = crypto::P256KeyPair::generate(rng);

  Handshake initiator() {
    InitiatorConfig config;
    config.psk = Secret32(Bytes(32, 1));
    config.own = alice.public_key();
    config.peer = bob.public_key();
    return Handshake::initiate(std::move(config), rng);
  }
  Handshake responder() {
    ResponderConfig config;
    config.psks.push_back(Secret32(Bytes(32, 1)));
    config.own = bob.public_key();
    return Handshake::respond(std::move(config));
  }
};

void answer(Handshake& side, const crypto::P256KeyPair& key, Rng& rng) {
  while (auto request = side.next_key_request()) {
    auto point = crypto::P256Public::parse(request->input);
    FUZZ_REQUIRE(point.has_value());
    (void)side.answer(key.agree(*point), rng);
  }
}

// The first byte says how long the pieces are.
void feed(Handshake& side, ByteView in, const crypto::P256KeyPair& key, Rng& rng) {
  if (in.empty()) return;
  const std::size_t piece = in[0] == 0 ? SIZE_MAX : in[0];
  in = in.subspan(1);
  while (!in.empty() && !side.failed()) {
    const auto taken = side.receive(in.first(std::min(piece, in.size())), rng);
    FUZZ_REQUIRE(taken.has_value() == !side.failed().has_value());
    if (!taken || *taken == 0) break;
    in = in.subspan(*taken);
    answer(side, key, rng);
  }
}

Bytes pull_all(Handshake& side) {
  Bytes out(2 * limits::kHandshakeFrame);
  out.resize(side.pull(out));
  return out;
}

}  // namespace

void fuzz(ByteView in) {
  static Sides sides;
  auto responder = sides.responder();
  feed(responder, in, sides.bob, sides.rng);
  // Only the seeds below hold a message 1 that was made with the psk.
  if (responder.undecided()) {
    FUZZ_REQUIRE(!responder.failed());
    FUZZ_REQUIRE(responder.admit(sides.rng).has_value());
  }
  const Bytes out = pull_all(responder);
  // Whoever fails says so with one plain close, unless the peer had closed already.
  if (responder.failed() && responder.failed()->code != Errc::refused) {
    FUZZ_REQUIRE(out.size() >= limits::kFrameHead);
  }
  auto initiator = sides.initiator();
  answer(initiator, sides.alice, sides.rng);
  (void)pull_all(initiator);
  feed(initiator, in, sides.alice, sides.rng);
  FUZZ_REQUIRE(!initiator.done());  // nothing recorded completes a fresh handshake
  // The parsers alone: what decodes re-encodes to the same bytes.
  if (const auto first = wire::decode<FirstMessage>(in)) {
    FUZZ_REQUIRE(equal(wire::encode(*first), in));
  }
  if (const auto second = wire::decode<SecondMessage>(in)) {
    FUZZ_REQUIRE(equal(wire::encode(*second), in));
  }
  if (const auto offer = wire::decode<Offer>(in)) FUZZ_REQUIRE(equal(wire::encode(*offer), in));
}

std::vector<Bytes> fuzz_seeds() {
  Sides sides;
  auto initiator = sides.initiator();
  answer(initiator, sides.alice, sides.rng);
  Bytes first{0};
  append(first, pull_all(initiator));
  auto responder = sides.responder();
  feed(responder, first, sides.bob, sides.rng);
  FUZZ_REQUIRE(responder.undecided().has_value());
  FUZZ_REQUIRE(responder.admit(sides.rng).has_value());
  Bytes second{3};
  append(second, pull_all(responder));
  return {first, second, Bytes(first.begin() + 9, first.end()),
          Bytes(second.begin() + 9, second.end())};
}
