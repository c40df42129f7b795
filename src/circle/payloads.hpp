// Payloads of circle log entries, one struct a kind (spec 04 §4). All are public to every member of
// the circle; nothing here is secret except box contents, which are sealed to one device.
#pragma once

#include <variant>

#include "circle/entry.hpp"

namespace troth::circle {

using BoxSecret = std::array<std::uint8_t, 32>;  // rule 15

// ---- devices and members

struct DeviceDescriptor {
  std::string name;
  std::string model;
  std::optional<std::string> os;
  Protection protection = Protection::file;
  crypto::P256Public sign;
  crypto::P256Public agree;
  crypto::P256Public approve;
  MemberId member;
  BoxSecret box_secret{};
  friend bool operator==(const DeviceDescriptor&, const DeviceDescriptor&) = default;
  using Fields = wire::FieldList<
      wire::Field<1, &DeviceDescriptor::name, limits::kNameBytes>,
      wire::Field<2, &DeviceDescriptor::model, limits::kNameBytes>,
      wire::Field<3, &DeviceDescriptor::os, limits::kNameBytes>,
      wire::Field<4, &DeviceDescriptor::protection>, wire::Field<5, &DeviceDescriptor::sign>,
      wire::Field<6, &DeviceDescriptor::agree>, wire::Field<7, &DeviceDescriptor::approve>,
      wire::Field<8, &DeviceDescriptor::member>, wire::Field<9, &DeviceDescriptor::box_secret>>;
};
// SHA-256(label | sign | agree | approve): a device is its keys.
[[nodiscard]] DeviceId device_id(const DeviceDescriptor& descriptor);

struct Genesis {
  DeviceDescriptor device;
  std::string member_name;  // of the first person, whose id is in the descriptor
  std::uint8_t least_suite = 1;
  std::uint64_t least_protocol = 1;
  std::array<std::uint8_t, 32> random{};
  using Fields =
      wire::FieldList<wire::Field<1, &Genesis::device>,
                      wire::Field<2, &Genesis::member_name, limits::kNameBytes>,
                      wire::Field<3, &Genesis::least_suite>,
                      wire::Field<4, &Genesis::least_protocol>, wire::Field<5, &Genesis::random>>;
};

struct MemberAdd {
  MemberId member;
  std::string name;
  using Fields = wire::FieldList<wire::Field<1, &MemberAdd::member>,
                                 wire::Field<2, &MemberAdd::name, limits::kNameBytes>>;
};
struct MemberRemove {  // not built
  MemberId member;
  using Fields = wire::FieldList<wire::Field<1, &MemberRemove::member>>;
};
struct RoleSet {  // not built
  MemberId member;
  std::uint8_t role = 0;
  using Fields = wire::FieldList<wire::Field<1, &RoleSet::member>, wire::Field<2, &RoleSet::role>>;
};

// Rule 12: the device that is added, and what it is offered. The offers take effect by its accept.
struct DeviceAdd {
  DeviceDescriptor device;
  std::vector<GrantTerms> grants;  // subject = the new device
  Hash th2;                        // pairing transcript
  using Fields = wire::FieldList<wire::Field<1, &DeviceAdd::device>,
                                 wire::Field<2, &DeviceAdd::grants, limits::kCategories>,
                                 wire::Field<3, &DeviceAdd::th2>>;
};

enum class RemoveWhy : std::uint8_t { removed = 1, lost = 2, left = 3, undone = 4 };
[[nodiscard]] constexpr bool wire_known(RemoveWhy why) {
  return why >= RemoveWhy::removed && why <= RemoveWhy::undone;
}
// Rules 4, 10, 23. strict: acks do not raise the cuts. revert: entries that the removed device
// signed, that the remover had seen and that are void from here on.
struct DeviceRemove {
  DeviceId device;
  RemoveWhy why = RemoveWhy::removed;
  bool strict = false;
  std::vector<Cut> cuts;
  std::vector<EntryId> revert;
  using Fields =
      wire::FieldList<wire::Field<1, &DeviceRemove::device>, wire::Field<2, &DeviceRemove::why>,
                      wire::Field<3, &DeviceRemove::strict>,
                      wire::Field<4, &DeviceRemove::cuts, limits::kCutsPerEntry>,
                      wire::Field<5, &DeviceRemove::revert, limits::kRevertsPerEntry>>;
};
struct DeviceRekey {  // not built
  DeviceDescriptor device;
  using Fields = wire::FieldList<wire::Field<1, &DeviceRekey::device>>;
};
struct DeviceRename {
  DeviceId device;
  std::string name;
  using Fields = wire::FieldList<wire::Field<1, &DeviceRename::device>,
                                 wire::Field<2, &DeviceRename::name, limits::kNameBytes>>;
};

// ---- categories and consent

// The creator's own terms (subject = author) need no accept: it signs them with approve right here.
struct CategoryCreate {
  std::string name;
  std::string purpose;
  std::string data_class;
  std::uint64_t schema = 1;
  std::optional<GrantTerms>
      terms;  // index 0; its category field is zero, the id does not exist yet
  using Fields = wire::FieldList<wire::Field<1, &CategoryCreate::name, limits::kNameBytes>,
                                 wire::Field<2, &CategoryCreate::purpose, limits::kPurposeBytes>,
                                 wire::Field<3, &CategoryCreate::data_class, limits::kNameBytes>,
                                 wire::Field<4, &CategoryCreate::schema>,
                                 wire::Field<5, &CategoryCreate::terms>>;
};
struct CategoryUpdate {
  CategoryId category;
  std::string name;
  std::string purpose;
  std::string data_class;
  std::uint64_t schema = 1;
  using Fields = wire::FieldList<wire::Field<1, &CategoryUpdate::category>,
                                 wire::Field<2, &CategoryUpdate::name, limits::kNameBytes>,
                                 wire::Field<3, &CategoryUpdate::purpose, limits::kPurposeBytes>,
                                 wire::Field<4, &CategoryUpdate::data_class, limits::kNameBytes>,
                                 wire::Field<5, &CategoryUpdate::schema>>;
};
struct CategoryRetire {
  CategoryId category;
  using Fields = wire::FieldList<wire::Field<1, &CategoryRetire::category>>;
};
struct Grant {
  GrantTerms terms;  // index 0
  using Fields = wire::FieldList<wire::Field<1, &Grant::terms>>;
};
// The subject takes offers of one entry (a device_add or a grant). When it answers its own
// device_add it repeats the transcript and signs accept_message with its sign key too (rule 12,
// P9).
struct Accept {
  EntryId entry;
  std::vector<std::uint32_t> accepted;  // ascending indexes of that entry's terms; may be none
  std::optional<Hash> th2;
  std::optional<crypto::P256Signature> sign_signature;
  [[nodiscard]] bool declines() const { return accepted.empty() && !th2; }
  using Fields =
      wire::FieldList<wire::Field<1, &Accept::entry>,
                      wire::Field<2, &Accept::accepted, limits::kCategories>,
                      wire::Field<3, &Accept::th2>, wire::Field<4, &Accept::sign_signature>>;
};
// label | entry id | th2 | be32 count | be32 of each accepted index
[[nodiscard]] Bytes accept_message(const EntryId& entry, const Hash& th2,
                                   std::span<const std::uint32_t> accepted);
// Ends every grant of (device, category, direction) that is not after it (rule 5).
struct Withdraw {
  DeviceId device;
  CategoryId category;
  Direction direction = Direction::both;
  std::vector<Cut> cuts;
  using Fields =
      wire::FieldList<wire::Field<1, &Withdraw::device>, wire::Field<2, &Withdraw::category>,
                      wire::Field<3, &Withdraw::direction>,
                      wire::Field<4, &Withdraw::cuts, limits::kCutsPerEntry>>;
};
// Says that the ends of these grants have come. Kills only these (rule 5).
struct Expire {
  std::vector<GrantRef> grants;
  std::vector<Cut> cuts;
  using Fields = wire::FieldList<wire::Field<1, &Expire::grants, limits::kGrantsPerExpire>,
                                 wire::Field<2, &Expire::cuts, limits::kCutsPerEntry>>;
};

// ---- keys

struct LinkSeal {  // the keys of an earlier epoch of the category, sealed under this one's history
                   // key
  EpochId from;
  Bytes sealed;
  using Fields = wire::FieldList<wire::Field<1, &LinkSeal::from>,
                                 wire::Field<2, &LinkSeal::sealed, limits::kLinkBytes>>;
};
struct EpochDef {  // a new epoch
  CategoryId category;
  std::uint64_t number = 0;
  Hash commitment;
  std::vector<EpochId> prev;  // heads that it follows
  bool history = false;       // it has a history key
  std::vector<LinkSeal> links;
  [[nodiscard]] EpochId id() const { return {number, id_prefix<CommitmentPrefix>(commitment)}; }
  using Fields = wire::FieldList<
      wire::Field<1, &EpochDef::category>, wire::Field<2, &EpochDef::number>,
      wire::Field<3, &EpochDef::commitment>, wire::Field<4, &EpochDef::prev, limits::kEpochPrev>,
      wire::Field<5, &EpochDef::history>, wire::Field<6, &EpochDef::links, limits::kEpochPrev>>;
};
struct EpochName {  // an epoch that exists already, to be boxed to further devices
  CategoryId category;
  EpochId epoch;
  friend auto operator<=>(const EpochName&, const EpochName&) = default;
  using Fields =
      wire::FieldList<wire::Field<1, &EpochName::category>, wire::Field<2, &EpochName::epoch>>;
};
struct BoxedKey {  // said in clear: which key a box carries, and whether the history key with it
  std::uint32_t epoch = 0;  // index into Keys::epochs, then on into Keys::wraps
  bool history = false;
  using Fields =
      wire::FieldList<wire::Field<1, &BoxedKey::epoch>, wire::Field<2, &BoxedKey::history>>;
};
struct Box {
  DeviceId device;
  std::vector<BoxedKey> keys;  // ascending; the order of the keys inside
  crypto::P256Public enc;
  Bytes ciphertext;
  using Fields =
      wire::FieldList<wire::Field<1, &Box::device>,
                      wire::Field<2, &Box::keys, limits::kEpochsPerKeys>, wire::Field<3, &Box::enc>,
                      wire::Field<4, &Box::ciphertext, limits::kBoxBytes>>;
};
struct Keys {
  std::vector<EpochDef> epochs;
  std::vector<EpochName> wraps;
  std::vector<Box> boxes;  // at most one a device
  using Fields = wire::FieldList<wire::Field<1, &Keys::epochs, limits::kEpochsPerKeys>,
                                 wire::Field<2, &Keys::wraps, limits::kEpochsPerKeys>,
                                 wire::Field<3, &Keys::boxes, limits::kDevices>>;
};

// ---- the rest

// Rule 10: before it folded `end` (a removal, withdrawal or expiry) the author had applied this
// much.
struct Raise {
  EntryId end;
  Cut cut;
  using Fields = wire::FieldList<wire::Field<1, &Raise::end>, wire::Field<2, &Raise::cut>>;
};
struct Ack {
  std::vector<Raise> raised;
  using Fields = wire::FieldList<wire::Field<1, &Ack::raised, limits::kCutsPerEntry>>;
};
// Concurrent entries merge to the stricter value, field by field. 0 = no maximum.
struct PolicySet {
  std::uint8_t least_suite = 1;
  std::uint64_t least_protocol = 1;
  std::uint64_t max_devices = 0;
  std::uint64_t max_grant_ms = 0;
  friend bool operator==(const PolicySet&, const PolicySet&) = default;
  using Fields = wire::FieldList<
      wire::Field<1, &PolicySet::least_suite>, wire::Field<2, &PolicySet::least_protocol>,
      wire::Field<3, &PolicySet::max_devices>, wire::Field<4, &PolicySet::max_grant_ms>>;
};
struct RecoverySet {  // not built
  crypto::P256Public sign;
  crypto::P256Public agree;
  BoxSecret box_secret{};
  std::vector<CategoryId> categories;
  using Fields =
      wire::FieldList<wire::Field<1, &RecoverySet::sign>, wire::Field<2, &RecoverySet::agree>,
                      wire::Field<3, &RecoverySet::box_secret>,
                      wire::Field<4, &RecoverySet::categories, limits::kCategories>>;
};
struct BackupOpt {  // not built
  MemberId member;
  bool enabled = false;
  using Fields =
      wire::FieldList<wire::Field<1, &BackupOpt::member>, wire::Field<2, &BackupOpt::enabled>>;
};
// Two entries of one author, neither in the other's past. The second is carried where the log lacks
// it.
struct ForkProof {
  EntryId first;
  EntryId second;
  std::optional<Bytes> entry;  // wire form of the second
  using Fields =
      wire::FieldList<wire::Field<1, &ForkProof::first>, wire::Field<2, &ForkProof::second>,
                      wire::Field<3, &ForkProof::entry, limits::kForkEntryBytes>>;
};
// Rule 4.7: written by the one device that a removal left. state: spec 04 §9.
struct Checkpoint {
  std::vector<EntryId> removals;  // the removals that stand
  std::vector<Hash> dead_keys;    // SHA-256 of the public keys of devices that are out
  using Fields = wire::FieldList<wire::Field<1, &Checkpoint::removals, limits::kDevices>,
                                 wire::Field<2, &Checkpoint::dead_keys, 3 * limits::kDevices>>;
};
struct CircleReset {  // not built
  CircleId next;
  using Fields = wire::FieldList<wire::Field<1, &CircleReset::next>>;
};

// What an entry says. Opaque: a kind that is not built here (its payload stays bytes).
struct Opaque {};
using Payload = std::variant<Opaque, Genesis, MemberAdd, DeviceAdd, DeviceRemove, DeviceRename,
                             CategoryCreate, CategoryUpdate, CategoryRetire, Grant, Accept,
                             Withdraw, Expire, Keys, Ack, PolicySet, ForkProof, Checkpoint>;

// Strict decode of a built kind with the checks that need nothing but the payload (spec 04 §4).
[[nodiscard]] Result<Payload> decode_payload(Kind kind, ByteView payload);
[[nodiscard]] Bytes encode_payload(const Payload& payload);  // empty for Opaque
[[nodiscard]] std::optional<Kind> kind_of(const Payload& payload);

// Rule 1: the key class that must have signed an entry. either: an unknown kind that is not
// critical.
enum class SigningKey : std::uint8_t { sign, approve, either };
[[nodiscard]] SigningKey signing_key(Kind kind, bool critical, const Payload& payload,
                                     const DeviceId& author);

}  // namespace troth::circle
