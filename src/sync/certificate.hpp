// Certificates (rule 17, spec 07 §5): the device's sign key vouches for an Ed25519 key that lives
// in memory only, for at most a day, and says where its batches start in every category.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "crypto/ed25519.hpp"
#include "crypto/p256.hpp"
#include "sync/types.hpp"
#include "wire/wire.hpp"

namespace troth::sync {

// The last op of the author in a category before this certificate began.
struct CertificateStart {
  CategoryId category;
  std::uint64_t counter = 0;
  ChainHash chain;
  using Fields = wire::FieldList<wire::Field<1, &CertificateStart::category>,
                                 wire::Field<2, &CertificateStart::counter>,
                                 wire::Field<3, &CertificateStart::chain>>;
};

struct Certificate {
  std::uint64_t version = 1;
  CircleId circle;
  DeviceId device;
  Incarnation incarnation;
  crypto::Ed25519Public key{};
  WallMs issued;
  std::uint64_t lifetime_ms = 0;
  std::uint64_t number = 1;               // 1, 2, 3 within the incarnation: their order
  std::optional<CertificateId> previous;  // of the same incarnation; absent in number 1
  std::vector<CertificateStart> starts;   // ascending by category; absent means nothing sealed yet
  using Fields =
      wire::FieldList<wire::Field<1, &Certificate::version>, wire::Field<2, &Certificate::circle>,
                      wire::Field<3, &Certificate::device>,
                      wire::Field<4, &Certificate::incarnation>, wire::Field<5, &Certificate::key>,
                      wire::Field<6, &Certificate::issued>,
                      wire::Field<7, &Certificate::lifetime_ms>,
                      wire::Field<8, &Certificate::number>, wire::Field<9, &Certificate::previous>,
                      wire::Field<10, &Certificate::starts, limits::kCategories>>;
};

struct SignedCertificate {
  Bytes body;  // encoded Certificate, as signed
  crypto::P256Signature signature{};
  using Fields =
      wire::FieldList<wire::Field<1, &SignedCertificate::body, limits::kCertificateBytes>,
                      wire::Field<2, &SignedCertificate::signature>>;
};

// What the device's sign key is asked to sign: label | body.
[[nodiscard]] Bytes certificate_message(ByteView body);
[[nodiscard]] CertificateId certificate_id(ByteView body);

// A certificate whose signature and form were checked.
struct KnownCertificate {
  CertificateId id;
  AuthorId author;
  Certificate body;
  Bytes encoded;  // the SignedCertificate, to carry and to store
};
// Checks form, lifetime, key and signature. sign_key is the device's key from the circle log.
[[nodiscard]] Result<KnownCertificate> verify_certificate(ByteView encoded, const CircleId& circle,
                                                          const crypto::P256Public& sign_key);
// For bytes of our own disk, verified when they came: parses without the signature check.
[[nodiscard]] Result<KnownCertificate> trusted_certificate(ByteView encoded);
// The device named inside, before any check: to look up the key that verifies it.
[[nodiscard]] Result<DeviceId> certificate_device(ByteView encoded);

// Holds the private half. Destroying it ends the certificate for good.
class BatchSigner {
 public:
  BatchSigner(KnownCertificate certificate, crypto::Ed25519KeyPair key);
  [[nodiscard]] const KnownCertificate& certificate() const { return certificate_; }
  // False after its lifetime: make a new one.
  [[nodiscard]] bool usable(WallMs now) const;
  [[nodiscard]] crypto::Ed25519Signature sign(ByteView message) const { return key_.sign(message); }

 private:
  KnownCertificate certificate_;
  crypto::Ed25519KeyPair key_;
};

// All verified certificates, by id, with the order of each author's. A device that receives few
// categories misses some, so order comes from the numbers and not from following `previous`.
class CertBook {
 public:
  // Nothing changes for a known one. fork: another certificate has this author and number, or its
  // starts go back behind an older one's.
  [[nodiscard]] Result<> add(KnownCertificate certificate);
  [[nodiscard]] const KnownCertificate* find(const CertificateId& id) const;
  [[nodiscard]] const KnownCertificate* newest(const AuthorId& author) const;  // null: none known
  // Rule 17: ops first..last of the category may stand under this certificate. fork: they stand at
  // or after the start of a later one, or before its own start.
  [[nodiscard]] Result<> check_span(const CertificateId& id, const CategoryId& category,
                                    std::uint64_t first, std::uint64_t last) const;
  [[nodiscard]] std::vector<CertificateId> of(const AuthorId& author) const;
  void remove(const CertificateId& id);
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  // Is there no room for one more author of this device? Of one that is known there always is.
  [[nodiscard]] bool crowded(const AuthorId& author, const DeviceId& device) const;
  // It has as many authors as one device may have: what it writes as one more is taken nowhere.
  [[nodiscard]] bool started_anew_too_often(const DeviceId& device) const;

 private:
  [[nodiscard]] std::size_t authors(const std::optional<DeviceId>& of) const;  // of all devices
  [[nodiscard]] const KnownCertificate* later(const KnownCertificate& than) const;

  std::map<CertificateId, KnownCertificate> by_id_;
  std::map<std::pair<AuthorId, std::uint64_t>, CertificateId> by_number_;
};

// Where a certificate starts in a category: zero when it names none.
[[nodiscard]] CertificateStart start_of(const Certificate& certificate, const CategoryId& category);

}  // namespace troth::sync
