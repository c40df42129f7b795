#include "apps/troth/values.hpp"

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::app {

namespace {
constexpr std::uint8_t kText = 0x01;
constexpr std::uint8_t kJson = 0x02;
constexpr std::uint8_t kBytes = 0x03;

Bytes marked(std::uint8_t mark, ByteView content) {
  Bytes out{mark};
  append(out, content);
  return out;
}
}  // namespace

Json bytes_json(ByteView bytes) { return Json{{"@base64", base64(bytes)}}; }

Result<Bytes> value_from_json(const Json& json) {
  Bytes out;
  const auto encoded = json.size() == 1 ? string_at(json, "@base64") : std::nullopt;
  if (json.is_string()) {
    const std::string text = json.text();
    TROTH_CHECK(require(is_utf8(as_bytes(text)), Errc::bad_utf8));
    out = marked(kText, as_bytes(text));
  } else if (encoded) {
    const auto bytes = from_base64(*encoded);
    TROTH_CHECK(require(bytes.has_value(), Errc::bad_value));
    out = marked(kBytes, *bytes);
  } else {
    out = marked(kJson, as_bytes(to_line(json)));
  }
  TROTH_CHECK(require(out.size() <= limits::kValueBytes, Errc::too_long));
  return out;
}

Json value_to_json(ByteView value) {
  if (value.empty()) return "";
  const ByteView content = value.subspan(1);
  if (value[0] == kText && is_utf8(content)) return std::string(as_text(content));
  if (value[0] == kBytes) return bytes_json(content);
  if (value[0] == kJson) {
    if (auto json = parse_json(as_text(content))) return *json;
  }
  if (is_utf8(value)) return std::string(as_text(value));
  return bytes_json(value);
}

}  // namespace troth::app
