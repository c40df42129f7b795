#include "circle/log.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "circle/log_impl.hpp"

namespace troth::circle {

bool Log::Impl::hold(const EntryId& id, Entry entry, Reason reason,
                     std::vector<EntryId>& released) {
  const auto body = decode_body(entry.body);
  const DeviceId author = body ? body->author : DeviceId{};
  const auto [at, fresh] = held.insert_or_assign(id, HeldData{std::move(entry), reason, author});
  if (fresh) held_order.push_back(id);
  while (held_order.size() > limits::kHeldEntries) {
    released.push_back(least_held());
    (void)unhold(released.back());
  }
  return fresh;
}

// Whose entries make room: those of devices that the log does not know, else those of whoever has
// the most; so that nobody pushes out what somebody else says.
EntryId Log::Impl::least_held() const {
  std::map<DeviceId, std::size_t> count;
  for (const auto& [id, data] : held) ++count[data.author];
  const auto most = std::max_element(count.begin(), count.end(), [&](const auto& a, const auto& b) {
    const bool known_a = view.device(a.first) != nullptr;
    const bool known_b = view.device(b.first) != nullptr;
    return known_a != known_b ? known_a : a.second < b.second;
  });
  const auto oldest = std::find_if(held_order.begin(), held_order.end(), [&](const EntryId& id) {
    return held.at(id).author == most->first;
  });
  return *oldest;
}

bool Log::Impl::unhold(const EntryId& id) {
  if (held.erase(id) == 0) return false;
  std::erase(held_order, id);
  return true;
}

Node Log::Impl::in_log(const EntryId& id) const {
  const Node node = state.find(id);
  return node != kNoNode && state.in(state.log, node) ? node : kNoNode;
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

Result<Log> Log::begin(const Entry& genesis, VerifyFn verify) {
  auto impl = std::make_unique<Impl>(verify);
  TROTH_TRY(auto decoded, decode_entry(genesis));
  TROTH_TRY(const Node node, impl->state.push(std::move(decoded), false));
  impl->state.log.merge(impl->state.closure(node));
  Folder(impl->state, impl->view).build();
  return Log(std::move(impl));
}

Result<Log> Log::restore(std::span<const Entry> admitted, VerifyFn verify) {
  auto impl = std::make_unique<Impl>(verify);
  TROTH_CHECK(require(!admitted.empty(), Errc::damaged));
  for (const auto& entry : admitted) {
    auto decoded = decode_entry(entry);
    if (!decoded) return fail(Errc::damaged);
    const auto node = impl->state.push(std::move(*decoded), true);
    if (!node) return fail(Errc::damaged);
    impl->state.log.merge(impl->state.closure(*node));
  }
  Folder(impl->state, impl->view).build();
  return Log(std::move(impl));
}

OfferResult Log::offer(std::span<const Entry> entries) { return Admission(*impl_).run(entries); }

const CircleView& Log::view() const { return impl_->view; }
std::size_t Log::size() const { return impl_->state.size(); }
bool Log::contains(const EntryId& id) const { return impl_->in_log(id) != kNoNode; }

const Entry* Log::entry(const EntryId& id) const {
  const Node node = impl_->in_log(id);
  return node == kNoNode ? nullptr : &impl_->state.at(node).in.entry;
}
Result<Bytes> Log::raw(const EntryId& id) const {
  const auto* found = entry(id);
  if (found == nullptr) return fail(Errc::not_found);
  return wire::encode(*found);
}
const EntryBody* Log::body(const EntryId& id) const {
  const Node node = impl_->in_log(id);
  return node == kNoNode ? nullptr : &impl_->state.at(node).in.body;
}
const Payload* Log::payload(const EntryId& id) const {
  const Node node = impl_->in_log(id);
  return node == kNoNode ? nullptr : &impl_->state.at(node).in.payload;
}
Reason Log::birth(const EntryId& id) const {
  const Node node = impl_->in_log(id);
  return node == kNoNode ? Reason::missing_parent : impl_->state.at(node).birth;
}
bool Log::valid(const EntryId& id) const { return birth(id) == Reason::ok; }
bool Log::is_void(const EntryId& id) const {
  const Node node = impl_->in_log(id);
  return node != kNoNode && impl_->scope().is_void(node);
}

std::vector<EntryId> Log::order() const {
  std::vector<EntryId> out;
  for (Node node = 0; node < impl_->state.size(); ++node)
    out.push_back(impl_->state.at(node).in.id);
  return out;
}

bool Log::is_ancestor(const EntryId& ancestor, const EntryId& of) const {
  return view().is_ancestor(ancestor, of);
}

std::vector<StoredEntry> Log::missing_for(std::span<const EntryId> peer_heads) const {
  const auto& state = impl_->state;
  Cone theirs;
  for (const auto& id : peer_heads) {
    const Node node = impl_->in_log(id);
    if (node != kNoNode) theirs.merge(state.closure(node));
  }
  std::vector<Node> nodes;
  for (std::uint32_t b = 0; b < state.branch_count(); ++b) {
    for (auto seq = theirs.count(b); seq < state.log.count(b); ++seq) {
      nodes.push_back(state.branch(b)[seq]);
    }
  }
  std::sort(nodes.begin(), nodes.end());
  std::vector<StoredEntry> out;
  for (const Node node : nodes) out.push_back({state.at(node).in.id, &state.at(node).in.entry});
  return out;
}

std::vector<HeldEntry> Log::held() const {
  std::vector<HeldEntry> out;
  for (const auto& id : impl_->held_order) out.push_back({id, impl_->held.at(id).reason, false});
  return out;
}
const Entry* Log::held_entry(const EntryId& id) const {
  const auto at = impl_->held.find(id);
  return at == impl_->held.end() ? nullptr : &at->second.entry;
}
void Log::restore_held(const Entry& entry, Reason reason) {
  const EntryId id = entry.id();
  std::vector<EntryId> released;
  if (!contains(id)) (void)impl_->hold(id, entry, reason, released);
}

}  // namespace troth::circle
