// What is signed and sealed to prove possession in a run (spec 08 §4, rule 12).
#pragma once

#include "pairing/messages.hpp"

namespace troth::pairing {

// The applicant proves that it holds `sign` by a signature over this.
[[nodiscard]] Bytes proof_input(const Hash& th1, ByteView descriptor);
// The sponsor proves that it is the device that it says, in the circle that it says.
[[nodiscard]] Bytes sponsor_input(const Hash& th2, const P6& p6);
// The applicant proves that it holds `agree` by opening a challenge sealed under this info.
[[nodiscard]] Bytes challenge_info(const Hash& th2);

}  // namespace troth::pairing
