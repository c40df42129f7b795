// Peers, the transport half: bytes to handshakes to sessions, dialling and backing off.
#include <algorithm>

#include "device/files.hpp"
#include "device/pair_flow.hpp"
#include "device/peers.hpp"
#include "wire/frame.hpp"

namespace troth::device {

using channel::ConnectKind;
using channel::Handshake;
using session::Mode;
using session::Session;

namespace {

// No common suite, one that is not good enough, or a version that is too old or too new.
bool is_refused_suite(Errc code) {
  return code == Errc::suite_refused || code == Errc::no_suite || code == Errc::unknown_version;
}

}  // namespace

void Peers::wire(PairFlow* pairing, Files* files, PeerHooks hooks) {
  pairing_ = pairing;
  files_ = files;
  hooks_ = std::move(hooks);
}

ConnId Peers::connected(const Link& link) {
  const ConnId id{core_.next_ticket()};
  Connection connection;
  connection.link = link;
  connection.deadline = MonoMs{core_.now_.mono.ms + limits::kHandshakeMs};
  if (connections_.size() >= limits::kConnections && !make_room()) {
    core_.out_.request(CloseConnection{id});
    connection.dropped = true;
    if (link.outgoing) dial_failed(link.attempt);
  } else if (link.outgoing && pairing_attempts_.erase(link.attempt) > 0) {
    connection.stage = Pairing{};
    connection.deadline.reset();
    if (!pairing_->outgoing_ready(link.attempt, id)) {  // cancelled while it was dialled
      core_.out_.request(CloseConnection{id});
      connection.dropped = true;
    }
  } else if (link.outgoing) {
    const auto found = attempts_.find(link.attempt);
    if (found == attempts_.end()) {
      core_.out_.request(CloseConnection{id});
      connection.dropped = true;
    } else {
      connection.expected = found->second.device;
      connection.found = found->second.found;
      const auto& dial = dials_[connection.expected];
      connection.kind = connection.found ? dial.seen.kind : dial.told.kind;
      auto handshake = start_outgoing(connection.expected, connection.kind);
      attempts_.erase(found);
      if (handshake) {
        connection.stage = std::move(handshake);
      } else {
        core_.out_.request(CloseConnection{id});
        connection.dropped = true;
      }
    }
  }
  const auto at = connections_.emplace(id, std::move(connection)).first;
  if (std::holds_alternative<std::unique_ptr<Handshake>>(at->second.stage)) {
    const auto went = pump_handshake(id, at->second);
    // Also of what this device itself cannot meet any more.
    if (!went && is_refused_suite(went.error().code)) core_.suite_refused();
    if (!went) drop(id);
  }
  return id;
}

// Who is no device of this circle must not keep one out: first goes the oldest that has shown to be
// none, then the one that has waited longest without proving who it is. Ids grow with time.
bool Peers::make_room() {
  std::optional<ConnId> oldest;
  for (const auto& [id, connection] : connections_) {
    const bool counts = connection.arrived || connection.dropped || connection.link.outgoing ||
                        std::holds_alternative<Pairing>(connection.stage);
    if (counts) continue;
    // A live device whose first record is still on its way waits its turn like a handshake.
    const auto* session = connection.session();
    const bool shown = session != nullptr &&
                       (session->mode() == Mode::stranger || session->mode() == Mode::removed);
    if (shown || !oldest) oldest = id;
    if (shown) break;
  }
  if (oldest) drop(*oldest);
  return oldest.has_value();
}

std::unique_ptr<Handshake> Peers::start_outgoing(const DeviceId& device, ConnectKind kind) {
  if (!core_.alive()) return nullptr;
  const auto* peer = core_.view().device(device);
  if (peer == nullptr) return nullptr;
  const auto newest = core_.keyring_->newest(circle::kControl, 1);
  if (newest.empty()) kind = ConnectKind::catch_up;
  Secret32 psk = kind == ConnectKind::full ? newest.front()->noise_psk()
                                           : channel::catch_up_psk(core_.log_->circle());
  channel::InitiatorConfig config{core_.log_->circle(),
                                  kind,
                                  std::move(psk),
                                  core_.own_->descriptor.agree,
                                  peer->descriptor.agree,
                                  {},
                                  {}};
  config.can.suites = core_.config_.suites;
  config.can.least_suite = core_.view().policy().least_suite;
  config.can.least_version = core_.view().policy().least_protocol;
  if (kind == ConnectKind::catch_up) config.limits = channel::catch_up_limits();
  return std::make_unique<Handshake>(Handshake::initiate(std::move(config), *core_.rng_));
}

std::unique_ptr<Handshake> Peers::start_incoming() {
  if (!core_.alive()) return nullptr;
  channel::ResponderConfig config{
      core_.log_->circle(), {}, true, core_.own_->descriptor.agree, {}, {}, &seen_};
  for (const auto* epoch : core_.keyring_->newest(circle::kControl, limits::kPskCandidates)) {
    config.psks.push_back(epoch->noise_psk());
  }
  config.can.suites = core_.config_.suites;
  config.can.least_suite = core_.view().policy().least_suite;
  config.can.least_version = core_.view().policy().least_protocol;
  return std::make_unique<Handshake>(Handshake::respond(std::move(config)));
}

Result<std::size_t> Peers::receive(ConnId id, ByteView bytes) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.dropped) return bytes.size();
  auto& connection = found->second;
  connection.heard = core_.now_.mono;
  Result<std::size_t> taken = bytes.size();
  if (std::holds_alternative<Fresh>(connection.stage)) {
    taken = receive_fresh(id, connection, bytes);
  } else if (std::holds_alternative<std::unique_ptr<Handshake>>(connection.stage)) {
    taken = receive_handshake(id, connection, bytes);
  } else if (auto* live = connection.session()) {
    taken = live->receive(bytes, core_.now_);
    if (taken && !connection.arrived && live->confirmed()) arrived(id, connection);
    const bool level = taken && connection.arrived && live->level();
    if (level) core_.caught_up();
    // Both logs are level: connect again with the newest control key.
    if (level && live->mode() == Mode::catch_up && connection.link.outgoing) drop(id);
    if (connection.arrived && live->peer_spoke()) connection.deadline.reset();
  } else {
    pairing_->receive(id, bytes);
  }
  if (!taken && is_refused_suite(taken.error().code)) core_.suite_refused();
  if (!taken) drop(id);
  return taken;
}

// The first frame says what the connection is for.
Result<std::size_t> Peers::receive_fresh(ConnId id, Connection& connection, ByteView bytes) {
  auto& head = std::get<Fresh>(connection.stage).head;
  const auto room = std::min(bytes.size(), limits::kFrameHead - head.size());
  append(head, bytes.first(room));
  if (head.size() < limits::kFrameHead) return room;
  const Bytes first = std::move(head);
  TROTH_TRY(const auto parsed, wire::parse_head(std::span<const std::uint8_t, 8>(first.data(), 8),
                                                limits::kMessageBytes));
  if (parsed.kind == wire::FrameKind::pairing) {
    connection.stage = Pairing{};
    connection.deadline.reset();  // a run has timers of its own, from here on (spec 08 §5)
    TROTH_CHECK(pairing_->incoming(id, connection.link));
    pairing_->receive(id, first);
    return room;
  }
  auto handshake = start_incoming();
  if (!handshake) return fail(Errc::refused);
  connection.stage = std::move(handshake);
  TROTH_CHECK(receive_handshake(id, connection, first));
  return room;
}

Result<std::size_t> Peers::receive_handshake(ConnId id, Connection& connection, ByteView bytes) {
  auto& handshake = *std::get<std::unique_ptr<Handshake>>(connection.stage);
  TROTH_TRY(const auto taken, handshake.receive(bytes, *core_.rng_));
  TROTH_CHECK(pump_handshake(id, connection));
  return taken;
}

Result<> Peers::pump_handshake(ConnId id, Connection& connection) {
  auto& handshake = *std::get<std::unique_ptr<Handshake>>(connection.stage);
  if (const auto failure = handshake.failed()) return fail(*failure);
  if (auto request = handshake.next_key_request()) {
    keys_.ask(std::move(*request), {},
              [this, id](Result<SecretBytes> answer) { key_answered(id, std::move(answer)); });
    return {};
  }
  if (handshake.undecided()) return decide(id, connection);
  return {};
}

void Peers::key_answered(ConnId id, Result<SecretBytes> answer) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.dropped) return;
  auto* handshake = std::get_if<std::unique_ptr<Handshake>>(&found->second.stage);
  if (handshake == nullptr) return;
  Result<Secret32> agreed = fail(answer ? Errc::crypto_failed : answer.error().code);
  if (answer && answer->size() == 32) agreed = Secret32(answer->expose());
  auto went = (*handshake)->answer(std::move(agreed), *core_.rng_);
  if (went) went = pump_handshake(id, found->second);
  if (went) return;
  if (is_refused_suite(went.error().code)) core_.suite_refused();
  drop(id);
}

// Rule 14: kind full is for live devices; a catch-up may come from anybody, and what it may do
// depends on who it is.
Result<> Peers::decide(ConnId id, Connection& connection) {
  auto& handshake = *std::get<std::unique_ptr<Handshake>>(connection.stage);
  const auto caller = handshake.undecided();
  const auto* device = core_.view().device_by_key(caller->peer);
  const bool live = device != nullptr && device->state == circle::DeviceState::live;
  if (caller->kind == ConnectKind::full && !live) {
    handshake.refuse();
    return {};
  }
  TROTH_CHECK(handshake.admit(*core_.rng_));
  return pump_handshake(id, connection);
}

void Peers::closed(ConnId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto node = connections_.extract(found);
  auto& connection = node.mapped();
  if (std::holds_alternative<Pairing>(connection.stage)) pairing_->closed(id);
  const auto* live = connection.session();
  if (live != nullptr) peer_gone(connection, *live);
  if (!connection.link.outgoing || connection.expected.is_zero()) return;
  auto dial = dials_.find(connection.expected);
  if (dial == dials_.end()) return;
  // A refused full handshake may mean that our control key is too old: catch the log up first.
  const bool was_session = live != nullptr;
  const bool too_old = !was_session && connection.kind == ConnectKind::full;
  dial_ended(dial->second, connection.found, too_old ? ConnectKind::catch_up : ConnectKind::full);
}

std::size_t Peers::pull(ConnId id, MutableBytes out) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return 0;
  auto& connection = found->second;
  if (auto* handshake = std::get_if<std::unique_ptr<Handshake>>(&connection.stage);
      handshake != nullptr && *handshake) {
    const auto made = (*handshake)->pull(out);
    if (made > 0 || connection.dropped) return made;
    if ((*handshake)->done() && !establish(id, connection)) drop(id);
  }
  if (connection.dropped && !std::holds_alternative<Pairing>(connection.stage)) return 0;
  if (auto* live = connection.session()) return live->pull(out, core_.now_);
  if (std::holds_alternative<Pairing>(connection.stage)) return pairing_->pull(id, out);
  return 0;
}

void Peers::tick() {
  hear_equal();
  for (const auto& peer : std::exchange(copied_, {})) core_.alert("connected_twice", peer);
  for (auto& [id, connection] : connections_) {
    if (connection.deadline && core_.now_.mono >= *connection.deadline) drop(id);
    if (auto* live = connection.session()) live->woken(core_.now_);
  }
  dial_due();
}

std::optional<MonoMs> Peers::deadline() const {
  std::optional<MonoMs> at;
  if (!equal_.empty() || !copied_.empty()) at = core_.now_.mono;
  const auto earlier = [&](MonoMs candidate) {
    if (!at || candidate < *at) at = candidate;
  };
  for (const auto& [id, connection] : connections_) {
    if (connection.dropped) continue;
    if (connection.deadline) earlier(*connection.deadline);
    if (const auto* live = connection.session()) {
      if (const auto due = live->deadline()) earlier(*due);
    }
  }
  if (!core_.alive()) return at;
  for (const auto& [device, dial] : dials_) {
    if (const auto due = dial_at(device, dial)) earlier(*due);
  }
  return at;
}

}  // namespace troth::device
