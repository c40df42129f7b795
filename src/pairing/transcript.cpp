#include "pairing/transcript.hpp"

#include "crypto/labels.hpp"

namespace troth::pairing {

namespace labels = crypto::labels;

namespace {

constexpr std::string_view kConfirm = "confirm";
constexpr std::string_view kSeal = "seal";

Bytes side_context(std::string_view what, Side side) {
  Bytes out = to_bytes(what);
  out.push_back(static_cast<std::uint8_t>(side));
  return out;
}

Side other(Side side) { return side == Side::applicant ? Side::sponsor : Side::applicant; }

Hash transcript_hash(std::initializer_list<ByteView> parts) {
  return crypto::sha256({as_bytes(labels::kPairTranscript), crypto::lv_cat(parts)});
}

crypto::Prk make_prk(const SecretBytes& isk, const SecretBytes& qr_secret, const Hash& th1) {
  SecretBytes input(isk.size() + qr_secret.size());
  auto out = input.expose_mutable();
  std::copy(isk.expose().begin(), isk.expose().end(), out.begin());
  std::copy(qr_secret.expose().begin(), qr_secret.expose().end(),
            out.begin() + static_cast<std::ptrdiff_t>(isk.size()));
  return crypto::Prk::extract(th1.bytes, input.expose());
}

crypto::AeadKey make_key(const crypto::Prk& prk, crypto::Aead aead, Side from) {
  const auto key = prk.expand32(labels::kPairKeys, side_context(kSeal, from));
  return {aead, key.expose()};
}

}  // namespace

Bytes session_id(std::string_view nameplate, const RunNonce& sponsor, const RunNonce& applicant) {
  const auto hash = crypto::sha256(
      {as_bytes(labels::kPairSid), crypto::lv_cat({as_bytes(nameplate), sponsor, applicant})});
  return to_bytes(hash.bytes);
}

Bytes channel_id(std::uint8_t suite, Mode mode) {
  const std::array<std::uint8_t, 2> choice{suite, static_cast<std::uint8_t>(mode)};
  return crypto::lv_cat(
      {as_bytes(labels::kPairChannel), choice, as_bytes("A=applicant"), as_bytes("B=sponsor")});
}

SecretBytes prs(Mode mode, const SecretBytes& secret) {
  const auto m = static_cast<std::uint8_t>(mode);
  Bytes joined = crypto::lv_cat({as_bytes(labels::kPairSecret), {&m, 1}, secret.expose()});
  SecretBytes out{ByteView(joined)};
  secret_wipe(joined);
  return out;
}

Bytes associated_data(const ClearTranscript& seen, ByteView extra) {
  const auto start = crypto::sha256({crypto::lv_cat({seen.knock, seen.p0})});
  return crypto::lv_cat({start.bytes, extra});
}

Hash applicant_commitment(const RunNonce& opening, ByteView descriptor) {
  return crypto::sha256(
      {as_bytes(labels::kPairCommit), crypto::lv_cat({as_bytes("A"), opening, descriptor})});
}

Hash sponsor_commitment(const RunNonce& opening, const CircleId& circle, ByteView descriptor) {
  return crypto::sha256({as_bytes(labels::kPairCommit),
                         crypto::lv_cat({as_bytes("S"), opening, circle.bytes, descriptor})});
}

RunKeys::RunKeys(const SecretBytes& isk, const SecretBytes& qr_secret, const ClearTranscript& clear,
                 crypto::Aead aead, Side self)
    : th1_(transcript_hash({clear.knock, clear.p0, clear.p1, clear.p2})),
      th2_(th1_),
      prk_(make_prk(isk, qr_secret, th1_)),
      self_(self),
      send_(make_key(prk_, aead, self)),
      receive_(make_key(prk_, aead, other(self))) {}

Hash RunKeys::confirmation(Side of) const {
  const auto key = prk_.expand32(labels::kPairKeys, side_context(kConfirm, of));
  return crypto::hmac_sha256(key.expose(), th1_.bytes);
}

void RunKeys::bind_th2(const Hash& p3, const Hash& p4, ByteView p5) {
  th2_ = transcript_hash({th1_.bytes, p3.bytes, p4.bytes, p5});
}

std::string RunKeys::check_number(const CheckParts& of) const {
  const Hash th3 = transcript_hash({th1_.bytes, of.applicant_opening, of.applicant,
                                    of.sponsor_opening, of.circle.bytes, of.sponsor});
  const auto out = prk_.expand32(labels::kPairCheck, th3.bytes);
  return std::to_string(10 + read_be(out.expose().first(2)) % 90);
}

Bytes RunKeys::aad(Side from, MessageType type, std::uint64_t counter) const {
  Bytes out = to_bytes(th1_.bytes);
  out.push_back(static_cast<std::uint8_t>(from));
  out.push_back(static_cast<std::uint8_t>(type));
  append_be64(out, counter);
  return out;
}

Bytes RunKeys::seal(MessageType type, ByteView plaintext) {
  Bytes out{static_cast<std::uint8_t>(type)};
  send_.seal(crypto::counter_nonce(sent_), aad(self_, type, sent_), plaintext, out);
  ++sent_;
  return out;
}

Result<Bytes> RunKeys::open(MessageType type, ByteView sealed) {
  Bytes out;
  const auto from = other(self_);
  TROTH_CHECK(
      receive_.open(crypto::counter_nonce(received_), aad(from, type, received_), sealed, out));
  ++received_;
  return out;
}

}  // namespace troth::pairing
