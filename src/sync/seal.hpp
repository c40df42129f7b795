// Sealing and opening batches (rule 18, spec 07 §6). Pure functions: keys in, bytes out.
#pragma once

#include <optional>
#include <span>

#include "base/ports.hpp"
#include "crypto/kdf.hpp"
#include "sync/batch.hpp"
#include "sync/certificate.hpp"

namespace troth::sync {

// One epoch's key as sync needs it. prk = Extract(label | circle | category, K), owned by the
// keyring.
struct EpochKey {
  EpochName epoch;
  MailboxId mailbox;
  const crypto::Prk* prk = nullptr;
};

// Where keys come from. The engine adapts the keyring and the circle view.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // The epoch that this mailbox belongs to; nothing when we hold no such key.
  [[nodiscard]] virtual std::optional<EpochKey> key_of(const MailboxId& mailbox) const = 0;
  // The sign key of a device ever added to the circle, live or not: admission decides what counts.
  [[nodiscard]] virtual std::optional<crypto::P256Public> sign_key(
      const DeviceId& device) const = 0;
};

struct SealContext {
  CircleId circle;
  EpochKey key;
  ChainHash prev;
  std::uint64_t first = 1;
  std::span<const EntryId> heads;  // any order
  std::uint8_t suite = 1;
  Delivery delivery = Delivery::normal;
  bool carry_certificate = false;  // in the first batch of the category under this certificate
};

struct SealedBatch {
  Bytes sealed;
  OpenBatch open;  // what a receiver would see
};

// Drafts: 1 to 256 of one category, clocks strictly ascending. author and incarnation are the
// signer's. limit: more ops or bytes than a batch may hold; bad_value: drafts out of order.
[[nodiscard]] Result<SealedBatch> seal(std::span<const Draft> drafts, const SealContext& context,
                                       const BatchSigner& signer, Rng& rng);

// Decrypts and parses strictly; the signature is not checked yet. auth_failed, suite errors, wire
// errors, bad_value (another circle, category or epoch inside than the key's), bad_chain.
[[nodiscard]] Result<OpenBatch> unseal(ByteView sealed, const CircleId& circle, const EpochKey& key,
                                       bool carried = false);
// Author, incarnation, circle and signature under this certificate: bad_signature.
[[nodiscard]] Result<> verify_under(const OpenBatch& batch, const KnownCertificate& certificate);
// The same by the book, and that the ops lie where the certificate reigns. no_key: not in the book.
[[nodiscard]] Result<> verify(const OpenBatch& batch, const CertBook& book);
// Both.
[[nodiscard]] Result<OpenBatch> open(ByteView sealed, const CircleId& circle, const EpochKey& key,
                                     const CertBook& book);

// One op, provable without the others' contents; the limits are stated in spec 07 §6.
[[nodiscard]] OpProof prove(const OpenBatch& batch, std::size_t index,
                            const KnownCertificate& certificate);
struct ProvenOp {
  BatchCore core;
  OpHeader header;
  Bytes body;
};
[[nodiscard]] Result<ProvenOp> verify_op(const OpProof& proof, const CircleId& circle,
                                         const crypto::P256Public& sign_key);

}  // namespace troth::sync
