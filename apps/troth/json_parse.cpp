// The one file that compiles nlohmann-json: its event parser fills our own value type.
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/troth/json.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kMembersMax = 4096;  // of one object: looking one up walks over all

class Builder {
 public:
  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(Json(value)); }
  bool number_integer(std::int64_t value) { return put(Json(value)); }
  bool number_unsigned(std::uint64_t value) { return put(Json(value)); }
  // A whole number that does not fit would come back as another one: it is refused.
  bool number_float(double value, const std::string& text) {
    if (text.find_first_of(".eE") == std::string::npos || !std::isfinite(value)) return false;
    return put(Json(value));
  }
  bool string(std::string& value) { return put(Json(std::move(value))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool key(std::string& name) {
    keys_.back() = std::move(name);
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }
  Json take() { return std::move(whole_); }

 private:
  bool put(Json value) {
    if (open_.empty()) {
      whole_ = std::move(value);
    } else if (open_.back().is_array()) {
      open_.back().push_back(std::move(value));
    } else {
      // Of two members of one name people read the first and programs take the last.
      auto& object = open_.back();
      if (object.size() >= kMembersMax || object.contains(keys_.back())) return false;
      object[keys_.back()] = std::move(value);
    }
    return true;
  }
  bool open(Json value) {
    if (open_.size() >= kDepthMax) return false;
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(value));
  }
  std::vector<Json> open_;
  std::vector<std::string> keys_;
  Json whole_;
};

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) return std::nullopt;
  return builder.take();
}

}  // namespace troth::app
