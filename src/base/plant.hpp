// Deliberate bugs that the simulator turns on by name, to show that it can see (design: every rule's
// bug is found). Only builds with TROTH_PLANTS (the developer's) hold them; in a release planted() is
// the constant false. Nothing but a call in the same process can turn one on.
#pragma once

#include <cstdint>

namespace troth {

enum class Plant : std::uint8_t {
  none,
  wrap_unclean,            // rule 0: box keys of an epoch that is not clean
  link_under_k,            // rule 7: link under K instead of H
  seal_unclean,            // rule 0: seal under an epoch whose recipients are no longer all entitled
  admit_without_rule_4_4,  // take a removed device's late entries
  apply_own_clock,         // rule 6: judge the author's grant by the receiver's clock
  reused_salt,             // rule 18
  send_before_commit,      // a frame leaves before its step is durable
  skip_check_number,       // sponsor goes on without the check number
  forget_attempt,          // pairing attempt is not persisted before the answer leaves
  ignore_withdrawal,       // show and take a category after its withdrawal
  skip_batch_signature,    // accept any author
  lose_draft,              // drafts deleted that were not sealed
  accept_old_keys,         // rule 11: keys seen before are taken again
  vector_without_commit,   // claim NORMAL commits in the hello
};

#ifdef TROTH_PLANTS
[[nodiscard]] bool planted(Plant plant);
void plant(Plant plant);  // none = clear
#else
[[nodiscard]] constexpr bool planted(Plant) { return false; }
#endif

}  // namespace troth
