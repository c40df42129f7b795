// One question of a local client: answered once, or with events first (spec 13 §4).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/troth/json.hpp"
#include "shell/local/handler.hpp"
#include "troth/result.hpp"

namespace troth::app {

class Request {
 public:
  Request(std::shared_ptr<shell::LocalClient> client, Json id, Json params)
      : client_(std::move(client)), id_(std::move(id)), params_(std::move(params)) {}

  [[nodiscard]] const Json& params() const { return params_; }
  [[nodiscard]] std::string text(std::string_view key) const {
    return string_at(params_, key).value_or("");
  }
  [[nodiscard]] shell::LocalClient& client() const { return *client_; }
  [[nodiscard]] bool from(const shell::LocalClient& client) const {
    return client_.get() == &client;
  }

  void done(Json result = Json::object()) const;
  void event(Json event) const;
  void failed(Errc code) const;
  // Which of several things was refused.
  void failed_at(std::size_t index, Errc code, std::string_view reason,
                 const std::vector<std::string>& candidates) const;
  // reason: a text key that says more than the code; candidates: of an ambiguous name.
  void failed(Errc code, std::string_view reason, std::vector<std::string> candidates = {}) const;
  void failed_with(Json error) const;  // made by error_json, perhaps with more in it

 private:
  std::shared_ptr<shell::LocalClient> client_;
  Json id_;
  Json params_;
};

// {"code","message","hint","retry"} of cli.md. The text of the key `reason` replaces the message of
// the code, the text of `reason`.hint its hint; `with` fills their holes.
[[nodiscard]] Json error_json(Errc code, std::string_view reason = {},
                              const std::vector<std::string>& candidates = {},
                              std::initializer_list<std::string_view> with = {});

}  // namespace troth::app
