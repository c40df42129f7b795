// Bodies to be signed.
#include <algorithm>

#include "circle/log_impl.hpp"

namespace troth::circle {
namespace {

// What an old program must not ignore. Labels and alarms may pass it by.
bool is_critical(Kind kind) {
  return kind != Kind::ack && kind != Kind::device_rename && kind != Kind::backup_opt &&
         kind != Kind::fork_proof;
}

// The author's newest own entry; of several, after a fork, the highest.
Node last_own(const State& state, const DeviceId& author) {
  const auto* device = state.device(author);
  Node out = kNoNode;
  if (device == nullptr) return out;
  for (const auto b : device->branches) {
    const auto count = state.log.count(b);
    if (count == 0) continue;
    const Node last = state.branch(b)[count - 1];
    if (out == kNoNode || state.earlier(out, last)) out = last;
  }
  return out;
}

Result<Bytes> finish(EntryBody body, const Payload& payload) {
  const auto kind = kind_of(payload);
  if (!kind) return fail(Errc::unsupported);
  body.kind = *kind;
  body.critical = is_critical(*kind);
  body.payload = encode_payload(payload);
  // A body that would be refused by everybody is refused here, where its maker can still see why.
  TROTH_CHECK(decode_payload(*kind, body.payload));
  Bytes bytes = wire::encode(body);
  if (bytes.size() > limits::kEntryBytes) return fail(Errc::too_long);
  return bytes;
}

}  // namespace

Result<Bytes> Log::make_body(const Payload& payload, const DeviceId& author, WallMs at) const {
  const auto& state = impl_->state;
  EntryBody body;
  body.circle = circle();
  body.author = author;
  body.at = at;
  body.parents = heads();
  if (const Node own = last_own(state, author); own != kNoNode) {
    const EntryId& id = state.at(own).in.id;
    body.prev = id;
    std::erase(body.parents, id);
    // More heads than fit: this entry joins some of them and the next one more.
    body.parents.resize(std::min(body.parents.size(), limits::kParents - 1));
    body.parents.insert(std::lower_bound(body.parents.begin(), body.parents.end(), id), id);
  }
  body.parents.resize(std::min(body.parents.size(), limits::kParents));
  return finish(std::move(body), payload);
}

Result<Bytes> make_genesis(const Genesis& genesis, WallMs at) {
  EntryBody body;
  body.author = device_id(genesis.device);
  body.at = at;
  return finish(std::move(body), genesis);
}

}  // namespace troth::circle
