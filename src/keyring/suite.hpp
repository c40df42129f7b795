// Reading old keys must outlive a suite's retirement for new work: only an unknown or refused suite
// stops it.
#pragma once

#include "crypto/suites.hpp"

namespace troth::keyring {

[[nodiscard]] inline Result<crypto::Suite> readable_suite(std::uint8_t id) {
  for (const auto& suite : crypto::suites()) {
    if (suite.id != id) continue;
    if (suite.state == crypto::SuiteState::refused) return fail(Errc::suite_refused);
    return suite;
  }
  return fail(Errc::no_suite);
}

}  // namespace troth::keyring
