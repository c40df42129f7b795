#include "discovery/tag.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/bytes.hpp"

namespace troth::discovery {
namespace {

Secret32 key_of(std::uint8_t first) {
  Secret32 key;
  for (std::size_t i = 0; i < 32; ++i)
    key.expose_mutable()[i] = static_cast<std::uint8_t>(first + i);
  return key;
}
DeviceId device_of(std::uint8_t byte) {
  DeviceId id;
  id.bytes.fill(byte);
  return id;
}
std::vector<Secret32> keys_of(std::initializer_list<std::uint8_t> firsts) {
  std::vector<Secret32> out;
  for (const auto first : firsts) out.push_back(key_of(first));
  return out;
}

TEST(DiscoveryTag, TheVectorsOfThePage) {
  EXPECT_EQ(stem_of(make_tag(key_of(0), device_of(0x11), 2971000)), "324ccd7cbbd46bd5");
  EXPECT_EQ(stem_of(make_tag(key_of(0), device_of(0x11), 2971001)), "6f22163d2f7c2a9b");
  EXPECT_EQ(slot_of(WallMs{2971000 * limits::kDiscoverySlotMs}), 2971000u);
  EXPECT_EQ(slot_of(WallMs{2971001 * limits::kDiscoverySlotMs - 1}), 2971000u);
}

TEST(DiscoveryTag, NothingRepeatsOverTimeDevicesOrKeys) {
  std::set<Tag> seen;
  for (std::uint8_t key = 0; key < 4; ++key) {
    for (std::uint8_t device = 1; device < 5; ++device) {
      for (std::uint64_t slot = 0; slot < 100; ++slot)
        EXPECT_TRUE(seen.insert(make_tag(key_of(key), device_of(device), slot)).second);
    }
  }
}

TEST(DiscoveryTag, NamesAreReadStrictly) {
  const auto tag = make_tag(key_of(0), device_of(1), 7);
  const auto said = parse_name(stem_of(tag) + "-0123abcd");
  ASSERT_TRUE(said);
  EXPECT_EQ(std::get<Tag>(*said), tag);
  const auto invited = parse_name(invitation_stem("4821") + "-0123abcd");
  ASSERT_TRUE(invited);
  EXPECT_EQ(std::get<InvitationSaid>(*invited).nameplate, "4821");
  for (const char* wrong :
       {"", "-", "-0123abcd", "p4821", "p4821-", "p4821-0123abc", "p4821-0123abcde",
        "p4821-0123ABCD", "p482-0123abcd", "p48211-0123abcd", "p48a1-0123abcd", "P4821-0123abcd",
        "4821-0123abcd", "324ccd7cbbd46bd5", "324CCD7CBBD46BD5-0123abcd",
        "324ccd7cbbd46bd-0123abcd", "324ccd7cbbd46bd55-0123abcd", "324ccd7cbbd46bg5-0123abcd",
        "Ada's Laptop-0123abcd"}) {
    EXPECT_EQ(parse_name(wrong).error().code, Errc::bad_value) << wrong;
  }
  const std::string most(limits::kDiscoveryName + 1, 'a');
  EXPECT_EQ(parse_name(most + "-0123abcd").error().code, Errc::bad_value);
  EXPECT_FALSE(parse_name(std::string(1 << 16, '-')));
}

TEST(DiscoveryTag, RecognisesTheSlotsAsideAndNoOther) {
  Recogniser recogniser;
  const std::uint64_t slot = 1000;
  recogniser.learn(keys_of({1, 2}), {device_of(1), device_of(2)}, slot);
  EXPECT_EQ(recogniser.size(), 2u * 2u * (2 * limits::kDiscoverySlotsAside + 1));
  for (std::uint64_t s = slot - 3; s <= slot + 3; ++s) {
    const bool near =
        s + limits::kDiscoverySlotsAside >= slot && s <= slot + limits::kDiscoverySlotsAside;
    for (const std::uint8_t key : {std::uint8_t{1}, std::uint8_t{2}}) {
      const auto* found = recogniser.find(make_tag(key_of(key), device_of(2), s));
      ASSERT_EQ(found != nullptr, near) << s;
      if (found != nullptr) {
        EXPECT_EQ(*found, device_of(2));
      }
    }
    EXPECT_EQ(recogniser.find(make_tag(key_of(3), device_of(2), s)), nullptr);
    EXPECT_EQ(recogniser.find(make_tag(key_of(1), device_of(3), s)), nullptr);
  }
}

// Whoever was removed keeps the old keys; what is said under a later one is random to it.
TEST(DiscoveryTag, WhoLacksTheNewKeyRecognisesNothingSaidUnderIt) {
  Recogniser removed;
  const std::vector<DeviceId> all{device_of(1), device_of(2), device_of(3)};
  for (std::uint64_t slot = 1; slot < 500; ++slot) {
    removed.learn(keys_of({1, 2, 3, 4}), all, slot);
    EXPECT_EQ(removed.find(make_tag(key_of(5), device_of(1), slot)), nullptr);
  }
}

TEST(DiscoveryTag, LearningAgainForgets) {
  Recogniser recogniser;
  recogniser.learn(keys_of({1}), {device_of(1)}, 10);
  recogniser.learn(keys_of({1}), {device_of(2)}, 10);
  EXPECT_EQ(recogniser.find(make_tag(key_of(1), device_of(1), 10)), nullptr);
  recogniser.learn({}, {}, 10);
  EXPECT_EQ(recogniser.size(), 0u);
  recogniser.learn(keys_of({1}), {device_of(1)}, 0);  // the first slot has none before it
  EXPECT_EQ(recogniser.size(), 2u);
}

}  // namespace
}  // namespace troth::discovery
