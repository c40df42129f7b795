// The messages of one pairing run (spec 08 §3). P0 to P4 travel in clear, P5 and later sealed under
// keys of the run. Entries and descriptors are carried as the bytes that were signed.
#pragma once

#include "crypto/cpace.hpp"
#include "crypto/p256.hpp"
#include "pairing/code.hpp"
#include "wire/codec.hpp"

namespace troth::pairing {

inline constexpr std::uint8_t kPairingVersion = 1;
inline constexpr std::size_t kNonce = 32;
using RunNonce = std::array<std::uint8_t, kNonce>;

enum class MessageType : std::uint8_t {
  knock = 1, p0 = 2, p1 = 3, p2 = 4, p3 = 5, p4 = 6, p5 = 7, p6 = 8, p7 = 9, p8 = 10, p9 = 11,
  p10 = 12, p11 = 13, end = 14,
};

// Applicant opens: which invitation, and how the code was taken.
struct Knock {
  std::uint8_t version = kPairingVersion;
  std::string nameplate;
  Mode mode = Mode::digits;
  using Fields =
      wire::FieldList<wire::Field<1, &Knock::version>, wire::Field<2, &Knock::nameplate, 8>,
                      wire::Field<3, &Knock::mode>>;
};
struct P0 {
  std::uint8_t version = kPairingVersion;
  std::uint8_t least_version = kPairingVersion;
  Bytes suites;                     // ids in the sponsor's order of preference
  RunNonce nonce{};
  std::uint64_t ttl_ms = 0;         // a duration, so that clocks do not matter
  using Fields = wire::FieldList<wire::Field<1, &P0::version>, wire::Field<2, &P0::least_version>,
                                 wire::Field<3, &P0::suites, 16>, wire::Field<4, &P0::nonce>,
                                 wire::Field<5, &P0::ttl_ms>>;
};
struct P1 {
  std::uint8_t version = kPairingVersion;
  std::uint8_t suite = 0;
  RunNonce nonce{};
  crypto::CpaceShare share{};
  Hash descriptor;                  // commitment to it: fixed and hidden until P5 opens it
  using Fields = wire::FieldList<wire::Field<1, &P1::version>, wire::Field<2, &P1::suite>,
                                 wire::Field<3, &P1::nonce>, wire::Field<4, &P1::share>,
                                 wire::Field<5, &P1::descriptor>>;
};
struct P2 {
  crypto::CpaceShare share{};
  Hash sponsor;                     // commitment to circle and descriptor: P6 opens it
  using Fields = wire::FieldList<wire::Field<1, &P2::share>, wire::Field<2, &P2::sponsor>>;
};
struct Tag {                        // P3 and P4
  Hash tag;
  using Fields = wire::FieldList<wire::Field<1, &Tag::tag>>;
};
struct P5 {
  Bytes descriptor;
  Bytes proof;                      // `sign` over label | TH1 | descriptor
  RunNonce opening{};               // of the commitment in P1, new in every run
  using Fields =
      wire::FieldList<wire::Field<1, &P5::descriptor, 4096>, wire::Field<2, &P5::proof, 64>,
                      wire::Field<3, &P5::opening>>;
};
struct P6 {
  CircleId circle;
  Bytes sponsor;                    // descriptor
  std::string why;
  crypto::P256Public challenge_point;
  Bytes challenge;                  // HPKE to the applicant's agree key: proves that it holds it
  Bytes signature;                  // sponsor's `sign` over label | TH2 | circle | sponsor
  RunNonce opening{};               // of the commitment in P2, new in every run
  using Fields =
      wire::FieldList<wire::Field<1, &P6::circle>, wire::Field<2, &P6::sponsor, 4096>,
                      wire::Field<3, &P6::why, limits::kWhyBytes>,
                      wire::Field<4, &P6::challenge_point>, wire::Field<5, &P6::challenge, 128>,
                      wire::Field<6, &P6::signature, 64>, wire::Field<7, &P6::opening>>;
};
struct P7 {
  Hash response;
  using Fields = wire::FieldList<wire::Field<1, &P7::response>>;
};
// What the applicant is shown of each offered category; the terms themselves are in the entry.
struct OfferCard {
  CategoryId category;
  std::string name;
  std::string purpose;
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  using Fields =
      wire::FieldList<wire::Field<1, &OfferCard::category>,
                      wire::Field<2, &OfferCard::name, limits::kNameBytes>,
                      wire::Field<3, &OfferCard::purpose, limits::kPurposeBytes>,
                      wire::Field<4, &OfferCard::items>, wire::Field<5, &OfferCard::bytes>>;
};
struct P8 {
  Bytes entry;                      // device_add body; its approve signature stays at the sponsor until P9
  std::vector<OfferCard> cards;
  using Fields = wire::FieldList<wire::Field<1, &P8::entry, limits::kEntryBytes>,
                                 wire::Field<2, &P8::cards, limits::kCategories>>;
};
struct P9 {
  Bytes accept;                     // the applicant's accept entry with both of its signatures
  using Fields = wire::FieldList<wire::Field<1, &P9::accept, limits::kEntryBytes>>;
};
struct P10 {                        // as many as the log needs; the last one says so
  std::vector<Bytes> entries;       // parents first
  bool last = false;
  using Fields = wire::FieldList<wire::Field<1, &P10::entries, 256, limits::kEntryWireBytes>,
                                 wire::Field<2, &P10::last>>;
};
struct P11 {
  bool done = true;
  using Fields = wire::FieldList<wire::Field<1, &P11::done>>;
};

// Why a run ended, as told to the other side. Wrong code and bad point are one reason on the wire.
enum class EndReason : std::uint8_t {
  cancelled = 1, timed_out = 2, bad_code = 3, too_many = 4, crowded = 5, no_suite = 6, version = 7,
  not_verified = 8, check_mismatch = 9, refused = 10, unknown_code = 11, key_unavailable = 12,
  conflict = 13, internal = 14,
};
constexpr bool wire_known(EndReason r) {
  return r >= EndReason::cancelled && r <= EndReason::internal;
}
struct End {
  EndReason reason = EndReason::internal;
  std::uint32_t tries_left = 0;
  using Fields = wire::FieldList<wire::Field<1, &End::reason>, wire::Field<2, &End::tries_left>>;
};
[[nodiscard]] EndReason to_reason(Errc code);
[[nodiscard]] Errc to_errc(EndReason reason);

}  // namespace troth::pairing
