#include "circle/state.hpp"

#include <algorithm>

#include "circle/birth.hpp"

namespace troth::circle {

bool Cone::contains(std::uint32_t branch, std::uint32_t seq) const { return count(branch) > seq; }

std::uint32_t Cone::count(std::uint32_t branch) const {
  const auto at = std::lower_bound(parts_.begin(), parts_.end(), branch,
                                   [](const Part& p, std::uint32_t b) { return p.branch < b; });
  return at != parts_.end() && at->branch == branch ? at->count : 0;
}

void Cone::raise(std::uint32_t branch, std::uint32_t count) {
  const auto at = std::lower_bound(parts_.begin(), parts_.end(), branch,
                                   [](const Part& p, std::uint32_t b) { return p.branch < b; });
  if (at != parts_.end() && at->branch == branch) {
    at->count = std::max(at->count, count);
  } else {
    parts_.insert(at, Part{branch, count});
  }
}

void Cone::merge(const Cone& other) {
  std::vector<Part> out;
  out.reserve(parts_.size() + other.parts_.size());
  auto a = parts_.begin();
  auto b = other.parts_.begin();
  while (a != parts_.end() || b != other.parts_.end()) {
    if (b == other.parts_.end() || (a != parts_.end() && a->branch < b->branch)) {
      out.push_back(*a++);
    } else if (a == parts_.end() || b->branch < a->branch) {
      out.push_back(*b++);
    } else {
      out.push_back(Part{a->branch, std::max(a->count, b->count)});
      ++a;
      ++b;
    }
  }
  parts_ = std::move(out);
}

Result<Decoded> decode_entry(const Entry& entry) {
  TROTH_TRY(auto body, decode_body(entry.body));
  TROTH_TRY(auto payload, decode_payload(body.kind, body.payload));
  return Decoded{entry.id(), entry, std::move(body), std::move(payload)};
}

Node State::find(const EntryId& id) const {
  const auto at = ids_.find(id);
  return at == ids_.end() ? kNoNode : at->second;
}

Cone State::closure(Node node) const {
  Cone out = nodes_[node].past;
  out.raise(nodes_[node].branch, nodes_[node].seq + 1);
  return out;
}

const DeviceIndex* State::device(const DeviceId& id) const {
  const auto at = index_.devices.find(id);
  return at == index_.devices.end() ? nullptr : &at->second;
}

const DeviceDescriptor* State::descriptor(Node add) const {
  if (const auto* genesis = nodes_[add].as<Genesis>()) return &genesis->device;
  if (const auto* device_add = nodes_[add].as<DeviceAdd>()) return &device_add->device;
  return nullptr;
}

bool State::earlier(Node a, Node b) const {
  const auto& x = nodes_[a];
  const auto& y = nodes_[b];
  return x.depth != y.depth ? x.depth < y.depth : x.in.id < y.in.id;
}

std::vector<GrantTerms> terms_of(const NodeData& data) {
  if (const auto* add = data.as<DeviceAdd>()) return add->grants;
  if (const auto* grant = data.as<Grant>()) return {grant->terms};
  const auto* create = data.as<CategoryCreate>();
  if (create == nullptr || !create->terms) return {};
  GrantTerms own = *create->terms;
  own.category = category_id(data.in.id);
  return {own};
}

Result<Node> State::push(Decoded in, bool trusted) {
  NodeData node;
  node.in = std::move(in);
  TROTH_CHECK(require(find(node.in.id) == kNoNode, Errc::exists));
  if (nodes_.empty()) {
    TROTH_CHECK(require(node.kind() == Kind::genesis, Errc::bad_entry));
    TROTH_CHECK(require(!node.in.body.prev, Errc::bad_entry));
    const auto& device = node.as<Genesis>()->device;
    TROTH_CHECK(require(device_id(device) == node.author(), Errc::bad_entry));
    circle_ = circle_id(node.in.id);
  } else {
    TROTH_CHECK(require(node.in.body.circle == circle_, Errc::bad_entry));
    TROTH_CHECK(link(node));
    TROTH_CHECK(check_prev(node));
  }
  if (!trusted) TROTH_CHECK(check_signature(node));
  TROTH_CHECK(require(keys_of_author(node) != nullptr, Errc::unknown_device));
  judge_birth(*this, node);
  place(node);
  return static_cast<Node>(nodes_.size() - 1);
}

Result<> State::link(NodeData& node) const {
  for (const auto& id : node.in.body.parents) {
    const Node parent = find(id);
    TROTH_CHECK(require(parent != kNoNode, Errc::missing_parent));
    node.parents.push_back(parent);
    node.past.merge(closure(parent));
    node.depth = std::max(node.depth, nodes_[parent].depth + 1);
  }
  if (node.in.body.prev) node.prev = find(*node.in.body.prev);
  return {};
}

// prev names an own entry that no later own entry in the past builds on; none if there is none.
// With that, two own entries that share a prev are a fork, and a past holds a beginning of each
// branch.
Result<> State::check_prev(const NodeData& node) const {
  if (node.prev != kNoNode) {
    TROTH_CHECK(require(nodes_[node.prev].author() == node.author(), Errc::bad_entry));
  }
  const auto* device = this->device(node.author());
  if (device == nullptr) return {};
  for (const auto b : device->branches) {
    const auto count = node.past.count(b);
    if (count == 0) continue;
    TROTH_CHECK(require(node.prev != kNoNode, Errc::bad_entry));
    const Node last = branches_[b][count - 1];
    TROTH_CHECK(require(!in_past(node.prev, last), Errc::bad_entry));
  }
  return {};
}

const DeviceDescriptor* State::keys_of_author(const NodeData& node) const {
  if (const auto* genesis = node.as<Genesis>()) return &genesis->device;
  const auto* device = this->device(node.author());
  if (device == nullptr) return nullptr;
  // Any entry that names these keys will do, valid or not: the id is the hash of the keys.
  for (const Node add : device->adds) {
    if (in(node.past, add)) return descriptor(add);
  }
  return nullptr;
}

Result<> State::check_signature(const NodeData& node) const {
  const auto* author = keys_of_author(node);
  TROTH_CHECK(require(author != nullptr, Errc::unknown_device));
  const auto& entry = node.in.entry;
  const Bytes input = signing_input(entry.body);
  const auto& body = node.in.body;
  switch (signing_key(body.kind, body.critical, node.in.payload, body.author)) {
    case SigningKey::sign:
      TROTH_CHECK(verify_(author->sign, input, entry.signature));
      break;
    case SigningKey::approve:
      TROTH_CHECK(verify_(author->approve, input, entry.signature));
      break;
    case SigningKey::either:
      if (verify_(author->approve, input, entry.signature)) break;
      TROTH_CHECK(verify_(author->sign, input, entry.signature));
      break;
  }
  return check_carried(node, *author);
}

Result<> State::verify_alone(const Decoded& in) const {
  NodeData node;
  node.in = in;
  node.past = log;
  return check_signature(node);
}

// Signatures inside payloads: the sign half of rule 12's P9, and the entry of a fork proof.
Result<> State::check_carried(const NodeData& node, const DeviceDescriptor& author) const {
  if (const auto* accept = node.as<Accept>(); accept && accept->sign_signature) {
    const Bytes message = accept_message(accept->entry, *accept->th2, accept->accepted);
    return verify_(author.sign, message, *accept->sign_signature);
  }
  const auto* proof = node.as<ForkProof>();
  if (proof == nullptr || !proof->entry) return {};
  TROTH_TRY(const auto carried, wire::decode<Entry>(*proof->entry, limits::kForkEntryBytes));
  TROTH_TRY(auto decoded, decode_entry(carried));
  TROTH_CHECK(require(decoded.id == proof->second, Errc::bad_entry));
  // Not a genesis either: it brings its own keys, and could borrow the name of any device.
  TROTH_CHECK(require(decoded.body.circle == circle_, Errc::bad_entry));
  NodeData second;
  second.in = std::move(decoded);
  second.past = node.past;
  TROTH_CHECK(require(second.as<ForkProof>() == nullptr, Errc::bad_entry));  // no nesting
  return check_signature(second);
}

void State::place(NodeData& node) {
  auto& device = index_.devices[node.author()];
  const bool continues =
      node.prev != kNoNode && branches_[nodes_[node.prev].branch].back() == node.prev;
  if (continues) {
    node.branch = nodes_[node.prev].branch;
  } else {
    node.branch = static_cast<std::uint32_t>(branches_.size());
    branches_.emplace_back();
    device.branches.push_back(node.branch);
  }
  node.seq = static_cast<std::uint32_t>(branches_[node.branch].size());
  const auto place = static_cast<Node>(nodes_.size());
  branches_[node.branch].push_back(place);
  ids_.emplace(node.in.id, place);
  for (auto* slot : slots(node)) slot->push_back(place);
  nodes_.push_back(std::move(node));
}

void State::pop_to(std::size_t size) {
  while (nodes_.size() > size) {
    const NodeData& node = nodes_.back();
    for (auto* slot : slots(node)) slot->pop_back();
    branches_[node.branch].pop_back();
    if (branches_[node.branch].empty()) {
      // Branches are numbered as they begin, and the arena is undone from its end.
      branches_.pop_back();
      index_.devices[node.author()].branches.pop_back();
    }
    ids_.erase(node.in.id);
    forget_rows(node);
    nodes_.pop_back();
  }
}

}  // namespace troth::circle
