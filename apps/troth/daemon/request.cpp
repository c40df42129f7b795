#include "apps/troth/daemon/request.hpp"

#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

Json error_json(Errc code, std::string_view reason, const std::vector<std::string>& candidates,
                std::initializer_list<std::string_view> with) {
  const auto& words = shell::error_text(code);
  std::string message(words.message);
  if (!shell::find_text(reason).empty()) message = shell::say(reason, with);
  std::string hint(words.hint);
  const std::string next_step = std::string(reason) + ".hint";
  if (!shell::find_text(next_step).empty()) hint = shell::say(next_step, with);
  Json error{{"code", words.name}, {"message", message}, {"hint", hint}, {"retry", words.retry}};
  if (!candidates.empty()) error["candidates"] = candidates;
  return error;
}

void Request::done(Json result) const {
  client_->send_line(to_line(Json{{"id", id_}, {"result", std::move(result)}}));
}

void Request::event(Json event) const {
  client_->send_line(to_line(Json{{"id", id_}, {"event", std::move(event)}}));
}

void Request::failed_at(std::size_t index, Errc code, std::string_view reason,
                        const std::vector<std::string>& candidates) const {
  Json error = error_json(code, reason, candidates);
  error["at"] = index;
  client_->send_line(to_line(Json{{"id", id_}, {"error", std::move(error)}}));
}

void Request::failed(Errc code) const { failed(code, {}); }

void Request::failed(Errc code, std::string_view reason,
                     std::vector<std::string> candidates) const {
  failed_with(error_json(code, reason, candidates));
}

void Request::failed_with(Json error) const {
  client_->send_line(to_line(Json{{"id", id_}, {"error", std::move(error)}}));
}

}  // namespace troth::app
