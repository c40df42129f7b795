// How often codes may be tried (spec 08 §6): pure decisions over a small persisted record. They apply
// to typed codes only; a QR holds 256 bits, so that a neighbour who guesses cannot lock pairing.
#pragma once

#include "wire/codec.hpp"

namespace troth::pairing {

struct AttemptBook {
  std::uint32_t runs = 0;                      // started with the code that is live now
  std::uint32_t streak = 0;                    // void codes one after another, for the back-off
  std::vector<std::uint64_t> void_codes_ms;    // when codes were used up, last hour
  std::uint64_t not_before_ms = 0;             // back-off or lockout ends
  using Fields =
      wire::FieldList<wire::Field<1, &AttemptBook::runs>, wire::Field<2, &AttemptBook::streak>,
                      wire::Field<3, &AttemptBook::void_codes_ms, 16>,
                      wire::Field<4, &AttemptBook::not_before_ms>>;
};

struct AttemptVerdict {
  bool allowed = false;
  Errc why = Errc::internal;
  std::uint64_t wait_ms = 0;
};

// May a new code be shown? While locked the invitation lives on with its QR alone.
[[nodiscard]] AttemptVerdict may_show_code(const AttemptBook& book, WallMs now);
// The same record after the clock was set back: what it says of a time to come is not believed, so
// that no wait is longer than the longest one, however often it is asked.
[[nodiscard]] AttemptBook with_clock(AttemptBook book, WallMs now);
// A syntactically valid first message arrived: count it before anything secret-dependent leaves.
[[nodiscard]] AttemptVerdict may_start_run(const AttemptBook& book);
[[nodiscard]] AttemptBook with_run(AttemptBook book);
// The live code ended: used up by wrong guesses (void), or otherwise.
[[nodiscard]] AttemptBook with_code_void(AttemptBook book, WallMs now);
[[nodiscard]] AttemptBook with_code_done(AttemptBook book, bool paired);
[[nodiscard]] bool is_lockout(const AttemptBook& book, WallMs now);

}  // namespace troth::pairing
