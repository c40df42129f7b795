// CircleView: what a set of entries means (rules 4 to 8, 10, 11). A set function of the log: the
// same entries give the same view in any order, and no clock is read.
//
// A view belongs to a Log and names the heads that it was folded from. It stays valid and unchanged
// until the next offer to that Log; whoever keeps answers longer copies them.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "circle/payloads.hpp"
#include "circle/reason.hpp"

namespace troth::circle {

class State;  // the entries behind a log; src/circle only
class Scope;  // fold questions about a part of them; src/circle only

enum class DeviceState : std::uint8_t { live, removed, void_add };

struct RemovalInfo {
  EntryId entry;
  DeviceId by;
  RemoveWhy why = RemoveWhy::removed;
  bool strict = false;
  WallMs at;
};
struct DeviceInfo {
  DeviceId id;
  DeviceDescriptor descriptor;
  std::string name;   // descriptor's, or of the latest rename
  EntryId entry;      // genesis or device_add
  DeviceId added_by;  // itself for the first
  WallMs at;
  DeviceState state = DeviceState::live;
  std::vector<RemovalInfo> removals;  // valid ones, by entry id
};
struct MemberInfo {
  MemberId id;
  std::string name;
  EntryId entry;
};
struct CategoryInfo {
  CategoryId id;
  EntryId entry;  // category_create
  DeviceId creator;
  std::string name;
  std::string purpose;
  std::string data_class;
  std::uint64_t schema = 1;
  bool retired = false;
  bool is_void = false;  // its creator was removed by a device that had not seen it
};
struct GrantInfo {
  GrantRef ref;
  GrantTerms terms;  // category filled in also for a category_create
  DeviceId by;
  WallMs at;
  std::optional<EntryId> accepted;  // the accept, or the category_create itself
  bool answered = false;            // the subject accepted it, or left it out of what it accepted
  bool sends = false;               // active now for this direction (rule 5), by the log alone
  bool receives = false;
  Reason reason = Reason::ok;  // why neither is active: not_accepted, withdrawn, expired, ...
  [[nodiscard]] bool active() const { return sends || receives; }
  [[nodiscard]] bool active(Direction d) const {
    return (!covers(d, Direction::send) || sends) && (!covers(d, Direction::receive) || receives);
  }
};
// How much of an epoch a device was given by boxes; history includes the key. leaked: only by
// entries that are not valid. It may have the key, so the epoch is not clean unless it is entitled;
// it does not open such a box, so it still has to be given one.
enum class Given : std::uint8_t { leaked, key, history };
struct EpochInfo {
  CategoryId category;
  EpochId id;
  Hash commitment;
  EntryId entry;  // the keys entry that made it
  DeviceId author;
  WallMs at;  // the entry's: scheduled rotation counts from it
  bool history = false;
  bool is_void = false;  // read with it, never seal to it
  std::vector<EpochId> prev;
  std::vector<LinkSeal> links;
  std::map<DeviceId, Given> recipients;  // its author, and whoever a box was ever made for
  [[nodiscard]] std::optional<Given> given(const DeviceId& device) const;  // by boxes that count
};
struct BoxInfo {  // a box that was made for a device
  EntryId entry;
  DeviceId author;
  std::uint32_t index = 0;  // in Keys::boxes
  bool is_void = false;
  std::vector<EpochName> epochs;  // in the order of the keys inside
  std::vector<bool> history;      // one per epoch
  crypto::P256Public enc;
  Bytes ciphertext;
};
// An entry that took an entitlement away: removal (category zero, ends every one), withdrawal,
// expiry.
struct EndInfo {
  EntryId entry;
  Kind kind = Kind::device_remove;
  DeviceId device;
  CategoryId category;  // zero: all
  Direction direction = Direction::both;
  bool idle =
      false;  // a withdrawal of what nobody had given: no reason for new keys (spec 05 §6.2)
};
// Rule 10, for one author of a category under one ended grant. stated: what the ending entry says
// (a removal or withdrawal that does not name the author says 0). raises: what live holders had
// applied before, highest first; one counts if its chain contains the stated one. counter: the
// highest of all.
struct CutInfo {
  EntryId end;
  bool strict = false;
  Cut stated;
  struct Raised {
    EntryId ack;
    DeviceId by;
    std::uint64_t counter = 0;
    ChainHash chain;
  };
  std::vector<Raised> raises;
  [[nodiscard]] std::uint64_t counter() const;
};
struct ForkInfo {
  DeviceId author;
  EntryId first;
  EntryId second;  // first < second
};
struct PolicyInfo {
  std::uint8_t least_suite = 1;
  std::uint64_t least_protocol = 1;
  std::uint64_t max_devices = 0;
  std::uint64_t max_grant_ms = 0;
};

class CircleView {
 public:
  [[nodiscard]] const CircleId& circle() const { return circle_; }
  [[nodiscard]] const EntryId& genesis() const { return genesis_; }
  [[nodiscard]] const std::vector<EntryId>& heads() const { return heads_; }  // ascending

  // ---- devices
  [[nodiscard]] const std::map<DeviceId, DeviceInfo>& devices() const { return devices_; }
  [[nodiscard]] const DeviceInfo* device(const DeviceId& id) const;
  [[nodiscard]] bool live(const DeviceId& id) const;
  [[nodiscard]] std::vector<DeviceId> live_devices() const;  // ascending
  // Of a device by its public key; null when unknown, or when two devices claim the key.
  [[nodiscard]] const DeviceInfo* device_by_key(const crypto::P256Public& key) const;
  // Rule 11: was this key in any entry, void or not?
  [[nodiscard]] bool key_seen(const crypto::P256Public& key) const;
  [[nodiscard]] const std::map<MemberId, MemberInfo>& members() const { return members_; }
  [[nodiscard]] bool frozen() const;  // rule 4.6: nobody is left who could approve

  // ---- categories and grants
  [[nodiscard]] const std::map<CategoryId, CategoryInfo>& categories() const { return categories_; }
  [[nodiscard]] const CategoryInfo* category(const CategoryId& id) const;
  [[nodiscard]] const std::map<GrantRef, GrantInfo>& grants() const { return grants_; }
  [[nodiscard]] const GrantInfo* grant(const GrantRef& ref) const;
  [[nodiscard]] std::vector<const GrantInfo*> grants_of(const DeviceId& device,
                                                        const CategoryId& category) const;
  // Has the device an active grant that covers this direction? control: live devices, both ways.
  [[nodiscard]] bool granted(const DeviceId& device, const CategoryId& category, Direction d) const;
  // May the log's keys go to it: live, and control or an active grant to receive.
  [[nodiscard]] bool entitled(const DeviceId& device, const CategoryId& category) const;
  [[nodiscard]] std::vector<GrantRef> offers_to(const DeviceId& device) const;  // not answered yet

  // ---- keys
  [[nodiscard]] const std::map<EpochId, EpochInfo>& epochs(const CategoryId& category) const;
  [[nodiscard]] const EpochInfo* epoch(const CategoryId& category, const EpochId& id) const;
  [[nodiscard]] std::vector<BoxInfo> boxes_for(const DeviceId& device) const;  // in log order
  // The same, of those that are wanted; it is asked before the ciphertext is copied.
  [[nodiscard]] std::vector<BoxInfo> boxes_for(
      const DeviceId& device, const std::function<bool(const BoxInfo&)>& wanted) const;
  [[nodiscard]] std::vector<BoxInfo> boxes_in(const EntryId& keys) const;
  [[nodiscard]] std::vector<EndInfo> ends(const CategoryId& category) const;

  // ---- questions about the past (rule 6); all false or empty where an entry is not in the log
  [[nodiscard]] bool knows(std::span<const EntryId> entries) const;
  [[nodiscard]] bool is_ancestor(const EntryId& ancestor, const EntryId& of) const;  // strict
  [[nodiscard]] bool send_grant_active_at(const DeviceId& device, const CategoryId& category,
                                          std::span<const EntryId> heads) const;
  // Has the device written an entry whose past holds this one, or this one itself?
  [[nodiscard]] bool acknowledged(const DeviceId& device, const EntryId& entry) const;
  // The cuts that bound a batch of the author that names these heads: those of ended grants and of
  // removals that are not in the past of the heads. Empty: none. All of them must be kept to.
  [[nodiscard]] std::vector<CutInfo> cuts(const CategoryId& category, const DeviceId& device,
                                          const AuthorId& author,
                                          std::span<const EntryId> heads) const;

  // Would an entry by this author, on top of everything here, be valid at birth (rule 4.1)? The
  // rules of the log only; policy::may_sign asks more.
  [[nodiscard]] Reason may_write(const Payload& payload, const DeviceId& author, WallMs at) const;

  // ---- the rest
  [[nodiscard]] const PolicyInfo& policy() const { return policy_; }
  [[nodiscard]] const std::vector<ForkInfo>& forks() const { return forks_; }
  // Of which devices a proof in the log says that they wrote two lines of entries (rule 4.5).
  [[nodiscard]] const std::set<DeviceId>& proven_forked() const { return forked_; }
  [[nodiscard]] bool data_stopped() const { return !unknown_critical_.empty(); }
  [[nodiscard]] const std::set<EntryId>& unknown_critical() const { return unknown_critical_; }
  [[nodiscard]] const std::vector<EntryId>& checkpoints() const { return checkpoints_; }

 private:
  friend class Folder;  // builds it
  friend class Log;
  const State* state_ = nullptr;
  CircleId circle_;
  EntryId genesis_;
  std::vector<EntryId> heads_;
  std::map<DeviceId, DeviceInfo> devices_;
  std::map<crypto::P256Public, std::set<DeviceId>> keys_;
  std::map<MemberId, MemberInfo> members_;
  std::map<CategoryId, CategoryInfo> categories_;
  std::map<GrantRef, GrantInfo> grants_;
  std::map<CategoryId, std::map<EpochId, EpochInfo>> epochs_;
  std::map<EpochId, EpochInfo> no_epochs_;
  PolicyInfo policy_;
  std::vector<ForkInfo> forks_;
  std::set<EntryId> unknown_critical_;
  std::vector<EntryId> checkpoints_;
  std::set<DeviceId> forked_;
};

}  // namespace troth::circle
