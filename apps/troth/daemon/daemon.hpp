// The daemon: owns the home, the keystore, the pump and the local socket. Requests become commands
// and queries of the engine; what they mean stands in methods_*.cpp, one function a method (spec 13
// §4).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "apps/troth/daemon/book.hpp"
#include "apps/troth/daemon/consent_news.hpp"
#include "apps/troth/daemon/dialogues.hpp"
#include "apps/troth/daemon/feed.hpp"
#include "apps/troth/daemon/reopener.hpp"
#include "apps/troth/daemon/request.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/local/handler.hpp"
#include "shell/os/home.hpp"
#include "shell/os/rng.hpp"
#include "shell/pump/pump.hpp"

namespace troth::app {

struct DaemonOptions {
  std::string home;
  std::optional<shell::HostPort> listen;  // absent: the last port again, else any
  bool discovery = false;                 // on the local network (spec 15)
  std::vector<std::string> interfaces;    // where; empty: every one that can
  SecretBytes passphrase;                 // empty: starts locked
};

class Daemon final : public shell::PumpHost, public shell::LocalHandler {
 public:
  using Outcome = std::function<Json(const Done&)>;  // the answer of a command that succeeded

  explicit Daemon(DaemonOptions options);
  ~Daemon() override;
  // Takes the home, unlocks, listens. Errors: not_found, busy, wrong_passphrase, damaged, ...
  [[nodiscard]] Result<> start();
  [[nodiscard]] bool cannot_listen() const { return cannot_listen_; }  // why start() failed
  void run();                                                          // until stop() or a signal
  void stop();
  void stop_soon();                       // after the answer in flight has left
  [[nodiscard]] Json ready_json() const;  // the line that says where it listens

  // For the methods.
  [[nodiscard]] shell::Pump& pump() { return *pump_; }
  [[nodiscard]] shell::Keystore& keystore() { return *keystore_; }
  [[nodiscard]] Rng& rng() { return rng_; }
  [[nodiscard]] Dialogues& dialogues() { return dialogues_; }
  [[nodiscard]] Feed& feed() { return feed_; }
  [[nodiscard]] const Book& book();
  [[nodiscard]] const FolderTrouble& folder_trouble() const { return folder_trouble_; }
  [[nodiscard]] const std::string& home() const { return options_.home; }
  [[nodiscard]] std::string listen_text() const;
  [[nodiscard]] bool looks_nearby() const { return options_.discovery; }
  [[nodiscard]] const std::vector<std::string>& interfaces() const { return options_.interfaces; }
  [[nodiscard]] Json circle_words() const;  // null when in no circle
  // Why nothing can be asked of a home that is not open.
  [[nodiscard]] Errc closed() const { return reopener_->why().value_or(Errc::locked); }
  // A text key that says more than the code, where the state of this device explains it.
  [[nodiscard]] std::string_view why(Errc code, std::string_view reason) const;
  // The error with its next step. Where this device lacks consent, that is on another device.
  [[nodiscard]] Json refusal(const Request& request, Errc code, std::string_view reason);
  // Answers a request whose name names nothing: where there is no circle yet, that is why.
  void unknown(const Request& request, Errc code, std::string_view reason = {});
  void submit(Request request, Command command, Outcome outcome = {});
  void unlock(SecretBytes passphrase, shell::Keystore::Done done);
  void lock();
  // Presence counts for the client that proved it, and ends when the last of those is gone; one
  // that is remembered, or that holds until this device joined, counts for all.
  void prove_presence(const shell::LocalClient& client, SecretBytes passphrase, shell::Presence how,
                      shell::Keystore::Done done);
  [[nodiscard]] bool is_present(const shell::LocalClient& client) const;
  // False, and the request is answered, when the approve key may not be used now. about: whom the
  // question names.
  [[nodiscard]] bool has_presence(const Request& request, const std::string& about = {});
  // Names to ids; nullopt, and the request is answered, when nothing or more than one fits.
  [[nodiscard]] std::optional<DeviceId> device(const Request& request, std::string_view name);
  [[nodiscard]] std::optional<CategoryId> category(const Request& request, std::string_view name);
  template <class Q>
  [[nodiscard]] std::optional<typename Q::Answer> ask(const Request& request, const Q& question) {
    auto answer = pump_->query(question);
    if (answer) return std::move(*answer);
    const Errc code = answer.error().code;
    request.failed_with(refusal(request, code, consent_key(request, code)));
    return std::nullopt;
  }

 private:
  void on_event(const Event& event) override;
  void on_settled() override;
  void on_stopped(Errc why) override;
  void on_line(const std::shared_ptr<shell::LocalClient>& client, std::string_view line) override;
  void on_too_long(const std::shared_ptr<shell::LocalClient>& client) override {
    Request(client, Json(), Json()).failed(Errc::too_long);
  }
  void on_gone(shell::LocalClient& client) override;
  void on_read(shell::LocalClient& client) override { feed_.client_read(client); }
  [[nodiscard]] Result<> open_engine(std::optional<std::uint64_t> unlocked_after = {});
  [[nodiscard]] Result<> listen();
  void make_discovery();
  [[nodiscard]] std::string told_address() const;
  void folder_note(const char* key, const std::string& path);
  [[nodiscard]] const CategoryInfo* named_category(const Request& request);
  [[nodiscard]] std::string_view consent_key(const Request& request, Errc code);
  [[nodiscard]] std::string who_could_share(const CategoryId& category);
  void finish(const Done& done);
  void finish(const Failed& failed);

  struct Pending {
    Request request;
    Outcome outcome;
  };

  DaemonOptions options_;
  struct Net;  // the network library's objects
  std::unique_ptr<Net> net_;
  shell::OsRng rng_;
  std::optional<shell::HomeLock> home_lock_;
  std::unique_ptr<shell::FileKeystore> keystore_;
  std::unique_ptr<shell::FolderPort> folders_;
  std::unique_ptr<shell::DiscoveryPort> discovery_;
  std::unique_ptr<shell::Pump> pump_;
  std::map<std::uint64_t, Pending> pending_;
  Dialogues dialogues_;
  Feed feed_;
  ConsentNews consent_;
  bool cannot_listen_ = false;
  std::unique_ptr<Reopener> reopener_;
  std::optional<MonoMs> damaged_at_;  // when the home last stopped as damaged
  std::optional<Book> book_;
  FolderTrouble folder_trouble_;
  std::set<const shell::LocalClient*> present_clients_;  // compared, never used
  bool present_for_all_ = false;                         // while the keystore says present
};

// Methods by name; nullptr when there is none.
using Method = void (*)(Daemon&, const Request&);
[[nodiscard]] Method find_method(std::string_view name);

}  // namespace troth::app
