#include "sim/world/world.hpp"

#include <algorithm>
#include <cstdio>

#include "base/plant.hpp"
#include "sim/vfs/vfs.hpp"

namespace troth::sim {

namespace {

constexpr std::size_t kChunk = 16 * 1024;

}  // namespace

const char* name_of(Injected fault) {
  static constexpr const char* kNames[] = {
      "crash", "cut",       "corrupt",  "duplicate", "reorder",   "loss",     "partition",
      "delay", "disk_full", "io_error", "clock",     "slow_keys", "rollback", "clone"};
  static_assert(std::size(kNames) == kInjected);
  return kNames[static_cast<std::size_t>(fault)];
}

void World::say(const SimDevice& device, const Event& event) const {
  if (!verbose_) return;
  static constexpr const char* kNames[] = {
      "done",           "failed",        "pairing code",   "pairing applicant",
      "pairing check",  "pairing offer", "paired",         "pairing failed",
      "item changed",   "offer arrived", "consent needed", "peer changed",
      "circle changed", "alert",         "transfer",       "noticed",
      "pairing attempt"};
  static_assert(std::size(kNames) == std::variant_size_v<Event>);
  std::uint64_t number = 0;
  if (const auto* failed = std::get_if<Failed>(&event))
    number = static_cast<std::uint64_t>(failed->code);
  if (const auto* failed = std::get_if<PairingFailed>(&event))
    number = static_cast<std::uint64_t>(failed->code);
  if (const auto* peer = std::get_if<PeerChanged>(&event)) number = peer->connected ? 1 : 0;
  std::printf("%8llu %s %s %llu\n", static_cast<unsigned long long>(now_.ms), device.name.c_str(),
              kNames[event.index()], static_cast<unsigned long long>(number));
}

void World::say(const SimDevice& device, const char* what) const {
  if (!verbose_) return;
  std::printf("%8llu %s %s\n", static_cast<unsigned long long>(now_.ms), device.name.c_str(), what);
}

World::World(std::uint64_t seed, bool clones)
    : seed_(seed),
      rng_(seed),
      copies_(seed ^ 0x636f7079),
      copying_(copies_.chance(40)),
      twins_(seed ^ 0x7477696e),
      cloning_(clones && !copying_ && twins_.chance(25)) {
  seed_sqlite(static_cast<std::uint32_t>(seed));
}

SimDevice& World::add(const std::string& name, std::optional<bool> discovery) {
  devices_.push_back(std::make_unique<SimDevice>(name, rng_.below(~0ull)));
  auto& device = *devices_.back();
  device.discovery = discovery;
  restart(device);
  return device;
}

void World::draw_chances() {
  const auto maybe = [&](std::uint64_t most) { return rng_.chance(50) ? 0 : 1 + rng_.below(most); };
  chances_ = {maybe(3),  maybe(2),       maybe(2), maybe(3), maybe(3),   maybe(3),
              maybe(30), 1 + maybe(500), maybe(2), maybe(2), maybe(2000)};
  for (auto& device : devices_) {
    if (!rng_.chance(30)) continue;
    device->skew_ms = static_cast<std::int64_t>(rng_.below(240'000)) - 120'000;
    count(Injected::clock);
  }
}

void World::heal() {
  chances_ = {};
  partitions_.clear();
  for (auto& device : devices_) {
    device->disk.heal();
    if (!device->up()) restart(*device);
  }
}

void World::after(std::uint64_t ms, std::function<void()> act) {
  queue_.push({now_.ms + ms, ++order_, std::move(act)});
}

void World::run_until(MonoMs until) {
  while (!queue_.empty() && queue_.top().at <= until.ms) {
    auto next = queue_.top();
    queue_.pop();
    now_ = MonoMs{std::max(now_.ms, next.at)};
    ++steps_;
    next.act();
  }
  now_ = MonoMs{std::max(now_.ms, until.ms)};
}

Result<Ticket> World::submit(SimDevice& device, Command command) {
  if (!device.up()) return fail(Errc::no_daemon);
  const auto ticket = device.engine->submit(std::move(command), at(device));
  settle(device);
  return ticket;
}

// ---- the step: commit, or die trying

void World::settle(SimDevice& device) {
  if (!device.up()) return;
  if (planted(Plant::send_before_commit)) pull_all(device);
  const bool crash_now = rng_.chance(chances_.crash);
  if (crash_now) device.disk.crash_at(1 + rng_.below(6));
  if (rng_.chance(chances_.disk_full)) device.disk.inject(Fault::write_full, 1 + rng_.below(4));
  if (rng_.chance(chances_.io_error))
    device.disk.inject(rng_.chance(50) ? Fault::sync_error : Fault::write_error, 1 + rng_.below(4));
  ++device.commits;
  const auto committed = device.engine->commit(at(device));
  count_strikes(device);
  const bool dark =
      crash_now || device.disk.is_down() || (committed && on_commit_ && on_commit_(device));
  if (!committed || dark) {
    if (crash_now) count(Injected::crash);
    return crash(device, dark ? Loss::power : Loss::process, 10 + rng_.below(5000));
  }
  remember_log(device);
  forget_claims(device);
  if (device.put_back) watch_put_back(device);
  drain(device);
}

// A fault that was armed and met no write has not happened.
void World::count_strikes(SimDevice& device) {
  const auto& now = device.disk.counters().injected;
  const auto add = [&](Fault fault, Injected as) {
    const auto i = static_cast<std::size_t>(fault);
    injected_[static_cast<std::size_t>(as)] += now[i] - device.struck[i];
  };
  add(Fault::write_full, Injected::disk_full);
  add(Fault::write_error, Injected::io_error);
  add(Fault::sync_error, Injected::io_error);
  device.struck = now;
}

void World::drain(SimDevice& device) {
  while (device.up()) {
    if (auto effect_ = device.engine->next_effect()) {
      effect(device, *effect_);
      continue;
    }
    if (auto event = device.engine->next_event()) {
      const auto* noticed = std::get_if<Noticed>(&*event);
      if (noticed != nullptr && std::string_view(noticed->reason) == "folder_empty")
        device.told_empty = true;
      if (on_event_) on_event_(device, *event);
      continue;
    }
    break;
  }
  if (!device.up()) return;
  pull_all(device);
  arm(device);
}

void World::remember_claims(SimDevice& device) {
  auto& core = device.core();
  if (core.in_circle()) device.told.insert(core.view().heads().begin(), core.view().heads().end());
  if (!core.replica_) return;
  for (const auto& category : core.replica_->categories()) {
    for (const auto& [author, entry] : core.claimed(category)) {
      auto& most = device.claims[category][author];
      if (entry.counter > most.counter) most = entry;
    }
  }
}

// What it erased with its consent it tells nobody of again. The consent may come back without a new
// one, where the end turns out to be void.
void World::forget_claims(SimDevice& device) {
  const auto& ring = device.core().keyring_;
  if (!ring) return;
  std::erase_if(device.claims, [&](const auto& claim) { return !ring->holds(claim.first); });
}

void World::remember_log(SimDevice& device) {
  if (!device.core().in_circle()) return;
  const auto size = device.core().log_->size();
  if (device.arrived.empty() || device.arrived.back() < size) device.arrived.push_back(size);
  const auto& ring = *device.core().keyring_;
  if (ring.size() == device.keys_seen) return;
  device.keys_seen = ring.size();
  for (const auto& category : ring.categories()) {
    for (const auto* secret : ring.newest(category, ring.size()))
      device.held.insert(secret->mailbox());
  }
}

// Peers build on what a device told them: it must stand after every crash.
void World::check_told(SimDevice& device) {
  const auto* log = device.core().log_ ? &*device.core().log_ : nullptr;
  for (const auto& head : device.told) {
    if (log == nullptr || !log->contains(head))
      device.lost = "entry " + to_hex(head.bytes).substr(0, 6);
  }
  while (log != nullptr && !device.arrived.empty() && device.arrived.back() > log->size())
    device.arrived.pop_back();
}

void World::pull_all(SimDevice& device) {
  for (std::size_t i = 0; i < pipes_.size(); ++i) {
    for (int end = 0; end < 2; ++end) {
      if (!pipes_[i].open || pipes_[i].ends[end] != &device) continue;
      for (int frames = 0; frames < 64 && device.up(); ++frames) {
        Bytes out(kChunk);
        const auto size = device.engine->pull(pipes_[i].ids[end], out, at(device));
        if (size == 0) break;
        out.resize(size);
        remember_claims(device);
        send(i, end, std::move(out));
      }
    }
  }
}

void World::arm(SimDevice& device) {
  auto due = device.engine->deadline();
  if (!due) return;
  const auto at_ms = std::max(due->ms, now_.ms + 1);
  auto& armed = armed_[&device];
  if (armed > now_.ms && armed <= at_ms) return;
  armed = at_ms;
  const auto life = device.life;
  after(at_ms - now_.ms, [this, &device, life] {
    if (!device.lives(life)) return;
    armed_[&device] = 0;
    device.engine->tick(at(device));
    settle(device);
  });
}

// ---- effects

void World::effect(SimDevice& device, Effect& effect_) {
  if (on_effect_) on_effect_(device, effect_);
  if (auto* key = std::get_if<PerformKeyOperation>(&effect_)) {
    const auto life = device.life;
    if (chances_.slow_keys_ms > 0) count(Injected::slow_keys);
    after(1 + rng_.below(chances_.slow_keys_ms + 1), [this, &device, life, request = *key] {
      if (!device.lives(life)) return;
      const auto output = device.keys.perform(request.request, device.rng);
      KeyAnswer answer{output.has_value(), Errc::crypto_failed, {}};
      if (output) answer.output = output->expose();
      device.engine->answer(request.ticket, answer, at(device));
      settle(device);
    });
  } else if (auto* dial_ = std::get_if<Dial>(&effect_)) {
    dial(device, *dial_);
  } else if (auto* close = std::get_if<CloseConnection>(&effect_)) {
    const auto found = by_conn_.find({&device, close->connection});
    if (found != by_conn_.end()) {
      const auto pipe = found->second.first;
      pull_all(device);
      // What was sent arrives before the end of the stream does.
      const auto last = std::max({now_.ms, pipes_[pipe].ready_at[0], pipes_[pipe].ready_at[1]});
      after(last - now_.ms + 1, [this, pipe] { close_pipe(pipe); });
    }
  } else if (auto* guard = std::get_if<SaveGuard>(&effect_)) {
    device.keys.guard = *guard;
  } else if (std::holds_alternative<Discover>(effect_) || std::holds_alternative<LookUp>(effect_)) {
    // The handler, if there is one, answers.
  } else {
    file_effect(device, std::move(effect_));
  }
}

void World::answer(SimDevice& device, Ticket ticket, const Answer& answer) {
  if (!device.up()) return;
  device.engine->answer(ticket, answer, at(device));
  settle(device);
}

void World::crash(SimDevice& device, Loss loss, std::uint64_t down_ms) {
  if (!device.up()) return;
  say(device, loss == Loss::power ? "loses power" : "ends");
  device.engine.reset();
  device.folders.restarted();
  device.disk.crash(loss);
  device.disk.heal();
  for (std::size_t i = 0; i < pipes_.size(); ++i) {
    const bool hit =
        pipes_[i].open && (pipes_[i].ends[0] == &device || pipes_[i].ends[1] == &device);
    if (hit) close_pipe(i);
  }
  after(down_ms, [this, &device] { restart(device); });
}

void World::wipe(SimDevice& device, bool new_keys) {
  crash(device, Loss::process, 1000);
  device.disk.restore({});
  device.folders = {};
  if (new_keys) device.keys = SimKeystore(device.rng);
  device.old_keys = !new_keys;
  device.keys.guard = {};
  device.id = {};
  device.member = false;
  device.held.clear();
  device.forget_seen();
  device.copy.reset();
  device.put_back = false;
  device.twin.reset();
  device.witnesses.clear();
}

void World::restart(SimDevice& device) {
  if (device.up()) return;
  const auto opened = device.open(at(device));
  count_strikes(device);
  if (!opened) {
    // A fault while opening: try again, as a service manager would.
    device.engine.reset();
    device.disk.crash(Loss::process);
    device.disk.heal();
    return after(1000, [this, &device] { restart(device); });
  }
  say(device, "starts");
  armed_.erase(&device);  // what the run before wanted to be woken for
  check_told(device);
  if (on_opened_) on_opened_(device);
  if (on_restart_) on_restart_(device);
  if (device.up()) settle(device);
}

}  // namespace troth::sim
