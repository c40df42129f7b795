// The rules of a folder's .trothignore: which paths are none of troth's business (spec 10a §4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

inline constexpr std::size_t kIgnoreBytes = 64 * 1024;
inline constexpr std::size_t kIgnoreRules = 1024;
inline constexpr std::size_t kIgnoreRuleBytes = 1024;

class IgnoreRules {
 public:
  // A file that breaks a bound is refused as a whole (too_long): half the rules would show what the
  // other half hides.
  [[nodiscard]] static Result<IgnoreRules> parse(ByteView file);

  // Only this path itself: for a walk that never enters an ignored directory.
  [[nodiscard]] bool ignores_entry(std::string_view path, bool directory) const;
  // The path or any directory above it.
  [[nodiscard]] bool ignores(std::string_view path, bool directory) const;
  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::vector<std::string> parts;  // between slashes; "**" stands for any number of names
    bool show = false;               // began with !
    bool directories = false;        // ended with /
  };
  [[nodiscard]] static Result<> add(std::string_view line, std::vector<Rule>& rules);

  std::vector<Rule> rules_;
};

// One name against one part of a pattern: * any run, ? one character, \ takes the next literally.
[[nodiscard]] bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace troth::shell
