#include "apps/troth/daemon/request.hpp"

#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

Json error_json(Errc code, std::string_view reason, const std::vector<std::string>& candidates) {
  const auto& words = shell::error_text(code);
  std::string message(words.message);
  const auto more = shell::find_text(reason);
  if (!more.empty()) message = more;
  Json error{
      {"code", words.name}, {"message", message}, {"hint", words.hint}, {"retry", words.retry}};
  if (!candidates.empty()) error["candidates"] = candidates;
  return error;
}

void Request::done(Json result) const {
  client_->send_line(to_line(Json{{"id", id_}, {"result", std::move(result)}}));
}

void Request::event(Json event) const {
  client_->send_line(to_line(Json{{"id", id_}, {"event", std::move(event)}}));
}

void Request::failed_at(std::size_t index, Errc code) const {
  Json error = error_json(code);
  error["at"] = index;
  client_->send_line(to_line(Json{{"id", id_}, {"error", std::move(error)}}));
}

void Request::failed(Errc code) const { failed(code, {}); }

void Request::failed(Errc code, std::string_view reason,
                     std::vector<std::string> candidates) const {
  client_->send_line(to_line(Json{{"id", id_}, {"error", error_json(code, reason, candidates)}}));
}

}  // namespace troth::app
