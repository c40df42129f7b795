// Bytes of version 1, frozen: what was sealed by the first release opens for ever, and sealing the
// same drafts with the same keys and random bytes gives the same bytes.
#include "unit/sync/batch_v1.hpp"
#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

const Hash kKey = filled<Hash>(0x42);

EpochKey key(const crypto::Prk& prk) {
  return {{kNotes, 7, filled<EpochCommit>(0x07)}, filled<MailboxId>(0x0b), &prk};
}
crypto::Prk prk() {
  Bytes salt = to_bytes(crypto::labels::kCategoryPrk);
  append(salt, kCircle.view());
  append(salt, kNotes.view());
  return crypto::Prk::extract(salt, kKey.view());
}
std::vector<Draft> drafts() {
  auto out = std::vector<Draft>{draft(1, "title", "shopping"), draft(1, "body", "milk", 1),
                                draft(2, "title", "größe", 1500), draft(2, "_alive", "\xf4", 1501)};
  out[2].shape.schema = 3;
  return out;
}

TEST(BatchVersion1, StoredBytesOpen) {
  const auto bytes = from_hex(kBatchV1);
  ASSERT_TRUE(bytes);
  const auto secret = prk();
  const auto open = unseal(*bytes, kCircle, key(secret));
  ASSERT_OK(open);
  const auto certificate = trusted_certificate(open->certificate);
  ASSERT_OK(certificate);
  EXPECT_TRUE(verify_under(*open, *certificate).has_value());
  const auto in = drafts();
  ASSERT_EQ(open->ops.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    EXPECT_EQ(open->ops[i].item, in[i].item);
    EXPECT_EQ(open->ops[i].hlc, in[i].hlc);
    EXPECT_EQ(open->header_of(i).shape, in[i].shape);
    EXPECT_EQ(to_bytes(open->body(open->ops[i])), in[i].body);
  }
  EXPECT_EQ(to_hex(open->chain.view()), kChainV1);
  EXPECT_EQ(to_hex(open->root.view()), kRootV1);
}

TEST(BatchVersion1, SealingGivesTheSameBytes) {
  const auto certificate_bytes = from_hex(kCertificateV1);
  ASSERT_TRUE(certificate_bytes);
  auto certificate = trusted_certificate(*certificate_bytes);
  ASSERT_OK(certificate);
  const BatchSigner signer(std::move(*certificate),
                           crypto::Ed25519KeyPair::from_seed(filled<Hash>(0x5e).view()));
  const auto secret = prk();
  auto how = context(key(secret));
  how.carry_certificate = true;
  SeededRng rng(1);
  const auto batch = seal(drafts(), how, signer, rng);
  ASSERT_OK(batch);
  EXPECT_EQ(to_hex(batch->sealed), kBatchV1);
}

TEST(BatchVersion1, TheCertificateVerifies) {
  const auto certificate_bytes = from_hex(kCertificateV1);
  ASSERT_TRUE(certificate_bytes);
  const auto point = from_hex(kSignKeyV1);
  ASSERT_TRUE(point);
  const auto sign_key = crypto::P256Public::parse(*point);
  ASSERT_OK(sign_key);
  EXPECT_TRUE(verify_certificate(*certificate_bytes, kCircle, *sign_key).has_value());
}

}  // namespace
}  // namespace troth::sync
