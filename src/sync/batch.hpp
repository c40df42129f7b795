// A batch: 1 to 256 ops of one author and category, sealed once, signed once, stored and sent as
// the same bytes (spec 07 §6). These are its parts; sync/seal.hpp makes and opens it.
#pragma once

#include <string>
#include <vector>

#include "crypto/ed25519.hpp"
#include "sync/hlc.hpp"
#include "sync/types.hpp"
#include "wire/wire.hpp"

namespace troth::sync {

// The clear header: 55 bytes, authenticated as sent, all that a relay sees.
struct BatchHeader {
  static constexpr std::size_t kSize = 55;
  std::uint8_t version = 1;
  std::uint8_t suite = 1;
  Delivery delivery = Delivery::normal;
  MailboxId mailbox;  // of the category's epoch; unlinkable across epochs
  std::array<std::uint8_t, 32> salt{};
  std::uint32_t total = 0;  // of the whole sealed batch, padding included
};
[[nodiscard]] Result<BatchHeader> parse_header(ByteView sealed);
void append_header(Bytes& out, const BatchHeader& header);
// Padmé with a floor of 512 bytes: the total for `exact` bytes.
[[nodiscard]] std::size_t padded_total(std::size_t exact);

// What the signature covers, together with the root over the leaves.
struct BatchCore {
  CircleId circle;
  CategoryId category;
  std::uint64_t epoch = 0;
  EpochCommit commit;
  AuthorId author;
  Incarnation incarnation;
  CertificateId certificate;
  ChainHash prev;              // zero: the author's first batch in the category
  std::uint64_t first = 1;     // counter of the first op
  std::vector<EntryId> heads;  // circle log heads the author saw, ascending, 1 to 16 (rule 6)
  using Fields =
      wire::FieldList<wire::Field<1, &BatchCore::circle>, wire::Field<2, &BatchCore::category>,
                      wire::Field<3, &BatchCore::epoch>, wire::Field<4, &BatchCore::commit>,
                      wire::Field<5, &BatchCore::author>, wire::Field<6, &BatchCore::incarnation>,
                      wire::Field<7, &BatchCore::certificate>, wire::Field<8, &BatchCore::prev>,
                      wire::Field<9, &BatchCore::first>,
                      wire::Field<10, &BatchCore::heads, limits::kBatchHeads>>;
};

// Field name, type and schema version: the same for many ops, so a batch lists each once.
struct Shape {
  std::string field;
  std::uint8_t type = 1;  // FieldType, or a number that this program does not know
  std::uint32_t schema = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
  using Fields = wire::FieldList<wire::Field<1, &Shape::field, limits::kFieldNameBytes>,
                                 wire::Field<2, &Shape::type>, wire::Field<3, &Shape::schema>>;
};

// Everything that a leaf hashes: enough to prove one op alone.
struct OpHeader {
  AuthorId author;
  std::uint64_t counter = 0;
  Hlc hlc;
  ItemId item;
  Shape shape;
};
[[nodiscard]] Leaf leaf_of(const OpHeader& op, ByteView body);

// One op inside an opened batch.
struct OpSlot {
  ItemId item;
  Hlc hlc;
  std::uint32_t shape = 0;   // index into OpenBatch::shapes
  std::uint32_t offset = 0;  // of the body in OpenBatch::bodies
  std::uint32_t size = 0;
  Leaf leaf;
};

struct OpenBatch {
  BatchHeader header;
  BatchCore core;
  Bytes core_bytes;  // as signed
  Hash root;         // over the leaves
  ChainHash chain;   // this batch's own hash: the next batch's prev
  crypto::Ed25519Signature signature{};
  Bytes certificate;  // carried SignedCertificate, or empty
  std::vector<Shape> shapes;
  std::vector<OpSlot> ops;
  Bytes bodies;

  [[nodiscard]] std::uint64_t last() const { return core.first + ops.size() - 1; }
  [[nodiscard]] EpochName epoch() const { return {core.category, core.epoch, core.commit}; }
  [[nodiscard]] ByteView body(const OpSlot& op) const {
    return ByteView(bodies).subspan(op.offset, op.size);
  }
  [[nodiscard]] OpHeader header_of(std::size_t index) const;
  [[nodiscard]] std::size_t memory() const;  // bytes, for caches
};

// An edit that is not sealed yet. Its clock is given when the person makes it.
struct Draft {
  CategoryId category;
  ItemId item;
  Shape shape;
  Hlc hlc;
  Delivery delivery = Delivery::normal;
  Bytes body;
};

// One op with what proves it: other ops appear only as their leaves.
struct OpProof {
  std::uint64_t version = 1;
  Bytes core;
  crypto::Ed25519Signature signature{};
  Bytes certificate;  // SignedCertificate
  std::vector<Leaf> leaves;
  std::uint64_t index = 0;
  std::uint64_t hlc = 0;
  ItemId item;
  Shape shape;
  Bytes body;
  using Fields = wire::FieldList<
      wire::Field<1, &OpProof::version>, wire::Field<2, &OpProof::core, limits::kBatchCoreBytes>,
      wire::Field<3, &OpProof::signature>,
      wire::Field<4, &OpProof::certificate, limits::kCertificateBytes + 128>,
      wire::Field<5, &OpProof::leaves, limits::kOpsPerBatch>, wire::Field<6, &OpProof::index>,
      wire::Field<7, &OpProof::hlc>, wire::Field<8, &OpProof::item>,
      wire::Field<9, &OpProof::shape>, wire::Field<10, &OpProof::body, limits::kValueBytes>>;
};

}  // namespace troth::sync
