// Peers, the half that sessions talk to: what may move, what came, what the other side told.
#include <algorithm>

#include "device/files.hpp"
#include "device/peers.hpp"

namespace troth::device {

using session::Mode;
using session::Session;
using session::Taken;

Result<> Peers::take_entries(const DeviceId& from, std::vector<circle::Entry> entries) {
  if (entries.empty()) return {};
  core_.touch(store::Durability::full);
  const auto result = core_.log_->offer(entries);
  const bool odd = std::any_of(result.refused.begin(), result.refused.end(), [](const auto& entry) {
    return entry.code == Errc::bad_signature || entry.code == Errc::bad_entry;
  });
  if (odd) note_anomaly(from);
  const bool grew = core_.keep(result);
  core_.hear_of_self(result.admitted);
  if (grew && hooks_.log_grew) hooks_.log_grew();
  return {};
}

// The audit log only grows: who sends nonsense without end, as a stranger even, adds a leaf an
// hour.
void Peers::note_anomaly(const DeviceId& from) {
  const auto now = core_.now_.mono;
  const auto last = anomalies_.find(from);
  if (last != anomalies_.end() && now.ms < last->second.ms + limits::kAnomalyAgainMs) return;
  anomalies_[from] = now;
  core_.audit(audit::FactKind::anomaly, from.view());
}

// The same on both sides whenever both folded the same log, so that digests can be compared.
std::vector<CategoryId> Peers::shared(const DeviceId& peer) {
  std::vector<CategoryId> out;
  const auto& view = core_.view();
  if (!view.live(peer) || !core_.alive() || view.data_stopped()) return out;
  for (const auto& [id, category] : view.categories()) {
    const auto flows = [&view, &of = id](const DeviceId& from, const DeviceId& to) {
      return view.granted(from, of, Direction::send) && view.granted(to, of, Direction::receive);
    };
    if (!category.is_void && (flows(core_.self_, peer) || flows(peer, core_.self_)))
      out.push_back(id);
  }
  return out;
}

bool Peers::may_send(const DeviceId& peer, const CategoryId& category) {
  if (paused_ && paused_(&category, &peer)) return false;
  return core_.permits(consent::Action::send, category, peer);
}

bool Peers::may_receive(const DeviceId& peer, const CategoryId& category) {
  if (paused_ && paused_(&category, &peer)) return false;
  return core_.permits(consent::Action::show, category, core_.self_);
}

sync::RangeCursor Peers::ranges(const DeviceId& peer, const CategoryId& category,
                                const sync::Vector& theirs) {
  const auto choice = core_.choice_for(peer, category);
  if (!choice) {
    auto all = core_.replica_->ranges_for(category, theirs);
    add_proofs(peer, all);
    return all;
  }
  auto chosen = core_.watched(category, core_.replica_->chosen_ranges(category, theirs, *choice));
  if (chosen) return std::move(*chosen);
  if (chosen.error().code != Errc::damaged) core_.note(chosen.error());
  return {category, {}, 0};
}

Result<std::optional<Bytes>> Peers::next_batch(sync::RangeCursor& cursor) {
  auto next = core_.watched(cursor.category, core_.replica_->next_batch(cursor));
  // Nothing more of it until it is mended: then it is compared anew.
  if (!next && next.error().code == Errc::damaged) return std::optional<Bytes>{};
  if (!next) core_.note(next.error());
  return next;
}

Taken Peers::take_batch(const DeviceId& from, const CategoryId& category, ByteView sealed,
                        std::optional<std::uint64_t> after) {
  if (!may_receive(from, category)) return Taken::set_aside;
  // What stands inside is checked before anything is done with it: consent is asked by category.
  const auto header = sync::parse_header(sealed);
  const auto key = header ? core_.key_of(header->mailbox) : std::nullopt;
  if (key && key->epoch.category != category) return Taken::bad;
  core_.touch(store::Durability::normal);
  if (after && !core_.from_now(category)) after.reset();
  const auto applied = core_.replica_->apply(
      sealed, [this](const sync::BatchClaims& claims) { return core_.admits(claims); },
      core_.now_.wall, after);
  if (!applied) return not_taken(from, category, applied.error());
  if (applied->outcome == sync::Outcome::disowned)
    core_.disowned(category, applied->device, applied->items);
  if (applied->outcome == sync::Outcome::forked) core_.alert("forked", applied->device);
  // It goes on writing and cannot know: only who does not take it sees it.
  if (applied->outcome == sync::Outcome::refused && applied->reason == Errc::limit)
    core_.alert("started_anew", applied->device);
  if (applied->outcome == sync::Outcome::applied) {
    core_.data_touched(category);
    hooks_.items_changed(category, applied->items);
  }
  return applied->outcome == sync::Outcome::applied || applied->outcome == sync::Outcome::duplicate
             ? Taken::applied
             : Taken::set_aside;
}

namespace {
bool told_lately(Core& core, std::string_view kind, const DeviceId& about) {
  const auto alerts = core.alerts();
  return core.good(alerts) && std::any_of(alerts->begin(), alerts->end(), [&](const Alert& alert) {
           return alert.kind == kind && alert.device == about &&
                  core.now_.wall.ms < alert.at.ms + limits::kAnomalyAgainMs;
         });
}
}  // namespace

Taken Peers::not_taken(const DeviceId& from, const CategoryId& category, const Error& error) {
  const auto code = error.code;
  // Where a key is missing, what follows cannot be taken either: all of it is asked for at once.
  if (code == Errc::gap) return resync_.contains(category) ? Taken::set_aside : Taken::gap;
  if (code == Errc::no_key) {
    // The box may still be on its way through the keystore: ask again once it was opened.
    resync_.insert(category);
    return Taken::set_aside;
  }
  // Rows still go away, or too many wait: it comes again later.
  if (code == Errc::again || code == Errc::limit) return Taken::set_aside;
  if (code == Errc::rolled_back) {
    core_.rolled_back();
    return Taken::set_aside;
  }
  if (code == Errc::disk_full || code == Errc::io_error || code == Errc::damaged) {
    core_.good_in(category, Result<>(fail(error)));
    return Taken::set_aside;
  }
  // The audit log only grows: who sends the same again and again is one fact an hour at most.
  if (!told_lately(core_, "tampered", from))
    core_.audit(audit::FactKind::quarantined, from.view(), static_cast<std::uint64_t>(error.code));
  core_.alert("tampered", from);
  return Taken::bad;
}

namespace {
bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The form of an IPv6 number, with a scope or without one; what else stands in brackets is a name
// to whoever looks it up, also where all its letters could be digits ("a::b.cafe.de").
bool six_number(std::string_view host) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  const auto scope = host.find('%');
  if (scope != std::string_view::npos) {
    const auto name = host.substr(scope + 1);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_letter_or_digit)) return false;
    host = host.substr(0, scope);
  }
  const auto last = host.rfind(':');
  if (last == std::string_view::npos || host.find(':') == last) return false;
  const auto end = host.substr(last + 1);
  if (end.find('.') != std::string_view::npos) {  // the last 32 bits as IPv4 writes them
    if (end.find_first_not_of("0123456789.") != std::string_view::npos) return false;
    host = host.substr(0, last);
  }
  std::size_t digits = 0;
  for (const char c : host) {
    if (c != ':' && kDigits.find(c) == std::string_view::npos) return false;
    digits = c == ':' ? 0 : digits + 1;
    if (digits > 4) return false;
  }
  return true;
}

// "name:port". Looking a name up would ask a server that a member chose, and may take long.
bool names_a_host(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return false;  // of a transport without ports
  const auto host = address.substr(0, colon);
  const bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (six) return !six_number(host.substr(1, host.size() - 2));
  return host.empty() || host.find_first_not_of("0123456789.") != std::string_view::npos;
}
}  // namespace

void Peers::told_hello(const DeviceId& peer, const session::Hello& hello) {
  auto& record = records_[peer];
  record.last_seen_ms = core_.now_.wall.ms;
  record.clock_ahead_ms =
      static_cast<std::int64_t>(hello.clock.ms) - static_cast<std::int64_t>(core_.now_.mono.ms);
  core_.clock_ahead_ = clock_ahead_ms();
  if (hello.listen && !names_a_host(*hello.listen) && dials_[peer].address.empty())
    set_address(peer, *hello.listen, false);
}

std::vector<session::ChunkRef> Peers::next_wants(const DeviceId& peer, std::size_t at_most) {
  return files_->next_wants(peer, at_most);
}
void Peers::asked_chunk(const DeviceId& peer, const session::ChunkRef& ref) {
  files_->asked(peer, ref);
}
void Peers::take_chunk(const DeviceId& from, const session::ChunkRef& ref, ByteView sealed) {
  files_->take(from, ref, sealed);
}
void Peers::refused_chunk(const DeviceId& from, const session::ChunkRef& ref) {
  files_->refused(from, ref);
}
std::vector<session::CategoryLeft> Peers::files_left() { return files_->left(); }

// ---- what the rest of the device tells or asks

namespace {

template <class Map, class Visit>
void each_session(const Map& connections, const Visit& visit) {
  for (const auto& [id, connection] : connections) {
    auto* live = connection.session();
    if (live != nullptr && !connection.dropped) visit(id, *live);
  }
}

std::string address_key(const DeviceId& device) { return "peer/address/" + to_hex(device.bytes); }

}  // namespace

void Peers::refresh() {
  std::vector<ConnId> gone;
  each_session(connections_, [&](ConnId id, Session& live) {
    const bool of_device = live.mode() == Mode::full || live.mode() == Mode::catch_up;
    if (of_device && !core_.view().live(live.peer())) {
      // It hears of its removal when it comes back with a catch-up, and of nothing after it.
      gone.push_back(id);
    } else {
      live.refresh(core_.now_);
    }
  });
  for (const auto id : gone) drop(id);
}

void Peers::data_durable(const std::set<CategoryId>& categories) {
  each_session(connections_, [&](ConnId, Session& live) {
    for (const auto& category : categories) live.data_changed(category);
    for (const auto& category : core_.fetch_anew_) {
      if (categories.contains(category)) live.ask_again(category);
    }
  });
  for (const auto& category : categories) core_.fetch_anew_.erase(category);
}

void Peers::keys_grew() {
  each_session(connections_, [&](ConnId, Session& live) {
    for (const auto& category : resync_) live.ask_again(category);
  });
  resync_.clear();
}

void Peers::resume() {
  each_session(connections_, [&](ConnId, Session& live) {
    if (live.mode() != Mode::full) return;
    for (const auto& category : shared(live.peer())) {
      live.data_changed(category);
      live.ask_again(category);
    }
  });
}

void Peers::give_chunk(const DeviceId& peer, const session::ChunkRef& ref,
                       const Result<Bytes>& sealed) {
  each_session(connections_, [&](ConnId, Session& live) {
    if (live.peer() == peer) live.give_chunk(ref, sealed);
  });
}

std::size_t Peers::chunk_backlog(const DeviceId& peer) const {
  const auto* live = session_of(peer);
  return live != nullptr ? live->bulk_bytes() : 0;
}

std::vector<DeviceId> Peers::connected_with(const CategoryId& category) const {
  std::vector<DeviceId> out;
  for (const auto& device : core_.view().live_devices()) {
    const bool sends = device != core_.self_ && connected_to(device) &&
                       core_.view().granted(device, category, Direction::send);
    if (sends) out.push_back(device);
  }
  return out;
}

Session* Peers::session_of(const DeviceId& device) const {
  for (const auto& [id, connection] : connections_) {
    auto* live = connection.full_session();
    if (live != nullptr && live->peer() == device) return live;
  }
  return nullptr;
}

bool Peers::connected_to(const DeviceId& device) const { return session_of(device) != nullptr; }

bool Peers::anybody_connected() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const auto& one) { return one.second.full_session() != nullptr; });
}

PeerRecord Peers::record(const DeviceId& device) const {
  const auto found = records_.find(device);
  auto out = found == records_.end() ? PeerRecord{} : found->second;
  for (const auto& [id, connection] : connections_) {
    const auto* live = connection.full_session();
    if (live == nullptr || live->peer() != device) continue;
    const auto heard = core_.now_.wall.ms - (core_.now_.mono.ms - connection.heard.ms);
    out.last_seen_ms =
        std::max({out.last_seen_ms.value_or(0), out.last_equal_ms.value_or(0), heard});
  }
  return out;
}

std::optional<sync::Vector> Peers::held_by(const DeviceId& device,
                                           const CategoryId& category) const {
  if (const auto* live = session_of(device)) {
    if (auto acked = live->acked(category)) return acked;
  }
  const auto record = records_.find(device);
  if (record == records_.end()) return std::nullopt;
  const auto found = record->second.held.find(category);
  return found == record->second.held.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t Peers::file_bytes(const CategoryId& category) const {
  return files_->bytes_of(category);
}

// The median of what peers said: one wrong clock does not move it.
std::optional<std::int64_t> Peers::clock_ahead_ms() const {
  std::vector<std::int64_t> offsets;
  for (const auto& [device, record] : records_) {
    if (record.clock_ahead_ms) offsets.push_back(*record.clock_ahead_ms);
  }
  if (offsets.empty()) return std::nullopt;
  std::sort(offsets.begin(), offsets.end());
  return offsets[offsets.size() / 2];
}

Result<> Peers::load() {
  TROTH_TRY(const auto stored, core_.meta_->list("peer/address/"));
  for (const auto& [name, value] : stored) {
    const auto bytes =
        from_hex(std::string_view(name).substr(std::string_view("peer/address/").size()));
    if (!bytes) return fail(Errc::damaged);
    TROTH_TRY(const auto device, id_from<DeviceId>(*bytes));
    dials_[device].address = std::string(as_text(value));
  }
  return {};
}

void Peers::set_address(const DeviceId& device, std::string address, bool dial_now) {
  if (device == core_.self_ || address.size() > limits::kAddressBytes) return;
  core_.touch(store::Durability::full);
  core_.good(core_.meta_->put(address_key(device), as_bytes(address), *core_.rng_));
  auto& dial = dials_[device];
  dial.address = std::move(address);
  if (!dial_now) return;
  dial.told = {0, core_.now_.mono, channel::ConnectKind::full};
  dial_due();
}

std::string Peers::address(const DeviceId& device) const {
  const auto found = dials_.find(device);
  return found == dials_.end() ? std::string() : found->second.address;
}

void Peers::forget(const DeviceId& device) {
  dials_.erase(device);
  core_.touch(store::Durability::full);
  core_.good(core_.meta_->erase(address_key(device)));
}

}  // namespace troth::device
