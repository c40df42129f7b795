// JSON of the command line and of the local socket: our own API only, never peer input. A small
// value type of our own, so that the third-party parser is compiled once. Reading never throws: a
// missing or wrong member is null or an empty optional.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "troth/types.hpp"

namespace troth::app {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  // members keep their order

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(double value) : value_(value) {}
  template <std::integral T>
  Json(T value) {
    if (value < T{}) {
      value_ = static_cast<std::int64_t>(value);
    } else {
      value_ = static_cast<std::uint64_t>(value);
    }
  }
  template <class T>
  Json(const std::vector<T>& values) : value_(Array(values.begin(), values.end())) {}
  // {{"key", value}, ...} makes an object, everything else an array.
  Json(std::initializer_list<Json> list);
  [[nodiscard]] static Json array() { return of(Array{}); }
  [[nodiscard]] static Json array(std::initializer_list<Json> list) { return of(Array(list)); }
  [[nodiscard]] static Json object() { return of(Object{}); }

  [[nodiscard]] bool is_null() const { return holds<std::monostate>(); }
  [[nodiscard]] bool is_boolean() const { return holds<bool>(); }
  [[nodiscard]] bool is_string() const { return holds<std::string>(); }
  [[nodiscard]] bool is_unsigned() const { return holds<std::uint64_t>(); }
  [[nodiscard]] bool is_array() const { return holds<Array>(); }
  [[nodiscard]] bool is_object() const { return holds<Object>(); }

  [[nodiscard]] std::string text() const { return get<std::string>(); }  // "" when no string
  [[nodiscard]] std::uint64_t number() const {
    return get<std::uint64_t>();
  }                                                         // 0 when no such number
  [[nodiscard]] bool truth() const { return get<bool>(); }  // false when no boolean

  Json& operator[](std::string_view key);              // adds the member when absent
  const Json& operator[](std::string_view key) const;  // null when absent
  [[nodiscard]] const Json& at(std::size_t index) const;
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }
  void push_back(Json value);
  void erase(std::string_view key);
  void update(const Json& object);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  // Elements of an array; members of an object. Empty for everything else.
  [[nodiscard]] const Array& elements() const;
  [[nodiscard]] const Object& items() const;
  [[nodiscard]] Array::const_iterator begin() const { return elements().begin(); }
  [[nodiscard]] Array::const_iterator end() const { return elements().end(); }

  void write(std::string& out) const;

 private:
  template <class T>
  [[nodiscard]] bool holds() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  [[nodiscard]] T get() const {
    const T* value = std::get_if<T>(&value_);
    return value == nullptr ? T{} : *value;
  }
  template <class T>
  [[nodiscard]] static Json of(T value) {
    Json json;
    json.value_ = std::move(value);
    return json;
  }
  [[nodiscard]] const Json* find(std::string_view key) const;

  std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, Array,
               Object>
      value_;
};

// nullopt when text is no JSON value, nested more than 64 deep, or with a member twice or more than
// 4096 in one object.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
[[nodiscard]] std::string to_line(const Json& json);  // one line; broken UTF-8 is replaced

[[nodiscard]] std::optional<std::string> string_at(const Json& json, std::string_view key);
[[nodiscard]] std::optional<std::uint64_t> number_at(const Json& json, std::string_view key);
[[nodiscard]] bool flag_at(const Json& json, std::string_view key);        // false when absent
[[nodiscard]] const Json& member(const Json& json, std::string_view key);  // null when absent

[[nodiscard]] std::string base64(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace troth::app
