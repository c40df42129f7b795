// A minimal JSON writer for the view of messages that people and scripts read. It is never a parser.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace troth::wire {

class Json {
 public:
  void open(char bracket);
  void close(char bracket);
  void key(std::string_view name);
  void number(std::uint64_t value);
  void boolean(bool value);
  void text(std::string_view value);  // escapes quotes, backslashes and control characters
  void hex(ByteView value);
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void separate();
  std::string out_;
  bool need_comma_ = false;
};

// The name of a member, read from the compiler's spelling of the pointer to it.
template <auto Member>
[[nodiscard]] constexpr std::string_view member_name() {
  std::string_view all = __PRETTY_FUNCTION__;
  all = all.substr(0, all.find_first_of(";]", all.find("Member =")));
  all = all.substr(all.rfind("::") + 2);
  const auto end = all.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  return all.substr(0, end);
}

}  // namespace troth::wire
