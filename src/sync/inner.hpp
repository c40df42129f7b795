// The sealed inside of a batch, column-coded (spec 07 §6). For seal.cpp, open.cpp and fuzz_batch.cpp.
#pragma once

#include <optional>
#include <span>

#include "base/secret.hpp"
#include "crypto/kdf.hpp"
#include "sync/batch.hpp"

namespace troth::sync {

// n = sizes.size() ops. Indexes stand only where they say something, so that one content has one
// form.
struct Columns {
  Bytes items;                         // distinct ids, 16 bytes each, by first use
  std::optional<Bytes> item;           // n indexes of a byte; absent: op i is on item i
  std::uint64_t clock = 0;             // HLC of the first op
  std::vector<std::uint64_t> elapsed;  // n-1: milliseconds since the op before
  std::vector<std::uint16_t> ticks;    // n-1: HLC counters
  std::vector<Shape> shapes;           // distinct, by first use
  std::optional<Bytes> shape;          // n indexes of a byte; absent: one shape for all
  std::vector<std::uint32_t> sizes;    // n body lengths
  using Fields =
      wire::FieldList<wire::Field<1, &Columns::items, limits::kOpsPerBatch * ItemId::kSize>,
                      wire::Field<2, &Columns::item, limits::kOpsPerBatch>,
                      wire::Field<3, &Columns::clock>,
                      wire::Field<4, &Columns::elapsed, limits::kOpsPerBatch - 1>,
                      wire::Field<5, &Columns::ticks, limits::kOpsPerBatch - 1>,
                      wire::Field<6, &Columns::shapes, limits::kOpsPerBatch>,
                      wire::Field<7, &Columns::shape, limits::kOpsPerBatch>,
                      wire::Field<8, &Columns::sizes, limits::kOpsPerBatch>>;
};

struct Inner {
  Bytes core;
  crypto::Ed25519Signature signature{};
  std::optional<Bytes> certificate;
  Columns columns;
  Bytes bodies;  // one after another
  using Fields = wire::FieldList<
      wire::Field<1, &Inner::core, limits::kBatchCoreBytes>, wire::Field<2, &Inner::signature>,
      wire::Field<3, &Inner::certificate, limits::kCertificateBytes>,
      wire::Field<4, &Inner::columns>, wire::Field<5, &Inner::bodies, limits::kBatchBytes>>;
};

// 4-byte length of the inner, header and tag.
inline constexpr std::size_t kSealOverhead = BatchHeader::kSize + 4 + 16;

[[nodiscard]] Hash leaf_root(std::span<const Leaf> leaves);
[[nodiscard]] std::vector<Leaf> leaves_of(const OpenBatch& batch);
// What the author signs: label | core | root.
[[nodiscard]] Bytes signed_message(ByteView core, const Hash& root);
// Rule 10. Over core and root, not the signature: nobody can give one content two hashes.
[[nodiscard]] ChainHash chain_hash(ByteView core, const Hash& root);
// The AEAD key of one batch: Expand(PRK, label | salt).
[[nodiscard]] Secret32 batch_key(const crypto::Prk& prk, ByteView salt);

}  // namespace troth::sync
