// A read-only tree of a JSON file, so that one translation unit alone sees the JSON library.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace troth::vectors {

struct Node {
  std::string text;                    // a string, a number or a bool as written
  std::vector<Node> items;             // of an array
  std::map<std::string, Node> fields;  // of an object

  [[nodiscard]] bool has(const std::string& name) const { return fields.contains(name); }
  // An absent field reads as an empty one.
  [[nodiscard]] const Node& at(const std::string& name) const {
    static const Node none;
    const auto found = fields.find(name);
    return found == fields.end() ? none : found->second;
  }
  [[nodiscard]] const std::string& str(const std::string& name) const { return at(name).text; }
  // Hex; what is none reads as empty, and the check that uses it fails.
  [[nodiscard]] Bytes hex(const std::string& name) const {
    return from_hex(str(name)).value_or(Bytes{});
  }
  [[nodiscard]] std::uint64_t number(const std::string& name) const;
};

[[nodiscard]] std::optional<std::string> load_text(const std::string& path);
[[nodiscard]] std::optional<Node> load_json(const std::string& path);

}  // namespace troth::vectors
