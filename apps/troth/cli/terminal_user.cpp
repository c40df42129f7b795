// pair and join with a person: the code and its QR, the card, the number, the choices. Nothing is
// chosen beforehand, and saying no is as short as saying yes.
#include <algorithm>

#include "apps/troth/cli/dialogue.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/names.hpp"
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

bool two_digits(const std::string& text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// How the other device gets here, and whether it can.
void show_where(const Output& out, const Json& event) {
  const std::string at = text_of(event, "at");
  const std::string code = text_of(event, "code");
  const bool here = at.starts_with("127.") || at.starts_with("[::1]");
  const bool everywhere = at.starts_with("0.0.0.0:") || at.starts_with("[::]:");
  if (flag_at(event, "nearby") && (here || everywhere)) {
    out.note(say("pair.on_nearby", {code}));
  } else if (everywhere) {
    out.note(say("pair.on_everywhere", {code, at.substr(at.rfind(':') + 1)}));
  } else {
    out.note(say("pair.on_other", {code, at}));
    if (here) out.note(say("pair.only_here"));
  }
}

class TerminalUser final : public DialogueUser {
 public:
  TerminalUser(Context& context, std::vector<Json> share, Json categories)
      : context_(context), share_(std::move(share)) {
    for (const Json& one : categories) {
      if (string_at(one, "state") == "retired") continue;
      names_.push_back(
          {string_at(one, "category").value_or(""), string_at(one, "name").value_or("")});
    }
  }

  void tell(const Json& event) override {
    const std::string name = string_at(event, "event").value_or("");
    if (name == "code") show_code(event);
    if (name == "check") show_check(event);
    if (name == "attempt")
      say_line("pair.attempt", {std::to_string(number_at(event, "tries_left").value_or(0))});
    if (name == "paired") show_paired(event);
  }

  std::optional<Json> ask(const Json& event, bool& spoke) override {
    auto answer = string_at(event, "event") == "applicant" ? ask_applicant(event, spoke)
                                                           : ask_offer(event, spoke);
    if (!answer && !spoke && gave_ == Gave::an_answer) gave_ = Gave::nothing;
    return answer;
  }

 private:
  void say_line(std::string_view key, std::initializer_list<std::string_view> with = {}) const {
    context_.out().note(say(key, with));
  }

  void show_code(const Json& event) const {
    if (terminal_out()) {
      context_.out().note(qr_text(string_at(event, "qr").value_or(""), colour_wanted()));
    }
    const bool code = !member(event, "code").is_null();
    if (code) {
      say_line("pair.code", {text_of(event, "code")});
      show_where(context_.out(), event);
    } else {
      say_line("pair.no_code");
    }
    if (const auto words = text_of(event, "circle_words"); !words.empty())
      say_line("join.words", {words});
    context_.out().aside(
        say("pair.waiting", {shell::span_words(number_at(event, "expires_in_ms").value_or(0))}));
  }

  void show_check(const Json& event) {
    circle_words_ = text_of(event, "circle_words");
    say_line("join.check", {text_of(event, "check")});
    say_line("join.words", {circle_words_});
    context_.out().aside(say("join.waiting"));
  }

  void show_paired(const Json& event) const {
    const bool joined = !circle_words_.empty();  // only the new device is shown a check number
    std::string names;
    for (const Json& one : member(event, "accepted")) {
      names += (names.empty() ? "" : ", ") + safe_text(one.is_string() ? one.text() : "");
    }
    const std::string other = safe_quoted(string_at(event, "name").value_or(""));
    context_.out().line(joined ? say("join.done", {circle_words_, other})
                               : say("pair.done", {other}));
    const std::string side = joined ? "join" : "pair";
    context_.out().line(names.empty() ? say(side + ".done_nothing")
                                      : say(side + ".done_shared", {names}));
  }

  // nullopt at the end of input or when the daemon spoke first.
  std::optional<std::string> typed(const std::string& question, bool& spoke) const {
    context_.out().note(question);
    return context_.input().next_or(*context_.daemon(exit_), spoke);
  }
  // Asked again until it is yes or no: anything else would be taken for one of them.
  std::optional<bool> yes(const std::string& question, bool& spoke) const {
    for (;;) {
      const auto line = typed(question, spoke);
      if (!line) return std::nullopt;
      if (const auto answer = shell::yes_or_no(*line)) return answer;
      say_line("ask.yes_or_no");
    }
  }

  std::optional<std::string> ask_check(bool& spoke) {
    for (;;) {
      const auto line = typed(say("pair.ask_check"), spoke);
      if (!line) return std::nullopt;
      const std::string word = shell::typed_word(*line);
      if (two_digits(word)) return word;
      if (word == "no" || word == "n") {
        gave_ = Gave::a_refusal;
        return std::nullopt;
      }
      // A slip of the finger is no sign of an attack: only two digits count as an answer.
      say_line("pair.not_a_number");
    }
  }

  std::optional<Json> ask_applicant(const Json& event, bool& spoke) {
    say_line("pair.card", {safe_quoted(string_at(event, "name").value_or("")),
                           text_of(event, "model"), text_of(event, "os")});
    if (flag_at(event, "name_taken")) say_line("pair.name_taken");
    say_line("pair.card_keys",
             {say("protection." + text_of(event, "protection")), text_of(event, "key_words")});
    const auto check = ask_check(spoke);
    if (!check) return std::nullopt;
    Json answer{{"check", *check}, {"share", Json::array()}};
    if (share_.empty()) return choose(std::move(answer), spoke);
    for (const auto& one : share_) {
      const auto yes_share = yes(
          say("pair.ask_share", {text_of(one, "category"), direction(one), text_of(one, "for")}),
          spoke);
      if (!yes_share) return std::nullopt;
      if (*yes_share) answer["share"].push_back(one);
    }
    return answer;
  }

  static std::string direction(const Json& json) {
    return say("direction." + text_of(json, "direction"));
  }

  // Asks until fits(word) takes it. nullopt as in typed().
  template <class Fits>
  std::optional<std::string> choice(std::string_view question, bool& spoke, Fits&& fits) const {
    for (;;) {
      const auto line = typed(say(question), spoke);
      if (!line) return std::nullopt;
      if (fits(*line)) return shell::typed_word(*line);
      say_line("pair.not_understood");
    }
  }

  std::optional<Json> choose(Json answer, bool& spoke) const {
    std::string all;
    for (const auto& one : names_) all += (all.empty() ? "" : ", ") + safe_quoted(one.name);
    if (names_.empty()) return answer;
    say_line("pair.categories", {all});
    while (true) {
      const auto name = typed(say("pair.ask_category"), spoke);
      if (!name) return std::nullopt;
      if (name->empty()) return answer;
      const auto found = shell::resolve(names_, *name);
      if (!found.index) {
        say_line(found.candidates.empty() ? "pair.no_category" : "pair.which_category", {all});
        continue;
      }
      const auto& id = names_[*found.index].id;
      const auto& chosen = answer["share"].elements();
      if (std::any_of(chosen.begin(), chosen.end(),
                      [&](const Json& one) { return string_at(one, "category") == id; })) {
        say_line("pair.chosen_already");
        continue;
      }
      const auto way = choice("pair.ask_direction", spoke, [](const std::string& line) {
        const std::string word = shell::typed_word(line);
        return word == "receive" || word == "both";
      });
      if (!way) return std::nullopt;
      const auto span = choice("pair.ask_for", spoke, [](const std::string& line) {
        const auto read = shell::parse_duration(shell::typed_word(line));
        return read && read->kind != shell::DurationKind::once;
      });
      if (!span) return std::nullopt;
      answer["share"].push_back(Json{{"category", id}, {"direction", *way}, {"for", *span}});
    }
  }

  std::optional<Json> ask_offer(const Json& event, bool& spoke) {
    say_line("join.offer",
             {safe_quoted(string_at(event, "sponsor").value_or("")), text_of(event, "circle")});
    if (const std::string why = text_of(event, "why"); !why.empty()) say_line("join.why", {why});
    Json accept = Json::array();
    for (const Json& one : member(event, "share")) {
      const auto items = number_at(one, "items");
      const std::string size = shell::bytes_words(number_at(one, "bytes").value_or(0));
      say_line("join.category", {safe_quoted(string_at(one, "category").value_or("")),
                                 text_of(one, "purpose"), direction(one)});
      if (items) say_line("join.category_size", {std::to_string(*items), size, until_words(one)});
      if (!items) say_line("join.category_time", {until_words(one)});
      if (string_at(one, "history") == "from_now") say_line("join.from_now");
      const auto take = yes(say("join.ask"), spoke);
      if (!take) return std::nullopt;
      if (*take) accept.push_back(member(one, "category_id"));
    }
    const auto join = accept.empty() ? yes(say("join.ask_nothing"), spoke) : std::optional(true);
    if (!join) return std::nullopt;
    if (!*join) {
      gave_ = Gave::a_refusal;
      return std::nullopt;
    }
    return Json{{"accept", std::move(accept)}};
  }

  Context& context_;
  std::vector<Json> share_;
  std::vector<shell::Named> names_;
  std::string circle_words_;
  mutable int exit_ = 0;
};

}  // namespace

std::unique_ptr<DialogueUser> make_terminal_user(Context& context, std::vector<Json> share,
                                                 Json categories) {
  return std::make_unique<TerminalUser>(context, std::move(share), std::move(categories));
}

}  // namespace troth::app
