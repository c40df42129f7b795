// CPace (draft-irtf-cfrg-cpace), initiator-responder, ristretto255 with SHA-512. One run, one
// object; scalars are fresh and wiped; only the intermediate session key leaves.
#pragma once

#include <array>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::crypto {

using CpaceShare = std::array<std::uint8_t, 32>;

struct CpaceInputs {
  ByteView secret;      // PRS: the code, or the 256 bits of a QR
  ByteView channel_id;  // CI
  ByteView session_id;  // sid
};

class Cpace {
 public:
  [[nodiscard]] static Result<Cpace> start(const CpaceInputs& inputs, Rng& rng);
  [[nodiscard]] const CpaceShare& share() const { return share_; }
  // transcript_ir: initiator's (share, AD) first. Refuses invalid encodings, identity and our own
  // share reflected (auth_failed: one error for every cause). Uses the run up.
  [[nodiscard]] Result<SecretBytes> finish_initiator(ByteView peer_share, ByteView own_ad,
                                                     ByteView peer_ad) &&;
  [[nodiscard]] Result<SecretBytes> finish_responder(ByteView peer_share, ByteView own_ad,
                                                     ByteView peer_ad) &&;

 private:
  Cpace() = default;
  [[nodiscard]] Result<Secret32> shared_point(ByteView peer_share) const;
  CpaceShare share_{};
  SecretBytes scalar_;
  Bytes session_id_;
};

// lv_cat of the draft: each part preceded by its LEB128 length.
[[nodiscard]] Bytes lv_cat(std::initializer_list<ByteView> parts);

}  // namespace troth::crypto
