#include "wire/json.hpp"

namespace troth::wire {

void Json::separate() {
  if (need_comma_) out_.push_back(',');
  need_comma_ = true;
}

void Json::open(char bracket) {
  separate();
  out_.push_back(bracket);
  need_comma_ = false;
}

void Json::close(char bracket) {
  out_.push_back(bracket);
  need_comma_ = true;
}

void Json::key(std::string_view name) {
  text(name);
  out_.push_back(':');
  need_comma_ = false;
}

void Json::number(std::uint64_t value) {
  separate();
  out_ += std::to_string(value);
}

void Json::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void Json::text(std::string_view value) {
  separate();
  out_.push_back('"');
  for (const char c : value) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(c);
    } else if (byte < 0x20 || byte == 0x7F) {
      out_ += "\\u00" + to_hex({&byte, 1});
    } else {
      out_.push_back(c);
    }
  }
  out_.push_back('"');
}

void Json::hex(ByteView value) {
  separate();
  out_.push_back('"');
  out_ += to_hex(value);
  out_.push_back('"');
}

}  // namespace troth::wire
