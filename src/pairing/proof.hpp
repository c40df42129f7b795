// What is signed and sealed to prove possession in a run (spec 08 §4, rule 12).
#pragma once

#include "circle/payloads.hpp"
#include "pairing/messages.hpp"

namespace troth::pairing {

// The applicant proves that it holds `sign` by a signature over this.
[[nodiscard]] Bytes proof_input(const Hash& th1, ByteView descriptor);
// The sponsor proves that it is the device that it says, in the circle that it says.
[[nodiscard]] Bytes sponsor_input(const Hash& th2, const P6& p6);
// The applicant proves that it holds `agree` by opening a challenge sealed under this info.
[[nodiscard]] Bytes challenge_info(const Hash& th2);

// P9 whole, before anything of it or of the device_add that it answers is stored: it is by that
// device, follows that entry alone, says its transcript and takes what was offered, and both of its
// signatures verify. Nowhere else does the applicant prove that it holds `approve`.
[[nodiscard]] Result<circle::Accept> check_accept(const circle::Entry& accept,
                                                  ByteView device_add);

}  // namespace troth::pairing
