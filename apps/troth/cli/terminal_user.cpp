// pair and join with a person: the code and its QR, the card, the number, the choices. Nothing is
// chosen beforehand, and saying no is as short as saying yes.
#include <algorithm>

#include "apps/troth/cli/dialogue.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

using shell::safe_quoted;
using shell::safe_text;
using shell::say;

std::string text_of(const Json& json, std::string_view key) {
  return safe_text(string_at(json, key).value_or(""), 300);
}

std::string until_words(const Json& offer) {
  const auto until = number_at(offer, "until_ms");
  return until ? say("until.time", {shell::moment_words(*until)}) : say("until.withdrawn");
}

class TerminalUser final : public DialogueUser {
 public:
  TerminalUser(Context& context, std::vector<Json> share)
      : context_(context), share_(std::move(share)) {}

  void tell(const Json& event) override {
    const std::string name = string_at(event, "event").value_or("");
    if (name == "code") show_code(event);
    if (name == "check") show_check(event);
    if (name == "attempt")
      say_line("pair.attempt", {std::to_string(number_at(event, "tries_left").value_or(0))});
    if (name == "paired") show_paired(event);
  }

  std::optional<Json> ask(const Json& event, bool& spoke) override {
    return string_at(event, "event") == "applicant" ? ask_applicant(event, spoke)
                                                    : ask_offer(event, spoke);
  }

 private:
  void say_line(std::string_view key, std::initializer_list<std::string_view> with = {}) const {
    context_.out().note(say(key, with));
  }

  void show_code(const Json& event) const {
    if (terminal_out()) {
      context_.out().note(qr_text(string_at(event, "qr").value_or("")));
    }
    if (member(event, "code").is_null()) {
      say_line("pair.no_code");
    } else {
      say_line("pair.code", {text_of(event, "code")});
    }
    say_line("pair.at", {text_of(event, "at")});
    say_line("pair.waiting", {shell::span_words(number_at(event, "expires_in_ms").value_or(0))});
  }

  void show_check(const Json& event) const {
    say_line("join.check", {text_of(event, "check")});
    say_line("join.words", {text_of(event, "circle_words")});
    say_line("join.waiting");
  }

  void show_paired(const Json& event) const {
    std::string names;
    for (const Json& one : member(event, "accepted")) {
      names += (names.empty() ? "" : ", ") + safe_text(one.is_string() ? one.text() : "");
    }
    context_.out().line(say("pair.done", {safe_quoted(string_at(event, "name").value_or(""))}));
    context_.out().line(names.empty() ? say("pair.done_nothing")
                                      : say("pair.done_shared", {names}));
  }

  // nullopt at the end of input or when the daemon spoke first.
  std::optional<std::string> typed(const std::string& question, bool& spoke) const {
    context_.out().note(question);
    return context_.input().next_or(*context_.daemon(exit_), spoke);
  }
  bool yes(const std::string& question, bool& spoke) const {
    const auto answer = typed(question, spoke);
    return answer && (*answer == "y" || *answer == "yes");
  }

  std::optional<Json> ask_applicant(const Json& event, bool& spoke) {
    say_line("pair.card", {safe_quoted(string_at(event, "name").value_or("")),
                           text_of(event, "model"), text_of(event, "os")});
    say_line("pair.card_keys",
             {say("protection." + text_of(event, "protection")), text_of(event, "key_words")});
    const auto check = typed(say("pair.ask_check"), spoke);
    if (!check || *check == "no") return std::nullopt;
    Json answer{{"check", *check}, {"share", Json::array()}};
    if (!share_.empty()) {
      for (const auto& one : share_) {
        if (yes(say("pair.ask_share",
                    {text_of(one, "category"), direction(one), text_of(one, "for")}),
                spoke)) {
          answer["share"].push_back(one);
        }
        if (spoke) return std::nullopt;
      }
      return answer;
    }
    return choose(std::move(answer), spoke);
  }

  static std::string direction(const Json& json) {
    return say("direction." + text_of(json, "direction"));
  }

  std::optional<Json> choose(Json answer, bool& spoke) const {
    while (true) {
      const auto name = typed(say("pair.ask_category"), spoke);
      if (spoke) return std::nullopt;
      if (!name || name->empty()) return answer;
      const auto way = typed(say("pair.ask_direction"), spoke);
      const auto span = way ? typed(say("pair.ask_for"), spoke) : std::nullopt;
      if (!span) return std::nullopt;
      if ((*way != "receive" && *way != "both") || !shell::parse_duration(*span)) {
        say_line("pair.not_understood");
        continue;
      }
      answer["share"].push_back(Json{{"category", *name}, {"direction", *way}, {"for", *span}});
    }
  }

  std::optional<Json> ask_offer(const Json& event, bool& spoke) const {
    say_line("join.offer",
             {safe_quoted(string_at(event, "sponsor").value_or("")), text_of(event, "circle")});
    if (const std::string why = text_of(event, "why"); !why.empty()) say_line("join.why", {why});
    Json accept = Json::array();
    for (const Json& one : member(event, "share")) {
      const std::string size = shell::bytes_words(number_at(one, "bytes").value_or(0));
      say_line("join.category", {safe_quoted(string_at(one, "category").value_or("")),
                                 text_of(one, "purpose"), direction(one)});
      say_line("join.category_size",
               {std::to_string(number_at(one, "items").value_or(0)), size, until_words(one)});
      if (yes(say("join.ask"), spoke)) accept.push_back(member(one, "category_id"));
      if (spoke) return std::nullopt;
    }
    const bool join = !accept.empty() || yes(say("join.ask_nothing"), spoke);
    if (!join || spoke) return std::nullopt;
    return Json{{"accept", std::move(accept)}};
  }

  Context& context_;
  std::vector<Json> share_;
  mutable int exit_ = 0;
};

}  // namespace

std::unique_ptr<DialogueUser> make_terminal_user(Context& context, std::vector<Json> share) {
  return std::make_unique<TerminalUser>(context, std::move(share));
}

}  // namespace troth::app
