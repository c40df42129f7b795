#include "apps/troth/json.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "shell/texts/safe_text.hpp"

namespace troth::app {

namespace {

const Json kNull;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_pair(const Json& json) {
  return json.is_array() && json.size() == 2 && json.at(0).is_string();
}

template <class Number>
void write_number(std::string& out, Number number) {
  char text[32];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, number);
  out.append(text, ec == std::errc{} ? end : text);
}

// Length of the valid UTF-8 sequence at the front; 0 when there is none.
std::size_t sequence(std::string_view text) {
  for (const std::size_t size : {1U, 2U, 3U, 4U}) {
    if (size <= text.size() && is_utf8(as_bytes(text.substr(0, size)))) return size;
  }
  return 0;
}

// Of one valid sequence.
std::uint32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<std::uint8_t>(sequence[0]);
  std::uint32_t value = sequence.size() == 1 ? lead : lead & (0xFFU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1))
    value = (value << 6) | (static_cast<std::uint8_t>(c) & 0x3FU);
  return value;
}

void write_unit(std::string& out, std::uint32_t unit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kDigits[(unit >> shift) & 15U]);
}

// As JSON does it: two units above the first plane.
void write_escape(std::string& out, std::uint32_t value) {
  if (value < 0x10000) return write_unit(out, value);
  write_unit(out, 0xD800U + ((value - 0x10000) >> 10));
  write_unit(out, 0xDC00U + (value & 0x3FFU));
}

void write_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t size = sequence(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (shell::hides(code_point(text.substr(0, size)))) {
      // More than JSON asks: these lines are read on terminals too, and some programs take U+0085
      // or U+2028 for the end of a line.
      write_escape(out, code_point(text.substr(0, size)));
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out.push_back('"');
}

struct Writer {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::uint64_t value) const { write_number(out, value); }
  void operator()(std::int64_t value) const { write_number(out, value); }
  void operator()(double value) const { write_number(out, value); }
  void operator()(const std::string& value) const { write_text(out, value); }
  void operator()(const Json::Array& values) const {
    out.push_back('[');
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out.push_back(',');
      values[i].write(out);
    }
    out.push_back(']');
  }
  void operator()(const Json::Object& members) const {
    out.push_back('{');
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out.push_back(',');
      write_text(out, members[i].first);
      out.push_back(':');
      members[i].second.write(out);
    }
    out.push_back('}');
  }
};

}  // namespace

Json::Json(std::initializer_list<Json> list) {
  if (!std::all_of(list.begin(), list.end(), is_pair)) {
    value_ = Array(list);
    return;
  }
  Object object;
  for (const Json& pair : list) object.emplace_back(pair.at(0).text(), pair.at(1));
  value_ = std::move(object);
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : items()) {
    if (name == key) return &value;
  }
  return nullptr;
}

Json& Json::operator[](std::string_view key) {
  if (!is_object()) value_ = Object{};
  auto& object = std::get<Object>(value_);
  const auto found =
      std::find_if(object.begin(), object.end(), [&](const auto& one) { return one.first == key; });
  if (found != object.end()) return found->second;
  return object.emplace_back(std::string(key), Json()).second;
}

const Json& Json::operator[](std::string_view key) const {
  const Json* found = find(key);
  return found == nullptr ? kNull : *found;
}

const Json& Json::at(std::size_t index) const {
  return index < elements().size() ? elements()[index] : kNull;
}

void Json::push_back(Json value) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
}

void Json::erase(std::string_view key) {
  if (auto* object = std::get_if<Object>(&value_)) {
    std::erase_if(*object, [&](const auto& one) { return one.first == key; });
  }
}

void Json::update(const Json& object) {
  for (const auto& [key, value] : object.items()) (*this)[key] = value;
}

std::size_t Json::size() const { return is_object() ? items().size() : elements().size(); }

const Json::Array& Json::elements() const {
  static const Array kNone;
  const auto* array = std::get_if<Array>(&value_);
  return array == nullptr ? kNone : *array;
}

const Json::Object& Json::items() const {
  static const Object kNone;
  const auto* object = std::get_if<Object>(&value_);
  return object == nullptr ? kNone : *object;
}

void Json::write(std::string& out) const { std::visit(Writer{out}, value_); }

std::string to_line(const Json& json) {
  std::string out;
  json.write(out);
  return out;
}

const Json& member(const Json& json, std::string_view key) { return json[key]; }

std::optional<std::string> string_at(const Json& json, std::string_view key) {
  const Json& value = json[key];
  return value.is_string() ? std::optional(value.text()) : std::nullopt;
}

std::optional<std::uint64_t> number_at(const Json& json, std::string_view key) {
  const Json& value = json[key];
  return value.is_unsigned() ? std::optional(value.number()) : std::nullopt;
}

bool flag_at(const Json& json, std::string_view key) { return json[key].truth(); }

std::string base64(ByteView bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t block = 0;
    for (std::size_t k = 0; k < 3; ++k)
      block = (block << 8) | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k > bytes.size() ? '=' : kAlphabet[(block >> (18 - 6 * k)) & 63U]);
    }
  }
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  Bytes out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(at);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  return out;
}

}  // namespace troth::app
