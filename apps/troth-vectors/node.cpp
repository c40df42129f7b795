#include "apps/troth-vectors/node.hpp"

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace troth::vectors {

namespace {

Node convert(const nlohmann::json& json) {
  Node node;
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) node.fields.emplace(name, convert(value));
  } else if (json.is_array()) {
    for (const auto& value : json) node.items.push_back(convert(value));
  } else if (json.is_string()) {
    node.text = json.get<std::string>();
  } else if (!json.is_null()) {
    node.text = json.dump();
  }
  return node;
}

}  // namespace

std::uint64_t Node::number(const std::string& name) const {
  const std::string& digits = str(name);
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<std::string> load_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<Node> load_json(const std::string& path) {
  const auto text = load_text(path);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return convert(json);
}

}  // namespace troth::vectors
