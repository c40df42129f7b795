// Suite registry (spec 02 §2): one byte names the whole set of algorithms; states and dates are
// data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::crypto {

enum class Aead : std::uint8_t { aes256gcm = 1, chacha20poly1305 = 2 };
enum class SuiteState : std::uint8_t { draft, active, deprecated, refused };

struct Suite {
  std::uint8_t id;
  std::string_view name;
  SuiteState state;
  std::string_view since;  // ISO date of the state
  Aead aead;
};
[[nodiscard]] std::span<const Suite> suites();
// The suite when it may be used for new work; no_suite when unknown, suite_refused when not active.
[[nodiscard]] Result<Suite> usable_suite(std::uint8_t id, std::uint8_t least = 0);
// First of ours (preference order) that theirs has and that is at least `least`; no_suite else.
[[nodiscard]] Result<Suite> negotiate(std::span<const std::uint8_t> ours,
                                      std::span<const std::uint8_t> theirs, std::uint8_t least);

}  // namespace troth::crypto
