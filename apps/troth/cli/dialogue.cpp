#include "apps/troth/cli/dialogue.hpp"

#include <algorithm>

#include "apps/troth/answer.hpp"
#include "apps/troth/daemon/request.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

// The ids of the contract: 1 is the question for presence and the offer, 2 the new device's card.
constexpr std::uint64_t kApplicantId = 2;
constexpr std::uint64_t kOfferId = 1;

Json without(Json event, const char* key) {
  event.erase(key);
  return event;
}

// Answers as JSON lines. Anything unexpected in an answer refuses the whole of it.
class JsonUser final : public DialogueUser {
 public:
  JsonUser(Context& context, std::vector<std::string_view> keys, std::uint64_t id)
      : context_(context), keys_(std::move(keys)), id_(id) {}

  void tell(const Json& event) override { context_.out().object(without(event, "pairing")); }

  std::optional<Json> ask(const Json& event, bool& spoke) override {
    if (!spoke_to_) context_.out().object(numbered(event));
    spoke_to_ = true;
    const auto line = context_.input().next_or(*context_.daemon(exit_), spoke);
    if (!line) {
      if (!spoke) gave_ = Gave::nothing;
      return std::nullopt;
    }
    auto answer = parse_json(*line);
    if (!answer || !good(*answer)) {
      gave_ = Gave::nonsense;
      return std::nullopt;
    }
    if (flag_at(*answer, "refuse")) gave_ = Gave::a_refusal;
    answer->erase("id");
    return answer;
  }

 private:
  Json numbered(const Json& event) const {
    Json out{{"v", 1}, {"event", event["event"]}, {"id", id_}};
    for (const auto& [key, value] : event.items()) {
      if (key != "v" && key != "event" && key != "pairing") out[key] = value;
    }
    return out;
  }
  bool good(const Json& answer) const {
    if (!answer.is_object() || number_at(answer, "id") != id_) return false;
    for (const auto& [key, value] : answer.items()) {
      if (key == "id" || key == "refuse") continue;
      if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) return false;
    }
    return is_answer(answer, keys_);
  }

  Context& context_;
  std::vector<std::string_view> keys_;  // what an answer needs, and may hold
  std::uint64_t id_;
  int exit_ = 0;
  bool spoke_to_ = false;
};

// A failure that this side brought about is told as that, not as the other side's answer.
Json told(Json result, Gave gave) {
  if (string_at(result, "event") == "paired" || gave == Gave::an_answer) return result;
  const Json words = gave == Gave::a_refusal  ? error_json(Errc::rejected, "you_said_no")
                     : gave == Gave::nonsense ? error_json(Errc::usage, "bad_answer")
                                              : error_json(Errc::cancelled, "input_ended");
  result["reason"] = words["code"];
  for (const char* key : {"message", "hint", "retry"}) result[key] = words[key];
  return result;
}

// The last line. With JSON lines it is an event; a person who wants JSON gets what every command
// prints: the result, or the error.
int finish(Context& context, const Json& said, DialogueUser& user) {
  const Json result = told(said, user.gave());
  const bool lines = context.globals().input_json;
  user.tell(result);
  if (string_at(result, "event") == "paired") {
    if (!lines && context.out().json) context.out().object(without(result, "pairing"));
    return 0;
  }
  const Json error{{"code", string_at(result, "reason").value_or("")},
                   {"message", result["message"]},
                   {"hint", result["hint"]},
                   {"retry", result["retry"]}};
  return (lines ? Output{} : context.out()).error(error);
}

// An error in the middle of a dialogue is its end, told in the dialogue's own form.
int end_with(Context& context, const Json& error) {
  if (!context.globals().input_json) return context.out().error(error);
  Json event{{"v", 1}, {"event", "failed"}, {"reason", member(error, "code")}};
  for (const char* key : {"message", "hint", "retry"}) event[key] = member(error, key);
  context.out().object(event);
  return Output{false, false}.error(error);
}

bool is_question(const Json& event) {
  const auto name = string_at(event, "event");
  return name == "applicant" || name == "offer";
}

// Sends the user's answer; nullopt becomes a refusal.
Result<> send_answer(Client& client, std::string_view method, const Json& pairing,
                     std::optional<Json> answer) {
  Json params = answer ? std::move(*answer) : Json{{"refuse", true}};
  params["pairing"] = pairing;
  TROTH_CHECK(client.send(std::string(method) + ".answer", params));
  return {};
}

struct Conversation {
  Context& context;
  Client& client;
  std::string_view method;
  DialogueUser& user;
  std::optional<Json> question;  // asked and not answered yet
  bool answered = false;         // then the end of input means nothing any more

  // True when the daemon has to be read next.
  Result<> put_question() {
    bool spoke = false;
    auto answer = user.ask(*question, spoke);
    if (spoke) return {};
    const Json pairing = (*question)["pairing"];
    question.reset();
    answered = true;
    return send_answer(client, method, pairing, std::move(answer));
  }
};

int talk(Conversation talk, std::uint64_t id) {
  for (;;) {
    if (talk.question) {
      const auto sent = talk.put_question();
      if (!sent) return end_with(talk.context, error_json(sent.error().code));
    }
    const bool scripted = talk.context.globals().input_json && !talk.answered;
    if (scripted && !talk.context.input().wait_for(talk.client)) {
      return end_with(talk.context, error_json(Errc::cancelled, "input_ended"));
    }
    auto reply = talk.client.next();
    if (!reply) return end_with(talk.context, error_json(Errc::no_daemon));
    if (reply->kind == ReplyKind::error) return end_with(talk.context, reply->body);
    if (reply->id != id) continue;  // the daemon took an answer
    if (reply->kind == ReplyKind::result) return finish(talk.context, reply->body, talk.user);
    if (is_question(reply->body)) {
      talk.question = reply->body;
    } else {
      talk.user.tell(reply->body);
    }
  }
}

}  // namespace

int run_dialogue(Context& context, std::string_view method, const Json& params,
                 DialogueUser& user) {
  int exit = 0;
  Client* client = context.daemon(exit);
  if (client == nullptr) return exit;
  const std::string why = shell::say("why." + std::string(method));
  const auto hello = context.call("hello", Json::object(), exit);
  if (!hello) return exit;
  if (flag_at(*hello, "locked")) return context.out().error(Errc::locked);
  if (!flag_at(*hello, "present") && !context.prove_presence(why, exit)) return exit;
  const auto id = client->send(method, params);
  if (!id) return context.out().error(id.error().code);
  return talk(Conversation{context, *client, method, user, std::nullopt, false}, *id);
}

std::optional<Json> parse_share(std::string_view text) {
  const auto second = text.rfind(':');
  if (second == std::string_view::npos || second == 0) return std::nullopt;
  const auto first = text.rfind(':', second - 1);
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  return Json{{"category", text.substr(0, first)},
              {"direction", text.substr(first + 1, second - first - 1)},
              {"for", text.substr(second + 1)}};
}

namespace {

int run_with_user(Context& context, std::string_view method, const Json& params,
                  std::vector<std::string_view> keys, std::uint64_t id, std::vector<Json> share,
                  Json categories) {
  if (context.globals().input_json) {
    JsonUser user(context, std::move(keys), id);
    return run_dialogue(context, method, params, user);
  }
  // A person has to compare and to choose: without one there is nothing to say yes.
  if (!context.may_ask()) return context.out().error(Errc::presence_needed, "needs_person");
  const auto user = make_terminal_user(context, std::move(share), std::move(categories));
  return run_dialogue(context, method, params, *user);
}

// What --share says is checked before a code is shown: later it would cost the pairing. False: said
// already, exit is set.
bool read_shares(Context& context, std::vector<Json>& share, int& exit) {
  for (const auto& text : context.in().all("share")) {
    auto one = parse_share(text);
    if (!one) {
      exit = context.out().error(Errc::usage, "bad_share");
      return false;
    }
    share.push_back(std::move(*one));
  }
  return share.empty() || context.call("pair.check", Json{{"share", share}}, exit).has_value();
}

}  // namespace

int run_pair(Context& context) {
  int exit = 0;
  Json params{{"why", context.in().value("why")}, {"words", context.in().flag("words")}};
  if (const auto lifetime = context.in().find("lifetime")) {
    const auto ms = shell::parse_span(*lifetime);
    if (!ms) return context.out().error(Errc::usage, "bad_span");
    params["lifetime_ms"] = *ms;
  }
  std::vector<Json> share;
  if (!read_shares(context, share, exit)) return exit;
  Json categories = Json::array();
  if (context.may_ask() && context.daemon(exit) != nullptr) {
    // Asked here, because nothing can be asked in the middle of the dialogue.
    const auto all = context.daemon(exit)->call("categories", Json::object());
    if (all && all->kind == ReplyKind::result) categories = member(all->body, "rows");
  }
  return run_with_user(context, "pair", params, {"check", "share"}, kApplicantId, std::move(share),
                       std::move(categories));
}

int run_join(Context& context) {
  std::string code = context.in().value("CODE");
  if (code == "-" || code.empty()) {
    if (code.empty() && !context.may_ask()) {
      return context.out().error(Errc::presence_needed, "code_how");
    }
    if (code.empty()) context.out().note(shell::say("ask.code"));
    code = context.input().next().value_or("");
  }
  const Json params{
      {"code", code}, {"at", context.in().value("at")}, {"name", context.in().value("name")}};
  return run_with_user(context, "join", params, {"accept"}, kOfferId, {}, {});
}

}  // namespace troth::app
