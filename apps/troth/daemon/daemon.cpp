#include "apps/troth/daemon/daemon.hpp"

#include <unistd.h>

#include <asio/signal_set.hpp>
#include <csignal>

#include "apps/troth/config.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "shell/discovery/mdns.hpp"
#include "shell/folder/folders.hpp"
#include "shell/local/server.hpp"
#include "shell/net/tcp.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/file.hpp"

namespace troth::app {

namespace {

constexpr std::string_view kLoopback = "127.0.0.1";

// Without a wish, a daemon takes its last port again, so that remembered addresses stay good.
std::uint16_t last_port(const std::string& home) {
  const auto bytes = shell::read_file(home + "/port", 16);
  if (!bytes) return 0;
  const auto parsed = shell::parse_host_port("x:" + std::string(as_text(*bytes)));
  return parsed ? parsed->port : std::uint16_t{0};
}

}  // namespace

struct Daemon::Net {
  asio::io_context io;
  asio::signal_set signals{io};
  std::unique_ptr<shell::TcpListener> listener;
  std::unique_ptr<shell::LocalServer> server;
};

Daemon::Daemon(DaemonOptions options)
    : options_(std::move(options)),
      net_(std::make_unique<Net>()),
      dialogues_(*this),
      feed_(*this),
      reopener_(std::make_unique<Reopener>(
          net_->io, [this] { return pump_->is_open() ? Result<>() : open_engine(); })) {}

Daemon::~Daemon() {
  pump_.reset();
  if (keystore_) keystore_->lock();
}

Result<> Daemon::start() {
  shell::harden_process();
  shell::raise_file_limit();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the limit is an error of that file
  if (!shell::FileKeystore::exists(options_.home)) return fail(Errc::not_found);
  TROTH_TRY(home_lock_, shell::HomeLock::take(options_.home));
  TROTH_TRY(keystore_, shell::FileKeystore::open(options_.home, rng_));
  shell::FolderOptions folders;
  folders.home = options_.home;
  folders.note = [this](const char* key, const std::string& path) { folder_note(key, path); };
  folders_ = shell::make_folders(net_->io, std::move(folders));
  pump_ = std::make_unique<shell::Pump>(net_->io, *keystore_, rng_, *folders_, *this);
  cannot_listen_ = true;
  TROTH_CHECK(listen());
  cannot_listen_ = false;
  if (options_.discovery) make_discovery();
  Result<> opened;
  if (!options_.passphrase.empty()) {
    unlock(std::move(options_.passphrase), [&](Result<> done) { opened = done; });
  } else if (!keystore_->locked()) {
    opened = open_engine();
  }
  TROTH_CHECK(opened);
  TROTH_TRY(net_->server,
            shell::LocalServer::open(net_->io, shell::socket_path(options_.home), *this));
  // A client that has the same environment finds it without: a full disk is no reason not to start.
  (void)shell::tell_socket(options_.home, shell::socket_path(options_.home));
  net_->signals.add(SIGINT);
  net_->signals.add(SIGTERM);
  net_->signals.async_wait([this](const asio::error_code& ec, int) {
    if (!ec) stop();
  });
  return {};
}

void Daemon::folder_note(const char* key, const std::string& path) {
  if (*key == '\0') {
    folder_trouble_.erase(path);
    return;
  }
  folder_trouble_[path] = key;
  feed_.on_event(Noticed{key, path});
}

// Each announcement has a port of its own, on the announced address alone (spec 15 §1).
void Daemon::make_discovery() {
  shell::DiscoveryOptions nearby;
  nearby.interfaces = options_.interfaces;
  nearby.open_door = [this](const std::string& host) -> Result<shell::Door> {
    TROTH_TRY(auto listener,
              shell::TcpListener::open(net_->io, {host, 0},
                                       [this](std::unique_ptr<shell::TcpSocket> socket) {
                                         pump_->adopt(std::move(socket));
                                       }));
    const auto port = listener->local().port;
    return shell::Door{port, std::shared_ptr<void>(std::move(listener))};
  };
  nearby.failed = [this] { feed_.on_event(Noticed{"no_network_here", ""}); };
  discovery_ = shell::make_discovery(net_->io, rng_, std::move(nearby));
  pump_->set_discovery(discovery_.get());
}

// What others are told to come back to. An address that means "here", or "everywhere", is none to
// somebody else; those who find this device need none.
std::string Daemon::told_address() const {
  const bool found_instead = options_.discovery && !options_.listen;
  const bool anywhere =
      options_.listen && (options_.listen->host == "0.0.0.0" || options_.listen->host == "::");
  return found_instead || anywhere ? std::string() : listen_text();
}

Result<> Daemon::listen() {
  const auto on_link = [this](std::unique_ptr<shell::TcpSocket> socket) {
    pump_->adopt(std::move(socket));
  };
  if (options_.listen) {
    TROTH_TRY(net_->listener, shell::TcpListener::open(net_->io, *options_.listen, on_link));
    return {};
  }
  const std::string host(kLoopback);
  auto again = shell::TcpListener::open(net_->io, {host, last_port(options_.home)}, on_link);
  if (!again) again = shell::TcpListener::open(net_->io, {host, 0}, on_link);
  TROTH_TRY(net_->listener, std::move(again));
  // Only so that addresses stay good: a full disk is no reason not to start.
  const auto port = net_->listener->local().port;
  if (port != last_port(options_.home))
    (void)shell::write_atomic(options_.home + "/port", as_bytes(std::to_string(port)));
  return {};
}

std::string Daemon::listen_text() const {
  return net_->listener ? net_->listener->local().text() : "";
}

Json Daemon::circle_words() const {
  const auto self = pump_->query(IdentityQuery{});
  return self && !self->circle.is_zero() ? Json(self->circle_words) : Json(nullptr);
}

Json Daemon::ready_json() const {
  return Json{{"v", 1},
              {"event", "ready"},
              {"pid", ::getpid()},
              {"listen", listen_text()},
              {"console", nullptr},
              {"socket", shell::socket_path(options_.home)},
              {"locked", !pump_->is_open()}};
}

void Daemon::run() { net_->io.run(); }

void Daemon::stop_soon() {
  auto timer = std::make_shared<shell::Timer>(net_->io);
  timer->set(std::chrono::milliseconds(20), [this, timer] { stop(); });
}

void Daemon::stop() {
  reopener_->cancel();
  dialogues_.clear();
  if (net_->server) net_->server->close();
  if (net_->listener) net_->listener->close();
  if (pump_) pump_->close();
  net_->io.stop();
}

Result<> Daemon::open_engine(std::optional<std::uint64_t> unlocked_after) {
  book_.reset();
  consent_.forget();
  folder_trouble_.clear();
  TROTH_CHECK(pump_->open(options_.home, told_address(), unlocked_after));
  (void)consent_.news(pump_->now().wall, *pump_);  // what is so already is no news
  return {};
}

void Daemon::unlock(SecretBytes passphrase, shell::Keystore::Done done) {
  if (pump_->is_open()) return done({});
  const auto copy = std::make_shared<SecretBytes>(passphrase.clone());
  const Now now = shell::os_now();
  const auto wrong = keystore_->wrong_in_a_row();
  keystore_->unlock(std::move(passphrase), now, [this, copy, now, wrong, done](Result<> unlocked) {
    if (unlocked) unlocked = open_engine(wrong);
    if (!unlocked) return done(unlocked);
    const auto self = pump_->query(IdentityQuery{});
    if (!self || !self->circle.is_zero()) return done({});
    // Before the first circle the approve key can sign nothing that matters: joining needs no
    // second question (spec 12 §5).
    present_for_all_ = true;
    keystore_->prove_presence(std::move(*copy), shell::Presence::until_joined, now,
                              [done](Result<>) { done({}); });
  });
}

void Daemon::lock() {
  reopener_->cancel();
  dialogues_.clear();
  for (auto& [ticket, pending] : pending_) pending.request.failed(Errc::locked);
  pending_.clear();
  pump_->locking();
  pump_->close();
  feed_.locked();  // last, for what the end of it told
  keystore_->lock();
  book_.reset();
  consent_.forget();
}

const Book& Daemon::book() {
  if (!book_) {
    Book fresh;
    if (auto devices = pump_->query(DevicesQuery{})) fresh.devices = std::move(*devices);
    if (auto categories = pump_->query(CategoriesQuery{}))
      fresh.categories = std::move(*categories);
    // Made anew after every command: who may see everything is not asked for more.
    if (fresh.has_closed()) {
      const auto self = pump_->query(IdentityQuery{});
      const auto grants = pump_->query(ConsentQuery{true});
      if (self && grants) fresh.explain(self->device, self->state == EngineState::removed, *grants);
    }
    book_ = std::move(fresh);
  }
  return *book_;
}

void Daemon::prove_presence(const shell::LocalClient& client, SecretBytes passphrase,
                            shell::Presence how, shell::Keystore::Done done) {
  const Now now = shell::os_now();
  // What ran out is not brought back by the proof of somebody else.
  if (!keystore_->present(now.mono)) present_clients_.clear();
  keystore_->prove_presence(std::move(passphrase), how, now, [&, how, done](Result<> proven) {
    if (proven) {
      present_for_all_ = how != shell::Presence::once;
      present_clients_.insert(&client);
    }
    done(proven);
  });
}

bool Daemon::is_present(const shell::LocalClient& client) const {
  return keystore_->present(shell::os_now().mono) &&
         (present_for_all_ || present_clients_.contains(&client));
}

bool Daemon::has_presence(const Request& request, const std::string& about) {
  if (!pump_->is_open()) {
    request.failed(closed());
    return false;
  }
  const auto& client = request.client();
  if (keystore_->protection() == Protection::file_open && !is_present(client))
    prove_presence(client, SecretBytes(), shell::Presence::once, [](Result<>) {});
  if (is_present(client)) return true;
  Json error = error_json(Errc::presence_needed);
  if (!about.empty()) error["about"] = about;
  request.failed_with(std::move(error));
  return false;
}

std::optional<DeviceId> Daemon::device(const Request& request, std::string_view name) {
  const auto names = book().device_names();
  const auto found = book().find_device(name);
  if (found.index) return book().devices[*found.index].device;
  if (found.candidates.empty()) {
    unknown(request, Errc::unknown_device);
  } else {
    request.failed(Errc::ambiguous, {}, candidate_texts(names, found.candidates));
  }
  return std::nullopt;
}

std::optional<CategoryId> Daemon::category(const Request& request, std::string_view name) {
  const auto found = book().find_category(name);
  if (found.index) return book().categories[*found.index].category;
  if (found.candidates.empty()) {
    unknown(request, Errc::unknown_category);
  } else {
    const auto names = book().category_names();
    request.failed(Errc::ambiguous, {}, candidate_texts(names, found.candidates));
  }
  return std::nullopt;
}

void Daemon::submit(Request request, Command command, Outcome outcome) {
  const auto ticket = pump_->submit(std::move(command));
  if (!ticket) return request.failed(pump_->is_open() ? ticket.error().code : closed());
  pending_.emplace(ticket->value, Pending{std::move(request), std::move(outcome)});
}

void Daemon::finish(const Done& done) {
  const auto found = pending_.find(done.ticket.value);
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  book_.reset();
  if (pending.outcome) return pending.request.done(pending.outcome(done));
  Json result{{"v", 1}, {"done", true}};
  if (!done.id.empty()) result["id"] = hex(done.id);
  pending.request.done(std::move(result));
}

void Daemon::finish(const Failed& failed) {
  const auto found = pending_.find(failed.ticket.value);
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  pending.request.failed_with(refusal(pending.request, failed.code, failed.reason));
}

void Daemon::on_event(const Event& event) {
  const bool names = std::holds_alternative<CircleChanged>(event) ||
                     std::holds_alternative<Paired>(event) ||
                     std::holds_alternative<PeerChanged>(event);
  if (names) book_.reset();
  if (std::holds_alternative<CircleChanged>(event)) consent_.changed();
  if (std::holds_alternative<Paired>(event)) keystore_->end_presence(shell::Presence::until_joined);
  dialogues_.on_event(event);
  if (const auto* done = std::get_if<Done>(&event)) finish(*done);
  if (const auto* failed = std::get_if<Failed>(&event)) finish(*failed);
  feed_.on_event(event);
}

void Daemon::on_settled() {
  for (const auto& grant : consent_.news(pump_->now().wall, *pump_)) {
    book_.reset();  // what the end of its time alone changed
    feed_.tell(consent_event(grant, book()));
  }
  feed_.on_settled();
}

void Daemon::on_stopped(Errc why) {
  // Memory is dropped and the home opened again from disk: the same path as after a crash.
  dialogues_.clear();
  feed_.stopped();
  for (auto& [ticket, pending] : pending_) pending.request.failed(why);
  pending_.clear();
  // Rows that are not what was written are mended by the next opening (spec 11 §6.1). A home that
  // is damaged again soon is left alone until somebody looks.
  const auto now = shell::os_now().mono;
  const bool soon = damaged_at_ && now.ms < damaged_at_->ms + limits::kDamagedAgainMs;
  if (why == Errc::damaged) damaged_at_ = now;
  const bool mends = why == Errc::damaged && !soon;
  if (why == Errc::disk_full || why == Errc::io_error || mends) reopener_->stopped(why);
}

void Daemon::on_line(const std::shared_ptr<shell::LocalClient>& client, std::string_view line) {
  const auto json = parse_json(line);
  const Request request(client, json ? member(*json, "id") : Json(),
                        json ? member(*json, "params") : Json());
  const auto name = json ? string_at(*json, "method") : std::nullopt;
  const Method method = name ? find_method(*name) : nullptr;
  if (method == nullptr) return request.failed(Errc::usage);
  reopener_->try_now();
  method(*this, request);
}

void Daemon::on_gone(shell::LocalClient& client) {
  dialogues_.client_gone(client);
  feed_.client_gone(client);
  std::erase_if(pending_, [&](const auto& one) { return one.second.request.from(client); });
  if (present_clients_.erase(&client) == 0 || !present_clients_.empty()) return;
  keystore_->end_presence(shell::Presence::once);
}

}  // namespace troth::app
