#include "sync/certificate.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::sync {
namespace {

Result<> check_starts(const std::vector<CertificateStart>& starts) {
  const CategoryId* last = nullptr;
  for (const auto& start : starts) {
    if (last != nullptr && !(*last < start.category)) return fail(Errc::non_canonical);
    if (start.counter == 0) return fail(Errc::non_canonical);
    last = &start.category;
  }
  return {};
}

Result<> check_form(const Certificate& body) {
  if (body.version != 1) return fail(Errc::unknown_version);
  if (body.lifetime_ms == 0 || body.lifetime_ms > limits::kCertificateMs) {
    return fail(Errc::bad_value);
  }
  if (body.number == 0 || body.previous.has_value() != (body.number > 1)) {
    return fail(Errc::bad_value);
  }
  if (crypto::ed25519_is_low_order(body.key)) return fail(Errc::bad_point);
  return check_starts(body.starts);
}

Result<SignedCertificate> parse(ByteView encoded, Certificate& body) {
  TROTH_TRY(auto outer, wire::decode<SignedCertificate>(encoded));
  TROTH_TRY(body, wire::decode<Certificate>(outer.body));
  TROTH_CHECK(check_form(body));
  return outer;
}

KnownCertificate known(ByteView encoded, const SignedCertificate& outer, Certificate body) {
  const auto author = author_of(body.device, body.incarnation);
  return {certificate_id(outer.body), author, std::move(body), to_bytes(encoded)};
}

// The later certificate's starts may not lie behind the earlier one's: counters only grow.
bool goes_back(const Certificate& earlier, const Certificate& later) {
  for (const auto& start : earlier.starts) {
    if (start_of(later, start.category).counter < start.counter) return true;
  }
  return false;
}

}  // namespace

Bytes certificate_message(ByteView body) {
  Bytes message = to_bytes(crypto::labels::kCertificate);
  append(message, body);
  return message;
}

CertificateId certificate_id(ByteView body) {
  return id_prefix<CertificateId>(crypto::sha256({as_bytes(crypto::labels::kCertificateId), body}));
}

Result<KnownCertificate> verify_certificate(ByteView encoded, const CircleId& circle,
                                            const crypto::P256Public& sign_key) {
  Certificate body;
  TROTH_TRY(const auto outer, parse(encoded, body));
  if (body.circle != circle) return fail(Errc::bad_value);
  TROTH_CHECK(crypto::p256_verify(sign_key, certificate_message(outer.body), outer.signature));
  return known(encoded, outer, std::move(body));
}

Result<KnownCertificate> trusted_certificate(ByteView encoded) {
  Certificate body;
  TROTH_TRY(const auto outer, parse(encoded, body));
  return known(encoded, outer, std::move(body));
}

Result<DeviceId> certificate_device(ByteView encoded) {
  Certificate body;
  TROTH_CHECK(parse(encoded, body));
  return body.device;
}

BatchSigner::BatchSigner(KnownCertificate certificate, crypto::Ed25519KeyPair key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {
  TROTH_ASSERT(certificate_.body.key == key_.public_key());
}

bool BatchSigner::usable(WallMs now) const {
  const auto& body = certificate_.body;
  // A clock that went back past the issue would make the certificate live for ever.
  if (now.ms + limits::kClockSkewMs < body.issued.ms) return false;
  return now.ms < body.issued.ms + body.lifetime_ms;
}

Result<> CertBook::add(KnownCertificate certificate) {
  if (find(certificate.id) != nullptr) return {};
  const auto key = std::make_pair(certificate.author, certificate.body.number);
  if (by_number_.contains(key)) return fail(Errc::fork);
  const auto after = by_number_.upper_bound(key);
  if (after != by_number_.end() && after->first.first == key.first &&
      goes_back(certificate.body, by_id_.at(after->second).body)) {
    return fail(Errc::fork);
  }
  if (after != by_number_.begin()) {
    const auto before = std::prev(after);
    if (before->first.first == key.first &&
        goes_back(by_id_.at(before->second).body, certificate.body)) {
      return fail(Errc::fork);
    }
  }
  by_number_.emplace(key, certificate.id);
  const auto id = certificate.id;
  by_id_.emplace(id, std::move(certificate));
  return {};
}

const KnownCertificate* CertBook::find(const CertificateId& id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &it->second;
}

const KnownCertificate* CertBook::newest(const AuthorId& author) const {
  auto it = by_number_.upper_bound({author, UINT64_MAX});
  if (it == by_number_.begin()) return nullptr;
  --it;
  return it->first.first == author ? find(it->second) : nullptr;
}

std::vector<CertificateId> CertBook::of(const AuthorId& author) const {
  std::vector<CertificateId> out;
  for (auto it = by_number_.lower_bound({author, 0});
       it != by_number_.end() && it->first.first == author; ++it)
    out.push_back(it->second);
  return out;
}

constexpr std::size_t kAuthorsOfDevice = 64;

bool CertBook::crowded(const AuthorId& author, const DeviceId& device) const {
  return newest(author) == nullptr &&
         (authors({}) >= limits::kVectorAuthors - 1 || started_anew_too_often(device));
}

bool CertBook::started_anew_too_often(const DeviceId& device) const {
  return authors(device) >= kAuthorsOfDevice;
}

std::size_t CertBook::authors(const std::optional<DeviceId>& of) const {
  std::size_t out = 0;
  for (auto it = by_number_.begin(); it != by_number_.end();
       it = by_number_.upper_bound({it->first.first, UINT64_MAX})) {
    if (!of || find(it->second)->body.device == *of) ++out;
  }
  return out;
}

void CertBook::remove(const CertificateId& id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  by_number_.erase({it->second.author, it->second.body.number});
  by_id_.erase(it);
}

const KnownCertificate* CertBook::later(const KnownCertificate& than) const {
  const auto it = by_number_.upper_bound({than.author, than.body.number});
  if (it == by_number_.end() || it->first.first != than.author) return nullptr;
  return find(it->second);
}

Result<> CertBook::check_span(const CertificateId& id, const CategoryId& category,
                              std::uint64_t first, std::uint64_t last) const {
  const auto* certificate = find(id);
  if (certificate == nullptr) return fail(Errc::no_key);
  if (first <= start_of(certificate->body, category).counter) return fail(Errc::fork);
  const auto* next = later(*certificate);
  if (next != nullptr && last > start_of(next->body, category).counter) return fail(Errc::fork);
  return {};
}

CertificateStart start_of(const Certificate& certificate, const CategoryId& category) {
  const auto& starts = certificate.starts;
  const auto it = std::lower_bound(
      starts.begin(), starts.end(), category,
      [](const CertificateStart& start, const CategoryId& id) { return start.category < id; });
  if (it == starts.end() || it->category != category) return {category, 0, {}};
  return *it;
}

}  // namespace troth::sync
