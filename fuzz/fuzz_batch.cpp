// Target: parse_header and unseal on any bytes, and on any plaintext that an insider seals; nothing
// but what the author signed verifies
#include "crypto/aead.hpp"
#include "crypto/labels.hpp"
#include "fuzz/fuzz.hpp"
#include "sync/inner.hpp"
#include "sync/seal.hpp"
#include "tests/unit/sync/batch_v1.hpp"

namespace troth::fuzzing {
namespace {

using namespace sync;

template <class IdType>
IdType filled(std::uint8_t byte) {
  IdType id;
  id.bytes.fill(byte);
  return id;
}

// The keys and the certificate of the frozen batch (tests/unit/sync/fixture_test.cpp).
struct World {
  CircleId circle = filled<CircleId>(0xc1);
  CategoryId notes = filled<CategoryId>(0xa0);
  Bytes sealed = *from_hex(kBatchV1);
  crypto::P256Public sign_key = crypto::P256Public::parse(*from_hex(kSignKeyV1)).value();
  KnownCertificate certificate = trusted_certificate(*from_hex(kCertificateV1)).value();
  crypto::Prk prk = make_prk();
  EpochKey key{{notes, 7, filled<EpochCommit>(0x07)}, filled<MailboxId>(0x0b), &prk};
  Bytes plain = open_plain();

  crypto::Prk make_prk() const {
    Bytes salt = to_bytes(crypto::labels::kCategoryPrk);
    append(salt, circle.view());
    append(salt, notes.view());
    return crypto::Prk::extract(salt, filled<Hash>(0x42).view());
  }
  crypto::AeadKey aead(ByteView salt) const {
    const auto secret = batch_key(prk, salt);
    return {crypto::Aead::aes256gcm, secret.expose()};
  }
  Bytes open_plain() const {
    const auto header = parse_header(sealed).value();
    Bytes out;
    const auto opened =
        aead(header.salt)
            .open(crypto::counter_nonce(0), ByteView(sealed).first(BatchHeader::kSize),
                  ByteView(sealed).subspan(BatchHeader::kSize), out);
    FUZZ_REQUIRE(opened.has_value());
    return out;
  }
  [[nodiscard]] ByteView inner() const {
    return ByteView(plain).subspan(4, static_cast<std::size_t>(read_be(ByteView(plain).first(4))));
  }
};
const World& world() {
  static const World kWorld;
  return kWorld;
}

// What an insider can do: a batch that authenticates, around any plaintext.
Bytes seal_plain(ByteView plain) {
  BatchHeader header;
  header.mailbox = world().key.mailbox;
  header.salt.fill(0x5a);
  header.total = static_cast<std::uint32_t>(BatchHeader::kSize + plain.size() + crypto::kAeadTag);
  Bytes out;
  append_header(out, header);
  const Bytes aad = out;
  world().aead(header.salt).seal(crypto::counter_nonce(0), aad, plain, out);
  return out;
}
// The same with the length and the padding as they must be.
Bytes seal_inner(ByteView inner) {
  const auto total = padded_total(inner.size() + kSealOverhead);
  Bytes plain;
  append_be32(plain, static_cast<std::uint32_t>(inner.size()));
  append(plain, inner);
  plain.resize(total - BatchHeader::kSize - crypto::kAeadTag);
  return seal_plain(plain);
}

void check_open(const OpenBatch& open) {
  FUZZ_REQUIRE(!open.ops.empty() && open.ops.size() <= limits::kOpsPerBatch);
  FUZZ_REQUIRE(open.core.first > 0 && open.last() >= open.core.first);
  std::size_t bodies = 0;
  Hlc before;
  for (std::size_t i = 0; i < open.ops.size(); ++i) {
    const auto& op = open.ops[i];
    FUZZ_REQUIRE(op.shape < open.shapes.size() && op.offset == bodies);
    FUZZ_REQUIRE(i == 0 || before < op.hlc);
    FUZZ_REQUIRE(op.leaf == leaf_of(open.header_of(i), open.body(op)));
    bodies += op.size;
    before = op.hlc;
  }
  FUZZ_REQUIRE(bodies == open.bodies.size());
  FUZZ_REQUIRE(open.root == leaf_root(leaves_of(open)));
  FUZZ_REQUIRE(open.chain == chain_hash(open.core_bytes, open.root));
}

// Rule 17: the key of the category is not enough. What verifies is what the author sealed.
void check_author(const OpenBatch& open) {
  const auto& w = world();
  if (!verify_under(open, w.certificate)) return;
  FUZZ_REQUIRE(to_hex(open.chain.view()) == kChainV1 && to_hex(open.root.view()) == kRootV1);
  for (std::size_t i = 0; i < open.ops.size(); ++i) {
    const auto proven = verify_op(prove(open, i, w.certificate), w.circle, w.sign_key);
    FUZZ_REQUIRE(proven && equal(proven->body, open.body(open.ops[i])));
  }
}

void open_sealed(ByteView sealed, ByteView inner) {
  const auto& w = world();
  const auto open = unseal(sealed, w.circle, w.key);
  const auto carried = unseal(sealed, w.circle, w.key, true);
  if (!open) return;
  FUZZ_REQUIRE(carried.has_value());
  FUZZ_REQUIRE(open->epoch() == w.key.epoch);
  check_open(*open);
  check_author(*open);
  if (inner.empty()) return;
  // One content has one form.
  const auto decoded = wire::decode<Inner>(inner);
  FUZZ_REQUIRE(decoded && equal(wire::encode(*decoded), inner));
  FUZZ_REQUIRE(equal(wire::encode(open->core), open->core_bytes));
}

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  using namespace troth;
  using namespace troth::fuzzing;
  if (in.empty()) return;
  const auto rest = in.subspan(1);
  switch (in[0] % 3) {
    case 0: {  // what a relay or a stranger sends
      const auto header = parse_header(rest);
      if (header) {
        Bytes again;
        append_header(again, *header);
        FUZZ_REQUIRE(equal(again, rest.first(sync::BatchHeader::kSize)));
        FUZZ_REQUIRE(header->total == rest.size());
      }
      const auto open = sync::unseal(rest, world().circle, world().key);
      FUZZ_REQUIRE(!open || equal(rest, world().sealed));
      return;
    }
    case 1:
      if (rest.size() <= limits::kBatchBytes / 2) open_sealed(seal_inner(rest), rest);
      return;
    default:
      open_sealed(seal_plain(rest), {});
  }
}

std::vector<troth::Bytes> fuzz_seeds() {
  using namespace troth;
  const auto& w = fuzzing::world();
  std::vector<Bytes> seeds{{0}, {1}, {2}};
  append(seeds[0], w.sealed);
  append(seeds[1], w.inner());
  append(seeds[2], w.plain);
  return seeds;
}
