// The entries behind a log: an arena in parents-first order with the indexes that fold questions
// need. It may hold entries that are only being judged; every question is asked of a Cone, a set of
// entries closed under parents, so that nothing outside it can matter. Private to src/circle.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "circle/log.hpp"

namespace troth::circle {

using Node = std::uint32_t;  // place in the arena
inline constexpr Node kNoNode = static_cast<Node>(-1);

// A set of entries closed under parents, as one number a branch. A branch is a chain of one
// author's entries by prev, so a closed set holds a beginning of it; forks begin branches of their
// own.
class Cone {
 public:
  [[nodiscard]] bool contains(std::uint32_t branch, std::uint32_t seq) const;
  [[nodiscard]] std::uint32_t count(std::uint32_t branch) const;
  void raise(std::uint32_t branch, std::uint32_t count);
  void merge(const Cone& other);

 private:
  struct Part {
    std::uint32_t branch;
    std::uint32_t count;
  };
  std::vector<Part> parts_;  // ascending by branch
};

struct DeviceIndex {
  std::vector<std::uint32_t> branches;
  std::vector<Node> adds;  // genesis or device_add with these keys
  std::vector<Node> removals;
  std::vector<Node> renames;
};

// An entry as it came in, decoded once.
struct Decoded {
  EntryId id;
  Entry entry;
  EntryBody body;
  Payload payload;
};
[[nodiscard]] Result<Decoded> decode_entry(const Entry& entry);

struct NodeData {
  Decoded in;
  std::vector<Node> parents;
  Node prev = kNoNode;
  std::uint32_t branch = 0;
  std::uint32_t seq = 0;
  std::uint32_t depth = 0;
  Cone past;                    // strict
  Reason birth = Reason::ok;    // rule 4.1
  std::vector<EpochName> held;  // keys that are not valid: what they box that their author had
  std::size_t added_by = 0;     // device_add only: how long the chain of adds up to it is

  [[nodiscard]] const DeviceId& author() const { return in.body.author; }
  [[nodiscard]] Kind kind() const { return in.body.kind; }
  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&in.payload);
  }
};

// The terms that an entry offers or gives; a category_create's with its category filled in.
[[nodiscard]] std::vector<GrantTerms> terms_of(const NodeData& node);
// What a box's or wrap's index names.
[[nodiscard]] EpochName epoch_at(const Keys& keys, std::size_t index);

struct CategoryIndex {
  std::vector<Node> creates;
  std::vector<Node> updates;
  std::vector<Node> retires;
  std::vector<Node> epochs;  // keys entries that define one
};
struct EpochIndex {
  std::vector<Node> defs;
  std::vector<Node> boxes;  // keys entries that box it
};
struct Indexes {
  std::map<DeviceId, DeviceIndex> devices;
  std::map<crypto::P256Public, std::vector<Node>> keys;
  std::map<MemberId, std::vector<Node>> members;
  std::map<CategoryId, CategoryIndex> categories;
  std::map<std::pair<DeviceId, CategoryId>, std::vector<Node>> grants;
  std::map<std::pair<DeviceId, CategoryId>, std::vector<Node>> withdrawals;
  std::map<EntryId, std::vector<Node>> accepts;
  std::map<GrantRef, std::vector<Node>> expiries;
  std::map<EntryId, std::vector<Node>> reverts;
  std::map<EntryId, std::vector<Node>> raises;
  std::map<EpochName, EpochIndex> epochs;
  std::map<std::pair<DeviceId, CategoryId>, std::vector<Node>> holdings;
  std::map<DeviceId, std::vector<Node>> boxes;
  std::vector<Node> policies;
  std::vector<Node> checkpoints;
  std::vector<Node> fork_proofs;
  std::vector<Node> opaque;
};

class State {
 public:
  explicit State(VerifyFn verify) : verify_(verify) {}

  // Puts an entry whose parents are all in the arena; checks form, author and signature, and
  // decides validity at birth. trusted: the signature was checked when the entry first came in.
  [[nodiscard]] Result<Node> push(Decoded in, bool trusted);
  void pop_to(std::size_t size);
  // The signature of an entry whose author the log knows and whose past is not here.
  [[nodiscard]] Result<> verify_alone(const Decoded& in) const;

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const NodeData& at(Node node) const { return nodes_[node]; }
  [[nodiscard]] Node find(const EntryId& id) const;  // kNoNode
  [[nodiscard]] const Indexes& index() const { return index_; }
  [[nodiscard]] const CircleId& circle() const { return circle_; }
  [[nodiscard]] const std::vector<Node>& branch(std::uint32_t b) const { return branches_[b]; }
  [[nodiscard]] std::size_t branch_count() const { return branches_.size(); }
  [[nodiscard]] bool in(const Cone& cone, Node node) const {
    return cone.contains(nodes_[node].branch, nodes_[node].seq);
  }
  [[nodiscard]] bool in_past(Node ancestor, Node of) const { return in(nodes_[of].past, ancestor); }
  [[nodiscard]] Cone closure(Node node) const;
  [[nodiscard]] const DeviceIndex* device(const DeviceId& id) const;
  [[nodiscard]] std::vector<GrantTerms> terms(Node node) const { return terms_of(nodes_[node]); }
  [[nodiscard]] const DeviceDescriptor* descriptor(Node add) const;
  // Ids are the tie-break wherever one of several must be named (rule 5).
  [[nodiscard]] bool earlier(Node a, Node b) const;

  // The entries that the log itself took; the arena may hold more while an offer is judged.
  Cone log;
  // Which withdrawals of the log take nothing, as far as that was asked. The folder forgets what a
  // new entry may have changed.
  mutable std::map<Node, bool> idle;

 private:
  [[nodiscard]] Result<> link(NodeData& node) const;
  [[nodiscard]] Result<> check_prev(const NodeData& node) const;
  [[nodiscard]] Result<> check_signature(const NodeData& node) const;
  [[nodiscard]] Result<> check_carried(const NodeData& node, const DeviceDescriptor& author) const;
  [[nodiscard]] const DeviceDescriptor* keys_of_author(const NodeData& node) const;
  void place(NodeData& node);
  [[nodiscard]] std::vector<std::vector<Node>*> slots(const NodeData& node);
  void forget_rows(const NodeData& node);  // of the indexes, that no entry stands in any more

  VerifyFn verify_;
  CircleId circle_;
  std::deque<NodeData> nodes_;  // addresses stay
  std::vector<std::vector<Node>> branches_;
  std::map<EntryId, Node> ids_;
  Indexes index_;
};

}  // namespace troth::circle
