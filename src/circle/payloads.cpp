#include "circle/payloads.hpp"

#include <algorithm>
#include <set>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::circle {
namespace labels = crypto::labels;

DeviceId device_id(const DeviceDescriptor& d) {
  const Hash hash = crypto::sha256(
      {as_bytes(labels::kDeviceId), d.sign.view(), d.agree.view(), d.approve.view()});
  return DeviceId{hash.bytes};
}

Bytes accept_message(const EntryId& entry, const Hash& th2,
                     std::span<const std::uint32_t> accepted) {
  Bytes out = to_bytes(labels::kAccept);
  append(out, entry.view());
  append(out, th2.view());
  append_be32(out, static_cast<std::uint32_t>(accepted.size()));
  for (const auto index : accepted) append_be32(out, index);
  return out;
}

namespace {

template <class T, class Less = std::less_equal<>>
bool strictly_ascending(const std::vector<T>& values) {
  return std::adjacent_find(values.begin(), values.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == values.end();
}

Result<> check(const DeviceDescriptor& d) {
  const bool distinct = d.sign != d.agree && d.sign != d.approve && d.agree != d.approve;
  return require(distinct && !d.name.empty(), Errc::bad_entry);
}

Result<> check(const std::vector<Cut>& cuts) {
  std::set<std::pair<CategoryId, AuthorId>> seen;
  for (const auto& cut : cuts) {
    const bool fresh = seen.emplace(cut.category, cut.author).second;
    TROTH_CHECK(require(fresh && (cut.counter > 0 || cut.chain.is_zero()), Errc::bad_entry));
  }
  return {};
}

Result<> check(const Genesis& g) {
  TROTH_CHECK(check(g.device));
  const bool somebody = !g.device.member.is_zero();
  return require(somebody && g.least_suite > 0 && g.least_protocol > 0, Errc::bad_entry);
}
Result<> check(const MemberAdd& m) { return require(!m.member.is_zero(), Errc::bad_entry); }
Result<> check(const DeviceAdd& add) {
  TROTH_CHECK(check(add.device));
  const DeviceId id = device_id(add.device);
  std::set<CategoryId> seen;  // one offer a category: a grant is found by its entry and category
  for (const auto& terms : add.grants) {
    const bool fresh = seen.insert(terms.category).second;
    TROTH_CHECK(require(fresh && terms.subject == id, Errc::bad_entry));
  }
  return {};
}
Result<> check(const DeviceRemove& remove) { return check(remove.cuts); }
Result<> check(const DeviceRename& rename) {
  return require(!rename.name.empty(), Errc::bad_entry);
}
Result<> check(const CategoryCreate& create) {
  const bool placed = !create.terms || create.terms->category.is_zero();
  return require(placed && !create.name.empty(), Errc::bad_entry);
}
Result<> check(const CategoryUpdate& update) {
  return require(!update.name.empty(), Errc::bad_entry);
}
Result<> check(const CategoryRetire&) { return {}; }
Result<> check(const Grant&) { return {}; }
Result<> check(const Accept& accept) {
  const bool proof_is_whole = accept.th2.has_value() == accept.sign_signature.has_value();
  return require(proof_is_whole && strictly_ascending(accept.accepted), Errc::bad_entry);
}
Result<> check(const Withdraw& withdraw) { return check(withdraw.cuts); }
Result<> check(const Expire& expire) {
  TROTH_CHECK(
      require(!expire.grants.empty() && strictly_ascending(expire.grants), Errc::bad_entry));
  return check(expire.cuts);
}

Result<> check_box(const Keys& keys, const Box& box) {
  const std::size_t defined = keys.epochs.size();
  const std::size_t known = defined + keys.wraps.size();
  TROTH_CHECK(require(!box.keys.empty(), Errc::bad_entry));
  for (std::size_t i = 0; i < box.keys.size(); ++i) {
    const auto& key = box.keys[i];
    const bool ascending = i == 0 || box.keys[i - 1].epoch < key.epoch;
    TROTH_CHECK(require(ascending && key.epoch < known, Errc::bad_entry));
    const bool has_it = !key.history || key.epoch >= defined || keys.epochs[key.epoch].history;
    TROTH_CHECK(require(has_it, Errc::bad_entry));
  }
  return {};
}
Result<> check(const Keys& keys) {
  TROTH_CHECK(require(keys.epochs.size() + keys.wraps.size() > 0, Errc::bad_entry));
  std::set<EpochName> epochs;
  for (const auto& epoch : keys.epochs) {
    const bool fresh = epochs.insert({epoch.category, epoch.id()}).second;
    TROTH_CHECK(require(fresh && epoch.number > 0, Errc::bad_entry));
    const std::set<EpochId> prev(epoch.prev.begin(), epoch.prev.end());
    TROTH_CHECK(require(prev.size() == epoch.prev.size(), Errc::bad_entry));
  }
  for (const auto& wrap : keys.wraps) {
    TROTH_CHECK(require(epochs.insert(wrap).second, Errc::bad_entry));
  }
  std::set<DeviceId> devices;
  for (const auto& box : keys.boxes) {
    TROTH_CHECK(require(devices.insert(box.device).second, Errc::bad_entry));
    TROTH_CHECK(check_box(keys, box));
  }
  return {};
}

Result<> check(const Ack& ack) {
  for (const auto& raise : ack.raised) {
    TROTH_CHECK(require(raise.cut.counter > 0, Errc::bad_entry));
  }
  return {};
}
Result<> check(const PolicySet& policy) {
  return require(policy.least_suite > 0 && policy.least_protocol > 0, Errc::bad_entry);
}
Result<> check(const ForkProof& proof) {
  return require(proof.first != proof.second, Errc::bad_entry);
}
Result<> check(const Checkpoint&) { return {}; }

template <class T>
Result<Payload> decode_as(ByteView bytes) {
  TROTH_TRY(auto value, wire::decode<T>(bytes, limits::kEntryBytes));
  TROTH_CHECK(check(value));
  return Payload(std::move(value));
}

template <class T>
struct KindOf;
#define TROTH_KIND(type, kind)                \
  template <>                                 \
  struct KindOf<type> {                       \
    static constexpr Kind value = Kind::kind; \
  }
TROTH_KIND(Genesis, genesis);
TROTH_KIND(MemberAdd, member_add);
TROTH_KIND(DeviceAdd, device_add);
TROTH_KIND(DeviceRemove, device_remove);
TROTH_KIND(DeviceRename, device_rename);
TROTH_KIND(CategoryCreate, category_create);
TROTH_KIND(CategoryUpdate, category_update);
TROTH_KIND(CategoryRetire, category_retire);
TROTH_KIND(Grant, grant);
TROTH_KIND(Accept, accept);
TROTH_KIND(Withdraw, withdraw);
TROTH_KIND(Expire, expire);
TROTH_KIND(Keys, keys);
TROTH_KIND(Ack, ack);
TROTH_KIND(PolicySet, policy_set);
TROTH_KIND(ForkProof, fork_proof);
TROTH_KIND(Checkpoint, checkpoint);
#undef TROTH_KIND

template <class... T>
Result<Payload> decode_any(Kind kind, ByteView bytes, std::variant<Opaque, T...>*) {
  Result<Payload> out = Payload(Opaque{});
  (void)((kind == KindOf<T>::value && ((out = decode_as<T>(bytes)), true)) || ...);
  return out;
}

}  // namespace

Result<Payload> decode_payload(Kind kind, ByteView payload) {
  return decode_any(kind, payload, static_cast<Payload*>(nullptr));
}

Bytes encode_payload(const Payload& payload) {
  return std::visit(
      [](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Opaque>) {
          return Bytes{};
        } else {
          return wire::encode(value);
        }
      },
      payload);
}

std::optional<Kind> kind_of(const Payload& payload) {
  return std::visit(
      [](const auto& value) -> std::optional<Kind> {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Opaque>) {
          return std::nullopt;
        } else {
          return KindOf<T>::value;
        }
      },
      payload);
}

SigningKey signing_key(Kind kind, bool critical, const Payload& payload, const DeviceId& author) {
  switch (kind) {
    case Kind::keys:
    case Kind::expire:
    case Kind::ack:
    case Kind::fork_proof:
      return SigningKey::sign;
    case Kind::accept: {
      // Taking nothing of a grant is a no, which needs less than a yes (spec 04 §3).
      const auto* accept = std::get_if<Accept>(&payload);
      return accept && accept->declines() ? SigningKey::sign : SigningKey::approve;
    }
    case Kind::withdraw: {
      // Denying needs less than allowing, but only for oneself.
      const auto* withdraw = std::get_if<Withdraw>(&payload);
      return withdraw && withdraw->device == author ? SigningKey::sign : SigningKey::approve;
    }
    case Kind::genesis:
    case Kind::member_add:
    case Kind::member_remove:
    case Kind::role_set:
    case Kind::device_add:
    case Kind::device_remove:
    case Kind::device_rekey:
    case Kind::device_rename:
    case Kind::category_create:
    case Kind::category_update:
    case Kind::category_retire:
    case Kind::grant:
    case Kind::policy_set:
    case Kind::recovery_set:
    case Kind::backup_opt:
    case Kind::checkpoint:
    case Kind::circle_reset:
      return SigningKey::approve;
  }
  // A kind of a later version. What would stop data here must have had the user's presence.
  return critical ? SigningKey::approve : SigningKey::either;
}

}  // namespace troth::circle
