// Peers: what begins and ends with a session. Who came, which of two sessions stays, what is asked
// anew when one is gone.
#include "device/files.hpp"
#include "device/peers.hpp"

namespace troth::device {

using channel::ConnectKind;
using channel::Handshake;
using session::Mode;
using session::Session;

Result<> Peers::establish(ConnId id, Connection& connection) {
  auto handshake = std::move(std::get<std::unique_ptr<Handshake>>(connection.stage));
  TROTH_TRY(auto established, std::move(*handshake).take(core_.now_.mono));
  const auto* device = core_.view().device_by_key(established.peer);
  Mode mode = established.kind == ConnectKind::full ? Mode::full : Mode::catch_up;
  if (device == nullptr) mode = Mode::stranger;
  if (device != nullptr && device->state != circle::DeviceState::live) mode = Mode::removed;
  const DeviceId peer = device != nullptr ? device->id : DeviceId{};
  auto live = std::make_unique<Session>(std::move(established.channel), peer, mode,
                                        connection.link.outgoing, *this);
  // Its hello is due soon: a connection may die without saying so.
  connection.deadline = MonoMs{core_.now_.mono.ms + limits::kHandshakeMs};
  if (mode == Mode::removed || mode == Mode::stranger) {
    tell_why(*live, established.peer);
    connection.deadline = MonoMs{core_.now_.mono.ms + 2 * limits::kHandshakeMs};
  }
  connection.stage = std::move(live);
  connection.since = core_.now_.mono;
  if (connection.link.outgoing) arrived(id, connection);
  return {};
}

// What it means that a device came. A first message may be a recorded one: the responder waits for
// the caller's first record, which only who made that message now can write (spec 03 §3.2).
void Peers::arrived(ConnId id, Connection& connection) {
  const auto mode = connection.session()->mode();
  const auto peer = connection.session()->peer();
  if (mode == Mode::catch_up) one_catch_up(id, peer);
  if (mode == Mode::full) resolve_double(id, peer, connection.link.outgoing);
  connection.arrived = !connection.dropped && (mode == Mode::full || mode == Mode::catch_up);
  if (!connection.arrived || mode != Mode::full) return;
  if (auto dial = dials_.find(peer); dial != dials_.end()) {
    for (auto& found : dial->second.found) {
      if (found.address == connection.link.address) found.tries = 0;
    }
  }
  records_[peer].last_seen_ms = core_.now_.wall.ms;
  accepted_by(peer);
  core_.out_.emit(PeerChanged{peer, true});
}

// A catch-up lasts as long as both like: a device needs one, and many would fill the table.
void Peers::one_catch_up(ConnId id, const DeviceId& peer) {
  for (const auto& [other_id, other] : connections_) {
    const auto* live = other.session();
    const bool older = other_id != id && other.arrived && !other.link.outgoing && live != nullptr &&
                       live->mode() == Mode::catch_up && live->peer() == peer;
    if (older) drop(other_id);
  }
}

// Two devices may dial each other at once. Both keep the session that the lower device id opened.
void Peers::resolve_double(ConnId id, const DeviceId& peer, bool initiator) {
  for (auto& [other_id, other] : connections_) {
    const auto* live = other.full_session();
    if (other_id == id || live == nullptr || live->peer() != peer) continue;
    // Whoever has lost its link comes again before this end knows of it: that is no copy.
    const bool silent = core_.now_.mono.ms >= other.heard.ms + limits::kSilentMs;
    const bool again = !initiator && !silent && comes_again_and_again(peer);
    // The lower device would keep its own session for ever; the other one keeps the new one anyway.
    const bool own_is_lower = core_.self_ < peer;
    const bool in_turns = again && own_is_lower;
    const bool keep_new = in_turns || initiator == live->initiator() || initiator == own_is_lower;
    drop(keep_new ? other_id : id);
    if (!keep_new) return;
  }
}

// Two copies of one device come while the other is connected, again and again; a bad network does
// so now and then. Then they take turns, so that each can hear what the other wrote.
bool Peers::comes_again_and_again(const DeviceId& peer) {
  auto& times = came_twice_[peer];
  times.push_back(core_.now_.mono);
  if (times.size() < limits::kCameTwice) return false;
  const auto first = times.front();
  times.pop_front();
  if (core_.now_.mono.ms - first.ms > limits::kCameTwiceMs) return false;
  copied_.insert(peer);
  return true;
}

void Peers::drop(ConnId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.dropped) return;
  auto& connection = found->second;
  connection.dropped = true;
  core_.out_.request(CloseConnection{id});
  if (const auto* live = connection.session()) chunks_gone(connection, *live);
}

// What was asked of this connection is asked anew, before the next one of the device asks: its link
// may take a minute to end.
void Peers::chunks_gone(const Connection& connection, const Session& session) {
  if (connection.arrived && session.mode() == Mode::full) files_->peer_gone(session.peer());
}

void Peers::peer_gone(const Connection& connection, const Session& session) {
  if (session.mode() != Mode::full || !connection.arrived) return;
  if (!connection.dropped) chunks_gone(connection, session);
  // A session that ended at once, over a bad batch, is one more failure (spec 09 §4). Only what was
  // ended here may have been a failure of the other: two copies of one device, of which the other
  // side ends one, have to come again and again to be told from a bad network.
  const bool settled =
      !connection.dropped || core_.now_.mono.ms >= connection.since.ms + limits::kSettledMs;
  if (auto dial = dials_.find(session.peer()); settled && dial != dials_.end())
    dial->second.told.failures = dial->second.seen.failures = 0;
  auto& record = records_[session.peer()];
  record.last_seen_ms = core_.now_.wall.ms;
  if (core_.in_circle()) {
    for (const auto& category : shared(session.peer())) {
      if (auto held = session.acked(category)) record.held[category] = std::move(*held);
    }
  }
  if (!connected_to(session.peer())) core_.out_.emit(PeerChanged{session.peer(), false});
}

}  // namespace troth::device
