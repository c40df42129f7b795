#include "crypto/cpace.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::FixedRng;
using test::hex;
using test::SeededRng;

CpaceInputs inputs(const Bytes& secret, const Bytes& channel, const Bytes& session) {
  return {secret, channel, session};
}

struct Parties {
  Bytes secret = to_bytes("Password");
  Bytes other = to_bytes("Passw0rd");
  Bytes channel = to_bytes("channel");
  Bytes session = Bytes(16, 5);
  SeededRng rng;
  Cpace start(const Bytes& with) {
    return std::move(*Cpace::start(inputs(with, channel, session), rng));
  }
};

TEST(Cpace, PublishedExchange) {  // draft-irtf-cfrg-cpace, ristretto255 with SHA-512
  const Bytes secret = to_bytes("Password");
  const Bytes channel = hex("0b415f696e69746961746f720b425f726573706f6e646572");
  const Bytes session = hex("7e4b4791d6a8ef019b936c79fb7f2c57");
  FixedRng rng_a(hex("da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08"));
  FixedRng rng_b(hex("d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d"));
  auto a = Cpace::start(inputs(secret, channel, session), rng_a);
  auto b = Cpace::start(inputs(secret, channel, session), rng_b);
  ASSERT_TRUE(a && b);
  const CpaceShare share_a = a->share();
  const CpaceShare share_b = b->share();
  EXPECT_EQ(to_hex(share_a), "d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157");
  EXPECT_EQ(to_hex(share_b), "3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258");
  const auto key_a = std::move(*a).finish_initiator(share_b, as_bytes("ADa"), as_bytes("ADb"));
  const auto key_b = std::move(*b).finish_responder(share_a, as_bytes("ADb"), as_bytes("ADa"));
  ASSERT_TRUE(key_a && key_b);
  EXPECT_EQ(to_hex(key_a->expose()),
            "b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd"
            "2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447");
  EXPECT_TRUE(ct_equal(key_a->expose(), key_b->expose()));
}

TEST(Cpace, PublishedInvalidShares) {
  for (const char* bad : {"2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c",
                          "0000000000000000000000000000000000000000000000000000000000000000"}) {
    Parties p;
    EXPECT_EQ(p.start(p.secret).finish_initiator(hex(bad), {}, {}).error().code, Errc::auth_failed);
    EXPECT_EQ(p.start(p.secret).finish_responder(hex(bad), {}, {}).error().code, Errc::auth_failed);
  }
}

TEST(Cpace, ReflectedShareAndWrongLengthAreRefused) {
  Parties p;
  auto run = p.start(p.secret);
  const CpaceShare own = run.share();
  EXPECT_EQ(std::move(run).finish_initiator(own, {}, {}).error().code, Errc::auth_failed);
  const auto other = p.start(p.secret).share();
  EXPECT_FALSE(p.start(p.secret).finish_initiator(ByteView(other).first(31), {}, {}));
  EXPECT_FALSE(p.start(p.secret).finish_initiator({}, {}, {}));
}

TEST(Cpace, ARunIsUsedUpByItsFirstAnswer) {
  Parties p;
  auto run = p.start(p.secret);
  const auto good = p.start(p.secret).share();
  EXPECT_FALSE(std::move(run).finish_initiator(Bytes(32, 0), {}, {}));
  EXPECT_EQ(std::move(run).finish_initiator(good, {}, {}).error().code, Errc::auth_failed);
}

TEST(Cpace, KeysDifferWhenAnythingDiffers) {
  const auto keys_equal = [](Parties p, bool same_secret, ByteView ad_a, ByteView ad_seen_by_b) {
    auto a = p.start(p.secret);
    auto b = p.start(same_secret ? p.secret : p.other);
    const CpaceShare share_a = a.share();
    const CpaceShare share_b = b.share();
    const auto key_a = std::move(a).finish_initiator(share_b, ad_a, as_bytes("b"));
    const auto key_b = std::move(b).finish_responder(share_a, as_bytes("b"), ad_seen_by_b);
    return ct_equal(key_a->expose(), key_b->expose());
  };
  EXPECT_TRUE(keys_equal(Parties(), true, as_bytes("a"), as_bytes("a")));
  EXPECT_FALSE(keys_equal(Parties(), false, as_bytes("a"), as_bytes("a")));
  EXPECT_FALSE(keys_equal(Parties(), true, as_bytes("a"), as_bytes("x")));
}

TEST(Cpace, RolesAreBound) {
  Parties p;
  auto a = p.start(p.secret);
  auto b = p.start(p.secret);
  const CpaceShare share_a = a.share();
  const CpaceShare share_b = b.share();
  const auto key_a = std::move(a).finish_initiator(share_b, {}, {});
  const auto key_b = std::move(b).finish_initiator(share_a, {}, {});
  EXPECT_FALSE(ct_equal(key_a->expose(), key_b->expose()));
}

TEST(Cpace, SharesAreFreshAndDependOnTheInputs) {
  Parties p;
  EXPECT_NE(p.start(p.secret).share(), p.start(p.secret).share());
  const auto with = [](const Bytes& secret, const Bytes& channel, const Bytes& session) {
    SeededRng rng(9);
    return Cpace::start(inputs(secret, channel, session), rng)->share();
  };
  const auto base = with(p.secret, p.channel, p.session);
  EXPECT_EQ(base, with(p.secret, p.channel, p.session));
  EXPECT_NE(base, with(p.other, p.channel, p.session));
  EXPECT_NE(base, with(p.secret, p.session, p.session));
  EXPECT_NE(base, with(p.secret, p.channel, p.channel));
}

TEST(Cpace, LvCatUsesLeb128) {
  EXPECT_EQ(to_hex(lv_cat({as_bytes("1234"), as_bytes("5"), {}, as_bytes("678")})),
            "043132333401350003363738");
  const Bytes longer(300, 1);
  const Bytes joined = lv_cat({longer});
  EXPECT_EQ(joined.size(), 302U);
  EXPECT_EQ(joined[0], 0xac);
  EXPECT_EQ(joined[1], 0x02);
}

TEST(Cpace, SecretsLongerThanAHashBlockNeedNoPadding) {
  SeededRng rng;
  const Bytes long_secret(200, 3);
  EXPECT_TRUE(Cpace::start(inputs(long_secret, {}, {}), rng));
}

}  // namespace
}  // namespace troth::crypto
