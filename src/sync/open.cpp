#include "base/plant.hpp"
#include "crypto/aead.hpp"
#include "sync/inner.hpp"
#include "sync/seal.hpp"

namespace troth::sync {
namespace {

Result<Bytes> decrypt(ByteView sealed, const BatchHeader& header, const crypto::Prk& prk) {
  crypto::Aead algorithm = crypto::Aead::aes256gcm;
  for (const auto& suite : crypto::suites()) {
    if (suite.id == header.suite) algorithm = suite.aead;
  }
  const auto key = batch_key(prk, header.salt);
  Bytes plain;
  plain.reserve(sealed.size() - BatchHeader::kSize - crypto::kAeadTag);
  TROTH_CHECK(crypto::AeadKey(algorithm, key.expose())
                  .open(crypto::counter_nonce(0), sealed.first(BatchHeader::kSize),
                        sealed.subspan(BatchHeader::kSize), plain));
  return plain;
}

// Length, padding of zeros and the padded size itself have one form each.
Result<ByteView> unpad(ByteView plain, std::size_t total) {
  if (plain.size() < 4) return fail(Errc::truncated);
  const auto size = static_cast<std::size_t>(read_be(plain.first(4)));
  if (size > plain.size() - 4) return fail(Errc::truncated);
  if (padded_total(size + kSealOverhead) != total) return fail(Errc::non_canonical);
  for (const auto byte : plain.subspan(4 + size)) {
    if (byte != 0) return fail(Errc::non_canonical);
  }
  return plain.subspan(4, size);
}

Result<> check_core(const BatchCore& core, const CircleId& circle, const EpochKey& key,
                    bool carried) {
  if (core.circle != circle) return fail(Errc::bad_value);
  const EpochName inside{core.category, core.epoch, core.commit};
  if (core.category != key.epoch.category) return fail(Errc::bad_value);
  if (!carried && inside != key.epoch) return fail(Errc::bad_value);
  if (core.first == 0 || core.first > UINT64_MAX / 4) return fail(Errc::bad_value);
  if (core.prev.is_zero() != (core.first == 1)) return fail(Errc::bad_chain);
  if (core.heads.empty()) return fail(Errc::missing_field);
  for (std::size_t i = 1; i < core.heads.size(); ++i) {
    if (!(core.heads[i - 1] < core.heads[i])) return fail(Errc::non_canonical);
  }
  return {};
}

// Indexes by first use: each is at most one more than the highest before it. Absent stands for
// `absent(i)`; an index list that says the same as its absence is refused.
Result<> check_indexes(const std::optional<Bytes>& indexes, std::size_t count, std::size_t distinct,
                       bool absent_means_each) {
  const std::size_t implied = absent_means_each ? count : 1;
  if (!indexes) return require(distinct == implied, Errc::bad_value);
  if (distinct == implied) return fail(Errc::non_canonical);
  if (indexes->size() != count) return fail(Errc::bad_value);
  std::size_t seen = 0;
  for (const auto index : *indexes) {
    if (index > seen) return fail(Errc::non_canonical);
    if (index == seen) ++seen;
  }
  return require(seen == distinct, Errc::bad_value);
}

Result<> check_distinct(const Columns& columns) {
  std::vector<ByteView> ids;
  const ByteView items(columns.items);
  for (std::size_t at = 0; at < items.size(); at += ItemId::kSize) {
    ids.push_back(items.subspan(at, ItemId::kSize));
  }
  const auto less = [](ByteView a, ByteView b) { return as_text(a) < as_text(b); };
  if (!std::is_sorted(ids.begin(), ids.end(), less)) std::sort(ids.begin(), ids.end(), less);
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (equal(ids[i - 1], ids[i])) return fail(Errc::non_canonical);
  }
  for (std::size_t i = 0; i < columns.shapes.size(); ++i) {
    TROTH_CHECK(check_field_name(columns.shapes[i].field));
    for (std::size_t j = 0; j < i; ++j) {
      if (columns.shapes[i] == columns.shapes[j]) return fail(Errc::non_canonical);
    }
  }
  return {};
}

Result<> check_columns(const Columns& columns) {
  const auto count = columns.sizes.size();
  if (count == 0) return fail(Errc::bad_value);
  if (columns.elapsed.size() != count - 1 || columns.ticks.size() != count - 1) {
    return fail(Errc::bad_value);
  }
  if (columns.items.size() % ItemId::kSize != 0) return fail(Errc::bad_value);
  TROTH_CHECK(check_indexes(columns.item, count, columns.items.size() / ItemId::kSize, true));
  TROTH_CHECK(check_indexes(columns.shape, count, columns.shapes.size(), false));
  return check_distinct(columns);
}

Result<Hlc> next_clock(const Columns& columns, std::size_t index, Hlc last) {
  if (index == 0) return Hlc{columns.clock};
  const auto elapsed = columns.elapsed[index - 1];
  if (elapsed > (UINT64_MAX >> 16) - last.wall().ms) return fail(Errc::bad_value);
  const auto clock = Hlc::at({last.wall().ms + elapsed}, columns.ticks[index - 1]);
  if (clock <= last) return fail(Errc::bad_value);
  return clock;
}

Result<> decode_ops(const Columns& columns, OpenBatch& out) {
  Hlc clock;
  std::uint64_t offset = 0;
  const auto count = columns.sizes.size();
  out.ops.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t item = columns.item ? (*columns.item)[i] : i;
    const std::uint32_t shape = columns.shape ? (*columns.shape)[i] : 0;
    TROTH_TRY(clock, next_clock(columns, i, clock));
    const auto size = columns.sizes[i];
    if (size > limits::kValueBytes || offset + size > out.bodies.size()) {
      return fail(Errc::bad_value);
    }
    OpSlot op{{}, clock, shape, static_cast<std::uint32_t>(offset), size, {}};
    std::copy_n(columns.items.begin() + static_cast<std::ptrdiff_t>(item * ItemId::kSize),
                ItemId::kSize, op.item.bytes.begin());
    offset += size;
    out.ops.push_back(op);
    out.ops.back().leaf = leaf_of(out.header_of(i), out.body(out.ops.back()));
  }
  return require(offset == out.bodies.size(), Errc::trailing_bytes);
}

}  // namespace

Result<OpenBatch> unseal(ByteView sealed, const CircleId& circle, const EpochKey& key,
                         bool carried) {
  OpenBatch out;
  TROTH_TRY(out.header, parse_header(sealed));
  if (key.prk == nullptr) return fail(Errc::no_key);
  if (out.header.mailbox != key.mailbox) return fail(Errc::bad_value);
  TROTH_TRY(const Bytes plain, decrypt(sealed, out.header, *key.prk));
  TROTH_TRY(const ByteView view, unpad(plain, sealed.size()));
  TROTH_TRY(auto inner, wire::decode<Inner>(view));
  TROTH_TRY(out.core, wire::decode<BatchCore>(inner.core));
  TROTH_CHECK(check_core(out.core, circle, key, carried));
  TROTH_CHECK(check_columns(inner.columns));
  out.bodies = std::move(inner.bodies);
  out.shapes = std::move(inner.columns.shapes);
  TROTH_CHECK(decode_ops(inner.columns, out));
  out.core_bytes = std::move(inner.core);
  out.root = leaf_root(leaves_of(out));
  out.chain = chain_hash(out.core_bytes, out.root);
  out.signature = inner.signature;
  if (inner.certificate) {
    if (inner.certificate->empty()) return fail(Errc::non_canonical);
    out.certificate = std::move(*inner.certificate);
  }
  return out;
}

Result<> verify_under(const OpenBatch& batch, const KnownCertificate& certificate) {
  if (certificate.id != batch.core.certificate) return fail(Errc::bad_signature);
  if (certificate.author != batch.core.author) return fail(Errc::bad_signature);
  if (certificate.body.incarnation != batch.core.incarnation) return fail(Errc::bad_signature);
  if (certificate.body.circle != batch.core.circle) return fail(Errc::bad_signature);
  if (planted(Plant::skip_batch_signature)) return {};
  return crypto::ed25519_verify(certificate.body.key, signed_message(batch.core_bytes, batch.root),
                                batch.signature);
}

Result<> verify(const OpenBatch& batch, const CertBook& book) {
  const auto* certificate = book.find(batch.core.certificate);
  if (certificate == nullptr) return fail(Errc::no_key);
  TROTH_CHECK(verify_under(batch, *certificate));
  return book.check_span(certificate->id, batch.core.category, batch.core.first, batch.last());
}

Result<OpenBatch> open(ByteView sealed, const CircleId& circle, const EpochKey& key,
                       const CertBook& book) {
  TROTH_TRY(auto batch, unseal(sealed, circle, key));
  TROTH_CHECK(verify(batch, book));
  return batch;
}

OpProof prove(const OpenBatch& batch, std::size_t index, const KnownCertificate& certificate) {
  TROTH_ASSERT(index < batch.ops.size());
  const auto& op = batch.ops[index];
  return {
      1,     batch.core_bytes, batch.signature, certificate.encoded,    leaves_of(batch),
      index, op.hlc.value,     op.item,         batch.shapes[op.shape], to_bytes(batch.body(op))};
}

Result<ProvenOp> verify_op(const OpProof& proof, const CircleId& circle,
                           const crypto::P256Public& sign_key) {
  if (proof.version != 1) return fail(Errc::unknown_version);
  TROTH_TRY(auto certificate, verify_certificate(proof.certificate, circle, sign_key));
  ProvenOp out;
  TROTH_TRY(out.core, wire::decode<BatchCore>(proof.core));
  if (out.core.circle != circle || out.core.certificate != certificate.id ||
      out.core.author != certificate.author) {
    return fail(Errc::bad_signature);
  }
  if (proof.index >= proof.leaves.size()) return fail(Errc::bad_value);
  TROTH_CHECK(check_field_name(proof.shape.field));
  out.header = {out.core.author, out.core.first + proof.index, Hlc{proof.hlc}, proof.item,
                proof.shape};
  if (leaf_of(out.header, proof.body) != proof.leaves[proof.index]) return fail(Errc::bad_hash);
  TROTH_CHECK(crypto::ed25519_verify(
      certificate.body.key, signed_message(proof.core, leaf_root(proof.leaves)), proof.signature));
  out.body = proof.body;
  return out;
}

}  // namespace troth::sync
