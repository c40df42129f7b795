#include "shell/pump/pump.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "shell/net/tcp.hpp"
#include "shell/os/clock.hpp"

namespace troth::shell {

namespace {

// The engine chooses whom to close when it has enough; those on their way out still count here.
constexpr std::size_t kMaxLinks = limits::kConnections + 64;
constexpr std::chrono::milliseconds kDialLimit{10'000};
// One settle handles this many rounds of effect and answer before other work gets its turn.
constexpr int kRoundsMax = 256;

template <class Key>
std::array<std::uint8_t, 65> point(const Key& key) {
  return key.bytes();
}

}  // namespace

Pump::Pump(asio::io_context& io, Keystore& keystore, Rng& rng, FolderPort& folders, PumpHost& host)
    : io_(io),
      keystore_(keystore),
      rng_(rng),
      folders_(folders),
      host_(host),
      timer_(std::make_unique<Timer>(io)) {}

Pump::~Pump() { close(); }

Now Pump::now() const { return os_now(); }

Result<> Pump::open(const std::string& home, const std::string& listen,
                    std::optional<std::uint64_t> unlocked_after) {
  TROTH_TRY(const Secret32 at_rest, keystore_.at_rest_key());
  const auto& keys = keystore_.public_keys();
  const auto& guard = keystore_.guard();
  Config config;
  config.database = home + "/troth.db";
  config.sign_key = point(keys.sign);
  config.agree_key = point(keys.agree);
  config.approve_key = point(keys.approve);
  config.protection = keystore_.protection();
  config.home_id = guard.home;
  config.incarnation = guard.incarnation;
  config.reserved = guard.reserved;
  config.listen = listen;
  config.unlocked_after = unlocked_after;
  if (discovery_ != nullptr) config.discovery = true;
  Ports ports;
  ports.rng = &rng_;
  ports.at_rest_key = at_rest.expose();
  TROTH_TRY(engine_, Engine::open(ports, config, now()));
  ++generation_;
  folders_.start(*this);
  if (discovery_ != nullptr) discovery_->start(*this);
  settle_soon();
  return {};
}

// A lock does not wait for a disk: when this cannot be written, it is not in the record.
void Pump::locking() {
  if (!engine_) return;
  engine_->locking(now());
  (void)engine_->commit(now());
}

void Pump::close() {
  timer_->cancel();
  for (auto& [id, link] : links_) link->close();
  links_.clear();
  if (engine_) folders_.stop();
  if (engine_ && discovery_ != nullptr) discovery_->stop();
  engine_.reset();
  ++generation_;
}

void Pump::stop(Errc why) {
  close();
  host_.on_stopped(why);
}

Result<Ticket> Pump::submit(Command command) {
  if (!engine_) return fail(Errc::locked);
  auto ticket = engine_->submit(std::move(command), now());
  settle_soon();
  return ticket;
}

void Pump::settle_soon() {
  dirty_ = true;
  if (settle_posted_ || settling_) return;
  settle_posted_ = true;
  post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    settle_posted_ = false;
    settle();
  });
}

void Pump::settle() {
  if (!engine_ || settling_) return;
  settling_ = true;
  int rounds = 0;
  while (engine_ && settle_once() && ++rounds < kRoundsMax) {
  }
  settling_ = false;
  if (!engine_) return;
  move_links();
  if (!engine_) return;
  if (dirty_) settle_soon();
  host_.on_settled();
  arm_timer();
}

bool Pump::settle_once() {
  dirty_ = false;
  const auto committed = engine_->commit(now());
  if (!committed) {
    stop(committed.error().code);
    return false;
  }
  while (engine_) {
    const auto effect = engine_->next_effect();
    if (!effect) break;
    carry_out(*effect);
  }
  while (engine_) {
    const auto event = engine_->next_event();
    if (!event) break;
    host_.on_event(*event);
  }
  return engine_ && dirty_;
}

void Pump::carry_out(const Effect& effect) {
  std::visit(
      [this](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, PerformKeyOperation>) {
          perform(one);
        } else if constexpr (std::is_same_v<T, Dial>) {
          dial(one);
        } else if constexpr (std::is_same_v<T, CloseConnection>) {
          hang_up(one);
        } else if constexpr (std::is_same_v<T, SaveGuard>) {
          save_guard(one);
        } else if constexpr (std::is_same_v<T, Discover> || std::is_same_v<T, LookUp>) {
          if (discovery_ != nullptr) discovery_->perform(one);
        } else {
          folders_.perform(one);
        }
      },
      effect);
}

void Pump::answer(Ticket ticket, const Answer& answer) {
  if (!engine_) return;
  engine_->answer(ticket, answer, now());
  settle_soon();
}

void Pump::perform(const PerformKeyOperation& operation) {
  // Presence was given for somebody's command: background work never widens anything (rule 1).
  if (operation.request.op == KeyOp::approve && operation.command == Ticket{}) {
    KeyAnswer refused;
    refused.code = Errc::presence_needed;
    return answer(operation.ticket, refused);
  }
  keystore_.perform(operation.request, now(),
                    [this, ticket = operation.ticket, mine = generation_](Result<Bytes> result) {
                      if (mine != generation_) return;
                      KeyAnswer given;
                      given.ok = result.has_value();
                      if (result) {
                        given.output = *result;
                      } else {
                        given.code = result.error().code;
                      }
                      answer(ticket, given);
                      // A shared secret of agree passed through here.
                      if (result) secret_wipe(*result);
                    });
}

void Pump::save_guard(const SaveGuard& save) {
  RollbackGuard guard = keystore_.guard();
  guard.incarnation = save.incarnation;
  guard.reserved = save.reserved;
  const auto saved = keystore_.set_guard(guard);
  if (!saved) return stop(saved.error().code);
  answer(save.ticket, GuardSaved{});
}

void Pump::dial(const Dial& dial) {
  const auto failed = [this, attempt = dial.attempt, mine = generation_] {
    if (mine != generation_ || !engine_) return;
    engine_->dial_failed(attempt, now());
    settle_soon();
  };
  const auto to = parse_host_port(dial.address);
  if (!to) return failed();
  tcp_connect(io_, *to, kDialLimit,
              [this, failed, dial, mine = generation_](Result<std::unique_ptr<TcpSocket>> socket) {
                if (mine != generation_ || !engine_) return;
                if (!socket) return failed();
                add_link(std::move(*socket), Link{true, dial.attempt, dial.address});
              });
}

void Pump::adopt(std::unique_ptr<TcpSocket> socket) {
  // Locked or crowded: closing at once tells the other side to try later, and costs nothing.
  if (!engine_ || links_.size() >= kMaxLinks) return;
  Link how;
  how.address = remote_host(*socket);
  if (!how.address.empty()) add_link(std::move(socket), how);
}

void Pump::add_link(std::unique_ptr<TcpSocket> socket, const Link& how) {
  auto link = std::make_shared<TcpLink>(std::move(socket), *this);
  link->tag = engine_->connected(how, now()).value;
  links_.emplace(link->tag, link);
  link->start();
  settle_soon();
}

void Pump::hang_up(const CloseConnection& close) {
  const auto found = links_.find(close.connection.value);
  if (found != links_.end()) found->second->close_when_sent();
}

std::size_t Pump::on_bytes(TcpLink& link, ByteView bytes) {
  if (!engine_) return 0;
  const auto taken = engine_->receive(ConnId{link.tag}, bytes, now());
  if (!taken) {
    // The engine names the reason in its own events; the bytes that follow are worthless.
    link.close_when_sent();
    settle_soon();
    return bytes.size();
  }
  traffic_.received += *taken;
  if (*taken > 0) settle_soon();
  return *taken;
}

// Nothing leaves while a step is open (design 2): the settle that ends it moves the links again.
std::optional<std::size_t> Pump::next_bytes(TcpLink& link, MutableBytes out) {
  if (!engine_) return 0;
  if (dirty_) return std::nullopt;
  const auto size = engine_->pull(ConnId{link.tag}, out, now());
  traffic_.sent += size;
  return size;
}

void Pump::on_closed(TcpLink& link) {
  const auto found = links_.find(link.tag);
  if (found == links_.end() || found->second.get() != &link) return;
  const auto keep_alive = found->second;
  links_.erase(found);
  if (!engine_) return;
  engine_->closed(ConnId{link.tag}, now());
  settle_soon();
}

void Pump::move_links() {
  // A copy: a link that ends in here takes itself out of links_.
  std::vector<std::shared_ptr<TcpLink>> all;
  for (const auto& [id, link] : links_) all.push_back(link);
  for (const auto& link : all) link->kick();
  for (const auto& link : all) link->resume();
}

void Pump::on_folder_scan_begins(std::uint32_t folder) {
  if (!engine_) return;
  engine_->folder_scanning(folder, now());
  settle_soon();
}

void Pump::on_folder_entry(const FolderEntry& entry) {
  if (!engine_) return;
  engine_->folder_entry(entry, now());
  settle_soon();
}

void Pump::on_folder_scanned(std::uint32_t folder) {
  if (!engine_) return;
  engine_->folder_scanned(folder, now());
  settle_soon();
}

void Pump::on_folder_answer(Ticket ticket, const Answer& given) { answer(ticket, given); }
void Pump::on_discovery_answer(Ticket ticket, const Answer& given) { answer(ticket, given); }

void Pump::arm_timer() {
  const auto due = engine_->deadline();
  if (!due) {
    timer_->cancel();
    return;
  }
  const auto mono = now().mono;
  timer_->set(std::chrono::milliseconds(due->ms > mono.ms ? due->ms - mono.ms : 1), [this] {
    if (!engine_) return;
    engine_->tick(now());
    settle_soon();
  });
}

}  // namespace troth::shell
