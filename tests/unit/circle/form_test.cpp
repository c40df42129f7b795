// What is refused before anybody asks what it means (spec 04 §2): the form of entries and payloads,
// and their limits, each at its limit and one above.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class Form : public ::testing::Test {
 protected:
  EntryBody body(std::size_t who, Ids parents) {
    EntryBody out;
    out.kind = Kind::ack;
    out.circle = home.log.circle();
    out.author = actor(who).id;
    std::sort(parents.begin(), parents.end());
    out.parents = std::move(parents);
    return out;
  }
  bool refused(const EntryBody& body) {
    const EntryId id = home.world.write(body, Ack{});
    const auto result = home.log.offer(std::vector{home.world.entry(id)});
    EXPECT_EQ(result.admitted.size() + result.refused.size(), 1u);
    return result.admitted.empty() && home.log.held().empty();
  }
  Home home{3};
};

TEST_F(Form, AnotherCircleAnotherVersionOrASecondBeginning) {
  auto other = body(1, home.heads());
  other.circle.bytes[0] ^= 1;
  EXPECT_TRUE(refused(other));
  auto later = body(1, home.heads());
  later.version = 2;
  EXPECT_TRUE(refused(later));
  World second;
  EXPECT_EQ(home.log.offer(std::vector{second.entry(second.genesis(4))}).refused.size(), 1u);
  EXPECT_FALSE(refused(body(1, home.heads())));
}

TEST_F(Form, ParentsAscendAndOccurOnce) {
  const EntryId one = home.world.ack(1, home.heads());
  home.take({one});
  auto twisted = body(2, {one, home.root});
  std::reverse(twisted.parents.begin(), twisted.parents.end());
  EXPECT_TRUE(refused(twisted));
  EXPECT_TRUE(refused(body(2, {one, one})));
  EXPECT_TRUE(refused(body(2, {})));
  EXPECT_FALSE(refused(body(2, {one, home.root})));
}

TEST_F(Form, ThePreviousOwnEntryIsNamedAndAParent) {
  const EntryId one = home.world.ack(1, home.heads());
  const EntryId two = home.world.ack(1, {one});
  home.take({two});
  EXPECT_TRUE(refused(body(1, {two}))) << "absent, though an own one is in the past";
  auto apart = body(1, {two});
  apart.prev = one;
  EXPECT_TRUE(refused(apart)) << "no parent";
  auto stale = body(1, {one, two});
  stale.prev = one;
  EXPECT_TRUE(refused(stale)) << "not the newest";
  auto anothers = body(2, {two});
  anothers.prev = two;
  EXPECT_TRUE(refused(anothers)) << "not an own one";
  auto good = body(1, {two});
  good.prev = two;
  EXPECT_FALSE(refused(good));
}

TEST_F(Form, AnAuthorThatNothingInThePastAddsAndWhatBuildsOnIt) {
  const EntryId stranger = home.world.write(body(5, home.heads()), Ack{});
  const EntryId built = home.world.ack(2, {stranger});
  const auto result = home.take({stranger, built});
  EXPECT_EQ(result.refused.size(), 2u);
  EXPECT_TRUE(home.log.held().empty());
}

TEST_F(Form, SixtyFourParentsAndNotOneMore) {
  static_assert(limits::kParents == 64);
  for (std::size_t d = 3; d < 7; ++d) home.add(0, d);
  Ids heads;
  const auto before = home.heads();
  for (const std::size_t by : {1u, 3u, 4u, 5u, 6u}) {
    for (std::uint64_t i = 0; i < 13; ++i)
      heads.push_back(home.world.add(by, Ack{}, before, 2000 + i));
  }
  home.take(heads);  // great forks
  ASSERT_EQ(home.heads().size(), 65u);
  EXPECT_TRUE(refused(body(2, heads)));
  heads.pop_back();
  EXPECT_FALSE(refused(body(2, heads)));
}

template <class T>
bool fits(const T& payload) {
  return decode_payload(*kind_of(payload), encode_payload(payload)).has_value();
}

TEST(PayloadForm, TextsAtTheirLimits) {
  for (const std::size_t over : {0u, 1u}) {
    const std::string name(limits::kNameBytes + over, 'x');
    const std::string purpose(limits::kPurposeBytes + over, 'x');
    EXPECT_EQ(fits(DeviceRename{actor(1).id, name}), over == 0);
    auto create = creation(0, name);
    EXPECT_EQ(fits(create), over == 0);
    create = creation(0);
    create.purpose = purpose;
    EXPECT_EQ(fits(create), over == 0);
    auto grant = Grant{terms(1, {})};
    grant.terms.locale = std::string(limits::kLocaleBytes + over, 'x');
    EXPECT_EQ(fits(grant), over == 0);
  }
  EXPECT_FALSE(fits(DeviceRename{actor(1).id, ""}));
}

template <class T>
std::vector<T> many(std::size_t count) {
  std::vector<T> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i].bytes[0] = static_cast<std::uint8_t>(i >> 8);
    out[i].bytes[1] = static_cast<std::uint8_t>(i);
  }
  return out;
}

TEST(PayloadForm, ListsAtTheirLimits) {
  for (const std::size_t over : {0u, 1u}) {
    auto remove = removal(1, many<EntryId>(limits::kRevertsPerEntry + over));
    EXPECT_EQ(fits(remove), over == 0);
    auto withdraw = withdrawal(1, {});
    Ack ack;
    for (const auto& id : many<AuthorId>(limits::kCutsPerEntry + over)) {
      withdraw.cuts.push_back(cut({}, id, 0));
    }
    EXPECT_EQ(fits(withdraw), over == 0);
    Expire expire;
    for (const auto& id : many<EntryId>(limits::kGrantsPerExpire + over)) {
      expire.grants.push_back({id, 0});
    }
    EXPECT_EQ(fits(expire), over == 0);
    Accept accept;
    for (std::uint32_t i = 0; i < limits::kCategories + over; ++i) accept.accepted.push_back(i);
    EXPECT_EQ(fits(accept), over == 0);
    EXPECT_EQ(fits(Checkpoint{many<EntryId>(limits::kDevices + over), {}}), over == 0);
    EXPECT_EQ(fits(Checkpoint{{}, many<Hash>(3 * limits::kDevices + over)}), over == 0);
  }
}

TEST(PayloadForm, KeysAtTheirLimits) {
  for (const std::size_t over : {0u, 1u}) {
    Keys wraps;
    for (std::size_t i = 0; i < limits::kEpochsPerKeys + over; ++i) {
      wraps.wraps.push_back({{}, {i + 1, {}}});
    }
    EXPECT_EQ(fits(wraps), over == 0);
    Keys one{{epoch({}, 1)}, {}, {box(1, {{0, false}})}};
    one.boxes[0].ciphertext.resize(limits::kBoxBytes + over);
    EXPECT_EQ(fits(one), over == 0);
    one.boxes.clear();
    for (std::size_t i = 0; i < limits::kEpochPrev + over; ++i) {
      one.epochs[0].prev.push_back({i + 1, {}});
    }
    EXPECT_EQ(fits(one), over == 0);
  }
}

TEST(PayloadForm, BoxesNameEachKeyOnceInOrder) {
  const Keys good{
      {epoch({}, 1), epoch({}, 1, 2, {}, false)}, {}, {box(1, {{0, true}, {1, false}})}};
  EXPECT_TRUE(fits(good));
  const auto with = [&](std::vector<Box> boxes) {
    auto keys = good;
    keys.boxes = std::move(boxes);
    return fits(keys);
  };
  EXPECT_FALSE(with({box(1, {})}));
  EXPECT_FALSE(with({box(1, {{1, false}, {0, false}})}));
  EXPECT_FALSE(with({box(1, {{0, false}, {0, false}})}));
  EXPECT_FALSE(with({box(1, {{2, false}})}));
  EXPECT_FALSE(with({box(1, {{1, true}})})) << "an epoch without history";
  EXPECT_FALSE(with({box(1, {{0, false}}), box(1, {{1, false}})}));
  EXPECT_FALSE(fits(Keys{}));
  EXPECT_FALSE(fits(Keys{{epoch({}, 0)}, {}, {}}));
  EXPECT_FALSE(fits(Keys{{epoch({}, 1), epoch({}, 1)}, {}, {}}));
}

TEST(PayloadForm, CutsGrantsAndAnswers) {
  auto remove = removal(1);
  remove.cuts = {cut({}, author(1), 1), cut({}, author(1), 2)};
  EXPECT_FALSE(fits(remove)) << "one author twice";
  remove.cuts = {cut({}, author(1), 0)};
  remove.cuts[0].chain.bytes[0] = 1;
  EXPECT_FALSE(fits(remove)) << "nothing, but a chain";
  EXPECT_FALSE(fits(Expire{}));
  EXPECT_FALSE(fits(Accept{{}, {1, 0}, {}, {}}));
  EXPECT_FALSE(fits(Accept{{}, {}, Hash{}, {}}));
  EXPECT_FALSE(fits(DeviceAdd{actor(1).descriptor, {terms(2, {})}, {}}));
  EXPECT_FALSE(fits(DeviceAdd{actor(1).descriptor, {terms(1, {}), terms(1, {})}, {}}));
  EXPECT_TRUE(fits(DeviceAdd{actor(1).descriptor, {terms(1, {})}, {}}));
  auto same = actor(1).descriptor;
  same.agree = same.sign;
  EXPECT_FALSE(fits(DeviceAdd{same, {}, {}}));
  EXPECT_FALSE(fits(Ack{{{EntryId{}, cut({}, author(1), 0)}}}));
  EXPECT_FALSE(fits(ForkProof{}));
}

}  // namespace
}  // namespace troth::circle::test
