// What stands inside handshake frames (spec 03 §3). Offers travel in clear; the prologue binds
// their bytes as sent, so that a changed one fails the handshake.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "channel/psk.hpp"
#include "wire/wire.hpp"

namespace troth::channel {

struct Offer {
  ConnectKind kind = ConnectKind::full;
  std::vector<std::uint64_t> versions;  // preference order
  Bytes suites;                         // one byte a suite; message 1 is sealed with the first
  bool retried = false;                 // a retry told us the first suite
  using Fields = wire::FieldList<
      wire::Field<1, &Offer::kind>, wire::Field<2, &Offer::versions, limits::kOffers>,
      wire::Field<3, &Offer::suites, limits::kOffers>, wire::Field<4, &Offer::retried>>;
};

struct FirstMessage {
  Bytes offer;  // encoded Offer
  Bytes noise;
  FirstMac mac{};
  using Fields = wire::FieldList<wire::Field<1, &FirstMessage::offer, limits::kHandshakeOfferBytes>,
                                 wire::Field<2, &FirstMessage::noise, limits::kHandshakeNoiseBytes>,
                                 wire::Field<3, &FirstMessage::mac>>;
};

// "Start again with this suite first": the responder's choice was not what message 1 is sealed
// with.
struct Retry {
  std::uint8_t suite = 0;
  FirstMac mac{};
  using Fields = wire::FieldList<wire::Field<1, &Retry::suite>, wire::Field<2, &Retry::mac>>;
};

// Exactly one of the two.
struct SecondMessage {
  std::optional<Bytes> noise;
  std::optional<Retry> retry;
  using Fields =
      wire::FieldList<wire::Field<1, &SecondMessage::noise, limits::kHandshakeNoiseBytes>,
                      wire::Field<2, &SecondMessage::retry>>;
};

// Payload of Noise message 2: what the responder chose from the offer.
struct Chosen {
  std::uint64_t version = 0;
  std::uint8_t suite = 0;
  using Fields = wire::FieldList<wire::Field<1, &Chosen::version>, wire::Field<2, &Chosen::suite>>;
};

// Prologue of Noise: label | magic | frame version | circle id | offer as sent.
[[nodiscard]] Bytes prologue(const CircleId& circle, ByteView offer);

}  // namespace troth::channel
