#include "apps/troth/daemon/dialogues.hpp"

#include <algorithm>

#include "apps/troth/answer.hpp"
#include "apps/troth/daemon/daemon.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/names.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

Json failed_event(Errc code, std::string_view reason) {
  const Json error = error_json(code, reason);
  return Json{{"v", 1},
              {"event", "failed"},
              {"reason", error["code"]},
              {"message", error["message"]},
              {"hint", error["hint"]},
              {"retry", error["retry"]}};
}

// What the new device can know about why it came to nothing.
std::string_view why_failed(const PairingFailed& failed, bool sponsor) {
  const bool plain = std::string_view(failed.reason) != "not_found_nearby";
  if (!sponsor && plain && failed.code == Errc::closed) return "join_closed";
  if (!sponsor && plain && failed.code == Errc::timed_out) return "join_timed_out";
  return failed.reason;
}

}  // namespace

void Dialogues::start(const Request& request, bool sponsor, Command command) {
  const auto ticket = daemon_.pump().submit(std::move(command));
  if (!ticket) return request.failed(ticket.error().code);
  open_.emplace(ticket->value, Dialogue{request, sponsor, {}});
}

void Dialogues::start_pair(const Request& request) {
  if (!daemon_.has_presence(request)) return;
  StartPairing command;
  command.why = request.text("why");
  command.words = flag_at(request.params(), "words");
  command.lifetime_ms = number_at(request.params(), "lifetime_ms").value_or(command.lifetime_ms);
  start(request, true, std::move(command));
}

void Dialogues::start_join(const Request& request) {
  JoinCircle command;
  command.code = request.text("code");
  command.address = request.text("at");
  command.name = request.text("name");
  if (!command.address.empty() && !shell::parse_peer_address(command.address)) {
    return request.failed(Errc::usage, "bad_address");
  }
  if (!command.name.empty() && !shell::is_good_name(command.name))
    return request.failed(Errc::usage, "name_characters");
  if (!daemon_.has_presence(request)) return;
  start(request, false, std::move(command));
}

Dialogues::Dialogue* Dialogues::find(Ticket ticket) {
  const auto found = open_.find(ticket.value);
  return found == open_.end() ? nullptr : &found->second;
}

Dialogues::Dialogue* Dialogues::find(const Request& answer, Ticket& ticket) {
  ticket = Ticket{number_at(answer.params(), "pairing").value_or(0)};
  Dialogue* dialogue = find(ticket);
  // Only the client that began a dialogue may answer in it.
  if (dialogue != nullptr && dialogue->request.from(answer.client())) return dialogue;
  answer.failed(Errc::expired);
  return nullptr;
}

void Dialogues::check_share(const Request& request) {
  if (read_share(request)) request.done(Json{{"v", 1}, {"good", true}});
}

// nullopt: the request is answered.
std::optional<std::vector<ShareTerms>> Dialogues::read_share(const Request& request) {
  std::vector<ShareTerms> out;
  const auto refuse = [&](Errc code, std::string_view reason) {
    request.failed(code, reason);
    return std::nullopt;
  };
  for (const Json& one : member(request.params(), "share")) {
    // Nothing stands for what was not said: the widest would be the easiest to give by accident.
    for (const char* key : {"category", "direction", "for"}) {
      if (!string_at(one, key)) return refuse(Errc::usage, "share_needs");
    }
    const auto id = daemon_.category(request, string_at(one, "category").value_or(""));
    if (!id) return std::nullopt;
    const auto direction = direction_from(string_at(one, "direction").value_or(""));
    if (!direction) return refuse(Errc::usage, "bad_direction");
    if (*direction == Direction::send) return refuse(Errc::send_only_unsupported, {});
    const auto span = shell::parse_duration(string_at(one, "for").value_or(""));
    if (!span) return refuse(Errc::usage, "bad_duration");
    if (span->kind == shell::DurationKind::once) return refuse(Errc::usage, "no_once");
    if (std::any_of(out.begin(), out.end(), [&](const auto& o) { return o.category == *id; }))
      return refuse(Errc::usage, "share_twice");
    ShareTerms terms{*id, *direction, 0, History::all};
    if (span->kind == shell::DurationKind::timed)
      terms.until_ms = daemon_.pump().now().wall.ms + span->ms;
    if (flag_at(one, "from_now")) terms.history = History::from_now;
    out.push_back(terms);
  }
  return out;
}

void Dialogues::answer_pair(const Request& request) {
  AnswerApplicant command;
  static constexpr std::string_view kKeys[] = {"check", "share"};
  if (find(request, command.pairing) == nullptr) return;
  if (!is_answer(request.params(), kKeys)) return request.failed(Errc::usage, "bad_answer");
  command.refuse = flag_at(request.params(), "refuse");
  command.check = request.text("check");
  auto share = read_share(request);
  if (!share) return;
  command.share = std::move(*share);
  daemon_.submit(request, std::move(command));
}

void Dialogues::answer_join(const Request& request) {
  AnswerOffer command;
  const Dialogue* dialogue = find(request, command.pairing);
  if (dialogue == nullptr) return;
  static constexpr std::string_view kKeys[] = {"accept"};
  if (!is_answer(request.params(), kKeys)) return request.failed(Errc::usage, "bad_answer");
  command.refuse = flag_at(request.params(), "refuse");
  for (const Json& one : member(request.params(), "accept")) {
    std::vector<shell::Named> names;
    for (const auto& offer : dialogue->offered) names.push_back({hex(offer.category), offer.name});
    const auto found = shell::resolve(names, one.text());
    if (!found.candidates.empty())
      return request.failed(Errc::ambiguous, {}, candidate_texts(names, found.candidates));
    if (!found.index) return request.failed(Errc::unknown_category, "not_in_offer");
    command.accept.push_back(dialogue->offered[*found.index].category);
  }
  daemon_.submit(request, std::move(command));
}

void Dialogues::client_gone(const shell::LocalClient& client) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (!it->second.request.from(client)) {
      ++it;
      continue;
    }
    // Nobody is there any more to say yes (cli.md: end of input means refuse).
    (void)daemon_.pump().submit(CancelPairing{Ticket{it->first}});
    it = open_.erase(it);
  }
}

void Dialogues::clear() {
  for (auto& [ticket, dialogue] : open_) dialogue.request.failed(Errc::locked);
  open_.clear();
}

void Dialogues::on(const PairingCode& code) {
  if (const Dialogue* dialogue = find(code.pairing)) {
    dialogue->request.event(Json{{"v", 1},
                                 {"event", "code"},
                                 {"pairing", code.pairing.value},
                                 {"code", code.code.empty() ? Json(nullptr) : Json(code.code)},
                                 {"qr", code.qr},
                                 {"at", daemon_.listen_text()},
                                 {"nearby", daemon_.looks_nearby()},
                                 {"circle_words", daemon_.circle_words()},
                                 {"expires_in_ms", code.expires_in_ms}});
  }
}

void Dialogues::on(const PairingAttempt& attempt) {
  if (const Dialogue* dialogue = find(attempt.pairing)) {
    dialogue->request.event(Json{{"v", 1},
                                 {"event", "attempt"},
                                 {"pairing", attempt.pairing.value},
                                 {"tries_left", attempt.tries_left}});
  }
}

void Dialogues::on(const PairingApplicant& applicant) {
  // Two of one name cannot be told apart where consent is given.
  const auto& all = daemon_.book().devices;
  const bool taken = std::any_of(all.begin(), all.end(), [&](const DeviceInfo& one) {
    return one.state == DeviceState::live && one.name == applicant.name;
  });
  if (const Dialogue* dialogue = find(applicant.pairing)) {
    dialogue->request.event(Json{{"v", 1},
                                 {"event", "applicant"},
                                 {"pairing", applicant.pairing.value},
                                 {"name", applicant.name},
                                 {"name_taken", taken},
                                 {"model", applicant.model},
                                 {"os", applicant.os},
                                 {"protection", shell::protection_name(applicant.protection)},
                                 {"key_words", applicant.key_words},
                                 {"wants", Json::array()}});
  }
}

void Dialogues::on(const PairingCheck& check) {
  if (const Dialogue* dialogue = find(check.pairing)) {
    dialogue->request.event(Json{{"v", 1},
                                 {"event", "check"},
                                 {"pairing", check.pairing.value},
                                 {"check", check.check},
                                 {"circle_words", check.circle_words}});
  }
}

void Dialogues::on(const PairingOffer& offer) {
  Dialogue* dialogue = find(offer.pairing);
  if (dialogue == nullptr) return;
  dialogue->offered = offer.share;
  Json share = Json::array();
  for (const auto& one : offer.share) share.push_back(offered_json(one));
  dialogue->request.event(Json{{"v", 1},
                               {"event", "offer"},
                               {"pairing", offer.pairing.value},
                               {"circle", offer.circle_words},
                               {"sponsor", offer.sponsor},
                               {"why", offer.why},
                               {"share", std::move(share)}});
}

void Dialogues::on(const Paired& paired) {
  const Dialogue* dialogue = find(paired.pairing);
  if (dialogue == nullptr) return;
  Json accepted = Json::array();
  for (const auto& id : paired.accepted) {
    const auto offer = std::find_if(dialogue->offered.begin(), dialogue->offered.end(),
                                    [&](const auto& one) { return one.category == id; });
    accepted.push_back(offer == dialogue->offered.end() ? daemon_.book().category_name(id)
                                                        : offer->name);
  }
  dialogue->request.done(Json{{"v", 1},
                              {"event", "paired"},
                              {"device", hex(paired.device)},
                              {"name", daemon_.book().device_name(paired.device)},
                              {"accepted", std::move(accepted)}});
  open_.erase(paired.pairing.value);
}

void Dialogues::on(const PairingFailed& failed) {
  const Dialogue* dialogue = find(failed.pairing);
  if (dialogue == nullptr) return;
  Json event = failed_event(failed.code, why_failed(failed, dialogue->sponsor));
  event["tries_left"] = failed.tries_left;
  dialogue->request.done(std::move(event));
  open_.erase(failed.pairing.value);
}

void Dialogues::on(const Failed& failed) {
  if (const Dialogue* dialogue = find(failed.ticket)) {
    // Refused before anything began: an error of the command, or the end of the dialogue.
    if (failed.code == Errc::presence_needed || failed.code == Errc::locked) {
      dialogue->request.failed(failed.code);
    } else {
      // Only a join without an address is refused with this code.
      const bool where = !dialogue->sponsor && failed.code == Errc::usage;
      const bool in =
          !dialogue->sponsor && failed.code == Errc::exists && daemon_.why(failed.code, {}).empty();
      const bool open = dialogue->sponsor && failed.code == Errc::busy;
      const bool span = dialogue->sponsor && failed.code == Errc::bad_value;
      const std::string_view reason = where  ? "no_address"
                                      : in   ? "in_circle"
                                      : open ? "pair_open"
                                      : span ? "bad_lifetime"
                                             : daemon_.why(failed.code, failed.reason);
      dialogue->request.done(failed_event(failed.code, reason));
    }
    open_.erase(failed.ticket.value);
  }
}

bool Dialogues::on_event(const Event& event) {
  return std::visit(
      [this](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, Failed>) {
          const bool mine = find(one.ticket) != nullptr;
          on(one);
          return mine;
        } else if constexpr (std::is_same_v<T, Done>) {
          return find(one.ticket) != nullptr;  // the dialogue goes on: Paired ends it
        } else if constexpr (requires { one.pairing; }) {
          const bool mine = find(one.pairing) != nullptr;
          on(one);
          return mine;
        } else {
          return false;
        }
      },
      event);
}

}  // namespace troth::app
