// How a device, category or item is named on the command line (cli.md "Names").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troth::shell {

struct Named {
  std::string id;    // lower-case hex
  std::string name;  // may be empty
};
struct Resolved {
  std::optional<std::size_t> index;     // set when exactly one fits
  std::vector<std::size_t> candidates;  // more than one fits
};
// A full id, then the exact name, then a unique id prefix of 4 or more characters, then a unique
// name without regard to upper and lower case. An exact match always beats a prefix.
// Empty text names nothing, not even what has no name.
[[nodiscard]] Resolved resolve(std::span<const Named> all, std::string_view wanted);
[[nodiscard]] bool is_hex_prefix(std::string_view text);  // 4 or more hex digits

// May something be called so? Not with controls or line breaks in it, and not only of blanks.
[[nodiscard]] bool is_good_name(std::string_view text);

// What a person typed, without the blanks around it and in small letters.
[[nodiscard]] std::string typed_word(std::string_view text);
// y, yes, n, no, in any case and with blanks around; nullopt for everything else.
[[nodiscard]] std::optional<bool> yes_or_no(std::string_view typed);

}  // namespace troth::shell
