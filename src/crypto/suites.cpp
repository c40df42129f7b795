#include "crypto/suites.hpp"

#include <algorithm>
#include <array>

namespace troth::crypto {

namespace {

// P-256, HKDF-SHA256, CPace ristretto255-SHA512 and Ed25519 in every row. Rows are never removed or
// renumbered; a state changes by a new date (docs/deprecations.md is generated from here).
constexpr std::array kSuites{
    Suite{1, "p256-aes256gcm", SuiteState::active, "2026-11-24", Aead::aes256gcm},
    Suite{2, "p256-chacha20poly1305", SuiteState::active, "2026-11-24", Aead::chacha20poly1305},
    // Reserved: nothing implements it, so nothing may choose it.
    Suite{3, "p256-mlkem768-aes256gcm", SuiteState::draft, "2026-11-24", Aead::aes256gcm},
};

bool contains(std::span<const std::uint8_t> ids, std::uint8_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

std::span<const Suite> suites() { return kSuites; }

Result<Suite> usable_suite(std::uint8_t id, std::uint8_t least) {
  const auto* found = std::find_if(kSuites.begin(), kSuites.end(),
                                   [id](const Suite& suite) { return suite.id == id; });
  if (found == kSuites.end()) return fail(Errc::no_suite);
  const bool usable = found->state == SuiteState::active && id >= least;
  if (!usable) return fail(Errc::suite_refused);
  return *found;
}

Result<Suite> negotiate(std::span<const std::uint8_t> ours, std::span<const std::uint8_t> theirs,
                        std::uint8_t least) {
  for (const std::uint8_t id : ours) {
    if (!contains(theirs, id)) continue;
    auto suite = usable_suite(id, least);
    if (suite) return suite;
  }
  return fail(Errc::no_suite);
}

}  // namespace troth::crypto
