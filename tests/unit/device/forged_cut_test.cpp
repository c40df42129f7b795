// Rule 10: what an end says about where somebody's data stops is one device's word. A device that
// only signs may say anything there, so nothing is set aside for it alone.
#include "unit/device/signed_entry.hpp"

namespace troth::device {
namespace {

using namespace testing;

constexpr std::size_t kHolder = 0;
constexpr std::size_t kVictim = 1;
constexpr std::size_t kLiar = 2;

class ForgedCut : public ::testing::Test {
 protected:
  // What the victim may send rests on a consent with an end, and two others hold what it wrote.
  void SetUp() override {
    circle.run(10'000);
    (void)circle.world.submit(circle.at(kHolder),
                              WithdrawConsent{circle.category, circle.at(kVictim).id});
    circle.run(10'000);
    give(limits::kHour);
    for (int i = 0; i < 3; ++i) put("item" + std::to_string(i));
    ASSERT_EQ(items(kHolder), 3u);
    ASSERT_EQ(items(kLiar), 3u);
  }
  void give(std::uint64_t for_ms) {
    GrantConsent grant{circle.at(kVictim).id, {circle.category, Direction::both, 0, History::all}};
    grant.terms.until_ms = circle.at(kHolder).at(circle.world.now()).wall.ms + for_ms;
    circle.offers.clear();
    (void)circle.world.submit(circle.at(kHolder), grant);
    circle.run(5000);
    ASSERT_FALSE(circle.offers.empty());
    given = circle.offers.back().second;
    until = WallMs{grant.terms.until_ms};
    (void)circle.world.submit(circle.at(kVictim), AcceptOffer{given, {}});
    circle.run(20'000);
  }
  void put(const std::string& item) {
    PutItem put{circle.category, files::item_of(circle.category, item), {}};
    put.fields.push_back({"text", text(item)});
    (void)circle.world.submit(circle.at(kVictim), put);
    circle.run(5000);
  }
  // What the liar signs with the key that needs no person; `at` is whatever it says.
  EntryId sign(const circle::Payload& payload, WallMs at) {
    const auto entry = sign_entry(circle, circle.at(kLiar), payload, at);
    take_entry(circle, circle.at(kLiar), entry);
    return entry.id();
  }
  EntryId expire(std::uint64_t counter, const ChainHash& chain) {
    circle::Expire out;
    out.grants = {{given, 0}};
    out.cuts = {{circle.category, author(), counter, chain}};
    return sign(circle::Payload(out), until);
  }
  AuthorId author() { return circle.at(kVictim).core().replica_->author(); }
  sync::VectorEntry held(std::size_t i, const AuthorId& by) {
    const auto vector = circle.at(i).core().replica_->vector(circle.category);
    const auto at = vector.find(by);
    return at == vector.end() ? sync::VectorEntry{} : at->second;
  }
  std::size_t items(std::size_t i) {
    const auto list = circle.at(i).core().replica_->list(circle.category, {}, 10, false,
                                                         circle.at(i).at(circle.world.now()).wall);
    return list ? list->size() : 0;
  }
  std::size_t acks(std::size_t by) { return acks_of(circle.at(kHolder), circle.at(by).id); }

  static ChainHash garbage() {
    ChainHash out;
    out.bytes.fill(0xee);
    return out;
  }

  Circle circle{3};
  EntryId given;
  WallMs until;
};

TEST_F(ForgedCut, AChainThatNobodyHoldsTakesNothingAway) {
  const auto before = acks(kVictim);
  const auto old = author();
  expire(1, garbage());
  circle.run(60'000);
  EXPECT_EQ(items(kHolder), 3u);
  EXPECT_EQ(items(kLiar), 3u);
  EXPECT_LE(acks(kVictim), before + 1);
  EXPECT_LE(acks(kHolder), 1u);
  EXPECT_NE(author(), old) << "what it goes on with must not wait behind what may be parked";
  EXPECT_EQ(alerts(circle.at(kVictim), "bad_cut"), 1u);
  EXPECT_EQ(alerts(circle.at(kHolder), "forked"), 0u);
  // Neither a restart nor a new consent changes that.
  const auto now = author();
  for (const std::size_t i : {kHolder, kVictim})
    circle.world.crash(circle.at(i), sim::Loss::process, 100);
  circle.run(10'000);
  circle.meet();
  circle.run(60'000);
  EXPECT_LE(acks(kVictim), before + 1);
  EXPECT_EQ(author(), now);
  give(limits::kDay);
  put("later");
  EXPECT_EQ(items(kHolder), 4u);
  EXPECT_EQ(items(kLiar), 4u);
}

TEST_F(ForgedCut, ARaiseToAChainThatNobodyHoldsTakesNothingAway) {
  const auto high = held(kHolder, author());
  const auto end = expire(0, {});
  circle::Ack ack;
  ack.raised.push_back({end, {circle.category, author(), high.counter, garbage()}});
  const auto by = author();
  sign(circle::Payload(ack), until);
  circle.run(60'000);
  EXPECT_EQ(held(kHolder, by), high);
  EXPECT_EQ(items(kHolder), 3u);
  EXPECT_EQ(alerts(circle.at(kHolder), "forked"), 0u);
  EXPECT_LE(acks(kHolder), 2u);
}

}  // namespace
}  // namespace troth::device
