#include "wire/codec.hpp"

#include <gtest/gtest.h>

namespace troth::wire {
namespace {

enum class Colour : std::uint8_t { red = 1, blue = 2 };
constexpr bool wire_known(Colour c) { return c == Colour::red || c == Colour::blue; }

struct Inner {
  std::uint16_t small{};
  Bytes blob;
  using Fields = FieldList<Field<1, &Inner::small>, Field<2, &Inner::blob, 4>>;
};
struct Outer {
  std::uint64_t number{};
  bool flag{};
  Colour colour = Colour::red;
  ItemId id;
  std::optional<std::string> name;
  std::vector<Inner> inners;
  std::vector<std::string> words;
  using Fields = FieldList<Field<1, &Outer::number>, Field<2, &Outer::flag>, Field<3, &Outer::colour>,
                           Field<4, &Outer::id>, Field<6, &Outer::name, 8>,
                           Field<7, &Outer::inners, 2>, Field<9, &Outer::words, 2, 3>>;
};

struct Holder {
  Secret32 key;
  using Fields = FieldList<Field<1, &Holder::key>>;
};

Outer sample() {
  Outer o;
  o.number = 300;
  o.flag = true;
  o.colour = Colour::blue;
  o.name = "näme";
  o.inners = {{7, {1, 2}}, {65535, {}}};
  o.words = {"abc"};
  return o;
}

TEST(Codec, DecodesWhatItEncodesToTheSameBytes) {
  const Bytes bytes = encode(sample());
  EXPECT_EQ(bytes.size(), encoded_size(sample()));
  const auto back = decode<Outer>(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(encode(*back), bytes);
  EXPECT_EQ(back->inners[1].small, 65535);
  EXPECT_EQ(back->name, "näme");
}

TEST(Codec, EveryCutAndEveryExtraByteIsRefused) {
  Bytes bytes = encode(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(decode<Outer>(ByteView(bytes).first(i)).has_value()) << i;
  }
  bytes.push_back(0);
  EXPECT_EQ(decode<Outer>(bytes).error().code, Errc::trailing_bytes);
}

// Whatever one changed byte does, what still decodes must re-encode to exactly the input.
TEST(Codec, EveryChangedByteIsRefusedOrCanonical) {
  const Bytes bytes = encode(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned delta = 1; delta < 256; ++delta) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ delta);
      const auto back = decode<Outer>(changed);
      if (!back) continue;
      EXPECT_EQ(encode(*back), changed) << i;
    }
  }
}

Errc refusal(std::initializer_list<std::uint8_t> bytes) {
  const auto back = decode<Inner>(Bytes(bytes));
  EXPECT_FALSE(back.has_value());
  return back ? Errc::internal : back.error().code;
}

TEST(Codec, RefusesEachWayToBreakTheProfile) {
  EXPECT_EQ(refusal({0xA2, 0x01, 0x18, 0x05, 0x02, 0x40}), Errc::non_canonical);  // 5 in two bytes
  EXPECT_EQ(refusal({0xA2, 0x02, 0x40, 0x01, 0x05}), Errc::missing_field);        // unsorted
  EXPECT_EQ(refusal({0xA2, 0x01, 0x05, 0x01, 0x05}), Errc::unknown_field);        // duplicate
  EXPECT_EQ(refusal({0xA2, 0x01, 0x05, 0x03, 0x40}), Errc::missing_field);
  EXPECT_EQ(refusal({0xA1, 0x01, 0x05}), Errc::missing_field);
  EXPECT_EQ(refusal({0xA3, 0x01, 0x05, 0x02, 0x40, 0x03, 0x00}), Errc::unknown_field);
  EXPECT_EQ(refusal({0xBF, 0x01, 0x05, 0x02, 0x40, 0xFF}), Errc::non_canonical);  // indefinite
  EXPECT_EQ(refusal({0xA2, 0x01, 0x05, 0x02, 0x45, 1, 2, 3, 4, 5}), Errc::too_long);
  EXPECT_EQ(refusal({0xA2, 0x01, 0x1A, 0, 1, 0, 0, 0x02, 0x40}), Errc::bad_value);  // above 65535
  EXPECT_EQ(refusal({0xA2, 0x01, 0x20, 0x02, 0x40}), Errc::wrong_type);            // negative
  EXPECT_EQ(refusal({0xA2, 0x01, 0xF9, 0, 0, 0x02, 0x40}), Errc::wrong_type);      // float
}

TEST(Codec, BoundsHoldAtOneAbove) {
  Outer o = sample();
  o.name = "123456789";
  EXPECT_EQ(decode<Outer>(encode(o)).error().code, Errc::too_long);
  o = sample();
  o.inners.resize(3);
  EXPECT_EQ(decode<Outer>(encode(o)).error().code, Errc::too_long);
  o = sample();
  o.words = {"abcd"};
  EXPECT_EQ(decode<Outer>(encode(o)).error().code, Errc::too_long);
  o = sample();
  o.colour = static_cast<Colour>(3);
  EXPECT_EQ(decode<Outer>(encode(o)).error().code, Errc::bad_value);
}

TEST(Codec, JsonViewNamesFieldsAndEscapes) {
  Outer o = sample();
  o.name = "a\"\x1b";
  EXPECT_EQ(to_json(o),
            "{\"number\":300,\"flag\":true,\"colour\":2,\"id\":\"00000000000000000000000000000000\","
            "\"name\":\"a\\\"\\u001b\",\"inners\":[{\"small\":7,\"blob\":\"0102\"},"
            "{\"small\":65535,\"blob\":\"\"}],\"words\":[\"abc\"]}");
}

TEST(Codec, SecretsEncodeInPlaceAndStayOutOfTheView) {
  Holder h{Secret32(Bytes(32, 9))};
  const SecretBytes bytes = encode_secret(h);
  EXPECT_EQ(bytes.size(), 1u + 1u + 2u + 32u);
  const auto back = decode<Holder>(bytes.expose());
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(ct_equal(back->key.expose(), h.key.expose()));
  EXPECT_EQ(to_json(h), "{\"key\":\"(secret)\"}");
}

}  // namespace
}  // namespace troth::wire
