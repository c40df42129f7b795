#include "circle/birth.hpp"

#include <algorithm>

#include "base/plant.hpp"

namespace troth::circle {
namespace {

// One overload a payload; each answers the first reason against it.
class Judge {
 public:
  Judge(const Scope& past, const DeviceId& author, WallMs at)
      : past_(past), author_(author), at_(at) {}

  Reason operator()(const Opaque&) const { return Reason::ok; }
  Reason operator()(const Genesis&) const { return Reason::malformed; }  // a second one
  Reason operator()(const MemberAdd& add) const {
    return past_.member_known(add.member) ? Reason::member_exists : Reason::ok;
  }
  Reason operator()(const DeviceAdd& add) const;
  // Whoever is live may remove anybody, also a device that it has not met (rule 4).
  Reason operator()(const DeviceRemove&) const { return Reason::ok; }
  Reason operator()(const DeviceRename& rename) const {
    return past_.known(rename.device) ? Reason::ok : Reason::unknown_device;
  }
  Reason operator()(const CategoryCreate& create) const;
  Reason operator()(const CategoryUpdate& update) const { return keeper_of(update.category); }
  Reason operator()(const CategoryRetire& retire) const { return keeper_of(retire.category); }
  Reason operator()(const Grant& grant) const;
  Reason operator()(const Accept& accept) const;
  Reason operator()(const Withdraw& withdraw) const;
  Reason operator()(const Expire& expire) const;
  Reason operator()(const Keys& keys) const { return may_write_keys(past_, author_, keys); }
  Reason operator()(const Ack& ack) const;
  Reason operator()(const PolicySet& set) const;
  Reason operator()(const ForkProof& proof) const;
  Reason operator()(const Checkpoint&) const {
    const auto live = past_.live_devices();
    return live.size() == 1 && live.front() == author_ ? Reason::ok : Reason::not_the_last_device;
  }

 private:
  Reason keeper_of(const CategoryId& category) const;
  Reason may_give(const GrantTerms& terms) const;
  bool may_give_anew(const GrantTerms& terms) const;
  Reason end_allowed(const GrantTerms& terms) const;
  const NodeData* in_past(const EntryId& id) const;

  const Scope& past_;
  const DeviceId& author_;
  WallMs at_;
};

const NodeData* Judge::in_past(const EntryId& id) const {
  const Node node = past_.state().find(id);
  return node != kNoNode && past_.has(node) ? &past_.state().at(node) : nullptr;
}

Reason Judge::operator()(const DeviceAdd& add) const {
  const auto& d = add.device;
  const bool seen = past_.key_seen(d.sign) || past_.key_seen(d.agree) || past_.key_seen(d.approve);
  if (seen && !planted(Plant::accept_old_keys)) {
    return Reason::key_reused;  // rule 11
  }
  // None: the member of the device that adds it (spec 08 §7).
  if (!d.member.is_zero() && !past_.member_known(d.member)) return Reason::unknown_member;
  if (past_.chain_of(author_) >= limits::kAddChain) return Reason::too_many_devices;
  const auto most = past_.policy().max_devices;
  const std::size_t live = past_.live_devices().size();
  if (live >= limits::kDevices || (most > 0 && live >= most)) return Reason::too_many_devices;
  for (const auto& terms : add.grants) {
    if (const Reason r = may_give(terms); r != Reason::ok) return r;
  }
  return Reason::ok;
}

Reason Judge::end_allowed(const GrantTerms& terms) const {
  const auto longest = past_.policy().max_grant_ms;
  if (longest == 0) return Reason::ok;
  const bool within =
      terms.until && (terms.until->ms <= at_.ms || terms.until->ms - at_.ms <= longest);
  return within ? Reason::ok : Reason::end_too_late;
}

// Whoever made a category may give it to anybody, itself too, until its own consent there was
// ended: else it would undo alone what another withdrew. Where nobody else has it, nobody else can
// give.
bool Judge::may_give_anew(const GrantTerms& terms) const {
  if (terms.subject != author_ || !past_.ended(author_, terms.category)) return true;
  const auto live = past_.live_devices();
  return std::none_of(live.begin(), live.end(), [&](const DeviceId& device) {
    return device != author_ && past_.granted(device, terms.category, terms.direction);
  });
}

// A device gives what it has, or what it made; never to itself, or a device that was paired for one
// category could widen itself to all.
Reason Judge::may_give(const GrantTerms& terms) const {
  if (terms.category == kControl) return Reason::control_is_not_granted;
  const auto creator = past_.creator(terms.category);
  if (!creator) return Reason::unknown_category;
  if (past_.category_retired(terms.category)) return Reason::category_retired;
  if (terms.direction == Direction::send) return Reason::send_only_unsupported;  // rule 9
  if (const Reason r = end_allowed(terms); r != Reason::ok) return r;
  if (*creator == author_ && may_give_anew(terms)) return Reason::ok;
  if (terms.subject == author_) return Reason::own_grant;
  if (!past_.granted(author_, terms.category, terms.direction)) return Reason::not_yours_to_give;
  const bool all = terms.history == History::all;
  if (all && !past_.granted_history(author_, terms.category)) return Reason::not_yours_to_give;
  return Reason::ok;
}

Reason Judge::operator()(const Grant& grant) const {
  if (!past_.known(grant.terms.subject)) return Reason::unknown_device;
  if (!past_.live(grant.terms.subject)) return Reason::subject_not_live;
  return may_give(grant.terms);
}

Reason Judge::operator()(const CategoryCreate& create) const {
  const auto& all = past_.state().index().categories;
  const auto standing = std::count_if(all.begin(), all.end(), [this](const auto& entry) {
    return past_.category_standing(entry.first);
  });
  if (static_cast<std::size_t>(standing) >= limits::kCategories) return Reason::too_many_categories;
  if (!create.terms) return Reason::ok;
  if (create.terms->subject != author_) return Reason::wrong_subject;
  if (create.terms->direction == Direction::send) return Reason::send_only_unsupported;
  return Reason::ok;
}

Reason Judge::keeper_of(const CategoryId& category) const {
  const auto creator = past_.creator(category);
  if (!creator) return Reason::unknown_category;
  const bool keeps = *creator == author_ || past_.entitled(author_, category);
  return keeps ? Reason::ok : Reason::not_yours_to_give;
}

Reason Judge::operator()(const Accept& accept) const {
  const auto* offer = in_past(accept.entry);
  if (offer == nullptr || offer->birth != Reason::ok) return Reason::unknown_offer;
  const auto* add = offer->as<DeviceAdd>();
  if (add == nullptr && offer->kind() != Kind::grant) return Reason::unknown_offer;
  if (add != nullptr && device_id(add->device) != author_) return Reason::not_the_subject;
  if (add != nullptr && accept.th2 != add->th2) return Reason::not_proven;
  if (add == nullptr && accept.th2) return Reason::malformed;
  const auto terms = terms_of(*offer);
  // Nobody says no for another either.
  if (add == nullptr && terms.front().subject != author_) return Reason::not_the_subject;
  for (const auto index : accept.accepted) {
    if (index >= terms.size()) return Reason::unknown_offer;
    if (terms[index].subject != author_) return Reason::not_the_subject;
  }
  return Reason::ok;
}

Reason Judge::operator()(const Withdraw& withdraw) const {
  if (withdraw.category == kControl) return Reason::control_is_not_granted;
  if (!past_.category_known(withdraw.category)) return Reason::unknown_category;
  return past_.known(withdraw.device) ? Reason::ok : Reason::unknown_device;
}

Reason Judge::operator()(const Expire& expire) const {
  for (const auto& ref : expire.grants) {
    const auto* entry = in_past(ref.entry);
    if (entry == nullptr || entry->birth != Reason::ok) return Reason::unknown_grant;
    const auto terms = terms_of(*entry);
    if (ref.index >= terms.size()) return Reason::unknown_grant;
    const auto& until = terms[ref.index].until;
    if (!until || at_ < *until) return Reason::not_ended;
  }
  return Reason::ok;
}

Reason Judge::operator()(const Ack& ack) const {
  for (const auto& raise : ack.raised) {
    const auto* end = in_past(raise.end);
    const bool is_end =
        end != nullptr && (end->kind() == Kind::device_remove || end->kind() == Kind::withdraw ||
                           end->kind() == Kind::expire);
    if (!is_end || end->birth != Reason::ok) return Reason::unknown_end;
  }
  return Reason::ok;
}

Reason Judge::operator()(const PolicySet& set) const {
  const auto* genesis = past_.state().at(0).as<Genesis>();
  const bool held =
      set.least_suite >= genesis->least_suite && set.least_protocol >= genesis->least_protocol;
  return held ? Reason::ok : Reason::below_floor;
}

Reason Judge::operator()(const ForkProof& proof) const {
  const auto& state = past_.state();
  const auto* first = in_past(proof.first);
  if (first == nullptr) return Reason::not_a_fork;
  if (const auto* second = in_past(proof.second)) {
    const Node a = state.find(proof.first);
    const Node b = state.find(proof.second);
    const bool apart = !state.in_past(a, b) && !state.in_past(b, a);
    return apart && first->author() == second->author() ? Reason::ok : Reason::not_a_fork;
  }
  if (!proof.entry) return Reason::not_a_fork;
  // Not in the log: two entries that follow one entry of their author can only be a fork.
  const auto carried = wire::decode<Entry>(*proof.entry, limits::kForkEntryBytes);
  if (!carried) return Reason::malformed;
  const auto body = decode_body(carried->body);
  if (!body || carried->id() != proof.second) return Reason::malformed;
  const bool forks = body->author == first->author() && body->prev == first->in.body.prev;
  return forks ? Reason::ok : Reason::not_a_fork;
}

}  // namespace

Reason may_write(const Scope& past, const DeviceId& author, WallMs at, const Payload& payload) {
  if (!past.known(author)) return Reason::author_unknown;
  if (!past.live(author)) return Reason::author_not_live;
  return std::visit(Judge(past, author, at), payload);
}

void judge_birth(const State& state, NodeData& node) {
  if (node.kind() == Kind::genesis) return;  // only the first entry gets this far
  const Scope past(state, node.past);
  if (node.as<DeviceAdd>()) node.added_by = past.chain_of(node.author()) + 1;
  node.birth = may_write(past, node.author(), node.in.body.at, node.in.payload);
  const auto* keys = node.as<Keys>();
  if (keys != nullptr && node.birth != Reason::ok)
    node.held = epochs_held(past, node.author(), *keys);
}

}  // namespace troth::circle
