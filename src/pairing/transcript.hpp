// Keys and hashes of one run (spec 08 §4), the same on both sides or the run fails.
#pragma once

#include <string>

#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "pairing/messages.hpp"

namespace troth::pairing {

// What both sides saw in clear, as raw frame bodies in order.
struct ClearTranscript {
  Bytes knock;
  Bytes p0;
  Bytes p1;
  Bytes p2;
};

[[nodiscard]] Bytes session_id(std::string_view nameplate, const RunNonce& sponsor,
                               const RunNonce& applicant);
[[nodiscard]] Bytes channel_id(std::uint8_t suite, Mode mode);
[[nodiscard]] SecretBytes prs(Mode mode, const SecretBytes& secret);
// Associated data of each side: sponsor binds knock and P0, the applicant also its descriptor.
[[nodiscard]] Bytes associated_data(const ClearTranscript& seen, ByteView extra);
// Who each side is, fixed before the number can be known (spec 08 §4): A in P1, S in P2. The opening
// is new in every run, so that whoever met a device before cannot foretell it.
[[nodiscard]] Hash applicant_commitment(const RunNonce& opening, ByteView descriptor);
[[nodiscard]] Hash sponsor_commitment(const RunNonce& opening, const CircleId& circle,
                                      ByteView descriptor);

// What the check number is made of besides the run's key and TH1: only what was committed to.
struct CheckParts {
  RunNonce applicant_opening{};
  ByteView applicant;  // descriptor
  RunNonce sponsor_opening{};
  CircleId circle;
  ByteView sponsor;  // descriptor
};

enum class Side : std::uint8_t { applicant = 'A', sponsor = 'S' };

// The keyed half of a run: confirmation tags, sealed messages with a counter each way, the running
// transcript hash and the check number.
class RunKeys {
 public:
  // qr_secret empty for typed codes; a QR's 256 bits are mixed in as well (design 7).
  RunKeys(const SecretBytes& isk, const SecretBytes& qr_secret, const ClearTranscript& clear,
          crypto::Aead aead, Side self);

  [[nodiscard]] const Hash& th1() const { return th1_; }
  [[nodiscard]] const Hash& th2() const { return th2_; }
  [[nodiscard]] Hash confirmation(Side of) const;
  void bind_th2(const Hash& p3, const Hash& p4, ByteView p5);
  [[nodiscard]] std::string check_number(const CheckParts& of) const;  // two digits, 10 to 99

  // Body of a sealed frame: type | ciphertext. A message opens once, in order, under its own type.
  [[nodiscard]] Bytes seal(MessageType type, ByteView plaintext);
  [[nodiscard]] Result<Bytes> open(MessageType type, ByteView sealed);

 private:
  [[nodiscard]] Bytes aad(Side from, MessageType type, std::uint64_t counter) const;

  Hash th1_;
  Hash th2_;
  crypto::Prk prk_;
  Side self_;
  crypto::AeadKey send_;
  crypto::AeadKey receive_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace troth::pairing
