#include "sync/certificate.hpp"

#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

class CertificateTest : public ::testing::Test {
 protected:
  CertificateTest() : laptop_(1), pair_(crypto::Ed25519KeyPair::generate(laptop_.rng)) {}
  Result<KnownCertificate> check(const Certificate& body) {
    return verify_certificate(wire::encode(laptop_.certify(body)), kCircle,
                              laptop_.sign.public_key());
  }
  // Number `number` of the laptop, starting in notes after `counter`.
  KnownCertificate numbered(std::uint64_t number, std::uint64_t counter) {
    auto body = laptop_.body(crypto::Ed25519KeyPair::generate(laptop_.rng).public_key());
    body.number = number;
    if (number > 1) body.previous = filled<CertificateId>(static_cast<std::uint8_t>(number - 1));
    if (counter > 0) body.starts = {{kNotes, counter, filled<ChainHash>(4)}};
    auto known = check(body);
    EXPECT_TRUE(known.has_value());
    return std::move(*known);
  }

  Device laptop_;
  crypto::Ed25519KeyPair pair_;
};

TEST_F(CertificateTest, GoodOneIsKnown) {
  const auto known = check(laptop_.body(pair_.public_key()));
  ASSERT_OK(known);
  EXPECT_EQ(known->author, laptop_.author());
  const auto again = trusted_certificate(known->encoded);
  ASSERT_OK(again);
  EXPECT_EQ(again->id, known->id);
}

TEST_F(CertificateTest, BadOnesAreRefused) {
  auto body = laptop_.body(pair_.public_key());
  body.lifetime_ms = limits::kCertificateMs + 1;
  EXPECT_ERR(check(body), Errc::bad_value);
  body.lifetime_ms = 0;
  EXPECT_ERR(check(body), Errc::bad_value);
  body = laptop_.body({});
  EXPECT_ERR(check(body), Errc::bad_point);
  body = laptop_.body(pair_.public_key());
  body.circle = filled<CircleId>(2);
  EXPECT_ERR(check(body), Errc::bad_value);
  body = laptop_.body(pair_.public_key());
  body.number = 2;
  EXPECT_ERR(check(body), Errc::bad_value);  // without the previous one
  body = laptop_.body(pair_.public_key());
  body.starts = {{kPhotos, 3, {}}, {kNotes, 3, {}}};
  EXPECT_ERR(check(body), Errc::non_canonical);
  body.starts = {{kNotes, 0, {}}};
  EXPECT_ERR(check(body), Errc::non_canonical);
  body = laptop_.body(pair_.public_key());
  body.version = 2;
  EXPECT_ERR(check(body), Errc::unknown_version);
}

TEST_F(CertificateTest, EveryFlippedByteFails) {
  const auto good = wire::encode(laptop_.certify(laptop_.body(pair_.public_key())));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] ^= 0x04;
    EXPECT_FALSE(verify_certificate(bad, kCircle, laptop_.sign.public_key()).has_value()) << at;
  }
  Device other(2);
  EXPECT_ERR(verify_certificate(good, kCircle, other.sign.public_key()), Errc::bad_signature);
}

// Rule 17: a batch under certificate n at or after the start of n+1 is a fork.
TEST_F(CertificateTest, ACertificateReignsOnlyUntilTheNextStarts) {
  CertBook book;
  const auto first = numbered(1, 0);
  const auto second = numbered(2, 10);
  const auto fourth = numbered(4, 30);
  ASSERT_OK(book.add(first));
  EXPECT_TRUE(book.check_span(first.id, kNotes, 1, 500).has_value());
  ASSERT_OK(book.add(second));
  EXPECT_TRUE(book.check_span(first.id, kNotes, 1, 10).has_value());
  EXPECT_ERR(book.check_span(first.id, kNotes, 5, 11), Errc::fork);
  EXPECT_ERR(book.check_span(first.id, kPhotos, 1, 1),
             Errc::fork);  // nothing stood there at its start
  EXPECT_ERR(book.check_span(second.id, kNotes, 10, 12), Errc::fork);
  // A missing number in between changes nothing.
  ASSERT_OK(book.add(fourth));
  EXPECT_TRUE(book.check_span(second.id, kNotes, 11, 30).has_value());
  EXPECT_ERR(book.check_span(second.id, kNotes, 11, 31), Errc::fork);
  EXPECT_EQ(book.newest(laptop_.author())->id, fourth.id);
  EXPECT_ERR(book.check_span(filled<CertificateId>(9), kNotes, 1, 1), Errc::no_key);
}

TEST_F(CertificateTest, TwoOfOneNumberAreAFork) {
  CertBook book;
  ASSERT_OK(book.add(numbered(1, 0)));
  const auto second = numbered(2, 10);
  ASSERT_OK(book.add(second));
  ASSERT_OK(book.add(second));  // the same again is nothing new
  EXPECT_ERR(book.add(numbered(2, 11)), Errc::fork);
  EXPECT_ERR(book.add(numbered(3, 9)), Errc::fork);  // starts go back
  EXPECT_EQ(book.size(), 2u);
}

// Each author is an entry of every vector, on every device: nobody makes them without end.
TEST_F(CertificateTest, ADeviceHasSoManyAuthors) {
  CertBook book;
  const auto another = [&](std::uint32_t n) {
    auto known = numbered(1, 0);
    known.author.bytes = {};
    known.author.bytes[0] = static_cast<std::uint8_t>(n);
    known.id.bytes[0] = static_cast<std::uint8_t>(n);
    known.id.bytes[1] = 77;
    return known;
  };
  std::uint32_t made = 0;
  for (; made < 200 && !book.crowded(another(made).author, laptop_.id); ++made)
    ASSERT_OK(book.add(another(made)));
  EXPECT_EQ(made, 64u);
  EXPECT_FALSE(book.crowded(another(3).author, laptop_.id)) << "it is known";
  EXPECT_FALSE(book.crowded(another(made).author, filled<DeviceId>(9))) << "another device";
}

TEST_F(CertificateTest, TheSignerEndsAfterItsLifetime) {
  const auto signer = laptop_.signer();
  EXPECT_TRUE(signer.usable(kNow));
  EXPECT_TRUE(signer.usable({kNow.ms + limits::kCertificateMs - 1}));
  EXPECT_FALSE(signer.usable({kNow.ms + limits::kCertificateMs}));
  EXPECT_FALSE(signer.usable({kNow.ms - limits::kHour}));  // a clock set back cannot stretch it
}

}  // namespace
}  // namespace troth::sync
