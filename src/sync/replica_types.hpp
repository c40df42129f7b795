// What a Replica is asked with and answers (sync/replica.hpp).
#pragma once

#include "base/ports.hpp"
#include "sync/seal.hpp"
#include "sync/sync_store.hpp"

namespace troth::sync {

struct Self {
  CircleId circle;
  DeviceId device;
  Incarnation incarnation;
};

struct FieldEdit {
  std::string field;
  std::uint8_t type = static_cast<std::uint8_t>(FieldType::lww);
  std::uint32_t schema = 0;
  Bytes body;
};

// What seal_due needs from keyring (a clean epoch), circle (heads) and negotiation.
struct SealInputs {
  EpochKey key;
  std::span<const EntryId> heads;
  std::uint8_t suite = 1;
};
struct Sealed {
  Bytes sealed;
  EpochName epoch;
  BatchSeq seq;
  Delivery delivery = Delivery::normal;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::vector<ItemId> items;  // touched, ascending, each once
};

enum class Outcome : std::uint8_t {
  applied,
  duplicate,
  held,
  parked,
  refused,
  forked,
  disowned,  // it showed that the chain we held was false: that is set aside, ask for all again
};
struct Applied {
  Outcome outcome = Outcome::refused;
  Errc reason = Errc::refused;  // when neither applied nor duplicate
  EpochName epoch;
  AuthorId author;
  DeviceId device;
  BatchSeq seq;  // when applied
  std::uint64_t ops = 0;
  std::vector<ItemId> items;  // changed, ascending, each once
};

enum class Confirmed : std::uint8_t {
  ok,
  rolled_back,  // the peer holds more, or other, ops of ours: take a new incarnation (rule 19)
};

struct FieldView {
  std::string name;
  std::uint8_t type = 1;
  std::uint32_t schema = 0;
  Hlc hlc;
  AuthorId author;
  bool draft = false;  // ours and not sealed yet
  Bytes body;
};
struct ItemView {
  ItemId item;
  bool alive = true;
  std::vector<FieldView> fields;  // ascending by name; _alive is not among them
};
struct SideOp {
  ItemId item;
  Shape shape;
  Hlc hlc;
  Bytes body;
  bool overtaken = false;  // something newer stands in its place
};
struct Change {  // one op of an item's past
  FieldView field;
  bool current = false;  // the field's value now
  BatchSeq seq;
};
struct Changes {
  std::vector<ItemId> items;
  BatchSeq cursor;  // go on from here
  bool more = false;
};

enum class OneChain : std::uint8_t { same, other, unknown };
struct OtherChain {  // of a device, held by a peer
  DeviceId device;
  AuthorId author;
  VectorEntry theirs;
  std::uint64_t from = 0;  // where ours has to be shown from
};

// Walks the stored batches of ranges, author by author, one batch a call.
struct RangeCursor {
  CategoryId category;
  std::vector<BatchRange> ranges;
  std::size_t at = 0;
  std::optional<std::uint64_t> after{};  // of the batch that was given last: its range's
  Vector reached{};                      // what the receiver holds once all that was given arrived
};

}  // namespace troth::sync
