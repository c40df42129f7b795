// Pairing as a conversation with a local client: events out, answers in (cli.md "Dialogues").
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "apps/troth/daemon/book.hpp"
#include "apps/troth/daemon/request.hpp"
#include "troth/command.hpp"
#include "troth/event.hpp"

namespace troth::app {

class Daemon;

class Dialogues {
 public:
  explicit Dialogues(Daemon& daemon) : daemon_(daemon) {}
  void start_pair(const Request& request);
  void start_join(const Request& request);
  void answer_pair(const Request& request);  // params: pairing, check + share, or refuse
  void check_share(const Request& request);  // params: share; before a code is shown
  void answer_join(const Request& request);  // params: pairing, accept, or refuse
  void client_gone(const shell::LocalClient& client);
  void clear();

  // True when the event belonged to a dialogue.
  bool on_event(const Event& event);

 private:
  struct Dialogue {
    Request request;
    bool sponsor = false;
    std::vector<OfferedCategory> offered;  // of the applicant's side
  };
  void start(const Request& request, bool sponsor, Command command);
  [[nodiscard]] std::optional<std::vector<ShareTerms>> read_share(const Request& request);
  Dialogue* find(Ticket ticket);
  Dialogue* find(const Request& answer, Ticket& ticket);
  void on(const PairingCode& code);
  void on(const PairingAttempt& attempt);
  void on(const PairingApplicant& applicant);
  void on(const PairingCheck& check);
  void on(const PairingOffer& offer);
  void on(const Paired& paired);
  void on(const PairingFailed& failed);
  void on(const Failed& failed);

  Daemon& daemon_;
  std::map<std::uint64_t, Dialogue> open_;
};

}  // namespace troth::app
