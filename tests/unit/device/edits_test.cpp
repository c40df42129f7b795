// Edits that consent does not cover are refused, and the person is asked for it once.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

struct Letters : ::testing::Test {
  Circle circle{2};
  CategoryId letters;
  PutItem put;
  std::vector<std::string> asked;

  // The other device receives letters for a minute, one of which is there.
  void share(Direction direction, std::uint64_t for_ms) {
    circle.run(3000);
    circle.watch = [this](SimDevice&, const Event& event) {
      if (const auto* need = std::get_if<ConsentNeeded>(&event)) asked.emplace_back(need->why);
    };
    (void)circle.world.submit(circle.at(0), CreateCategory{"letters", "to test"});
    circle.run(2000);
    for (const auto& [id, info] : circle.at(0).core().view().categories()) {
      if (id != circle.category) letters = id;
    }
    GrantConsent grant;
    grant.device = circle.at(1).id;
    grant.terms.category = letters;
    grant.terms.direction = direction;
    if (for_ms > 0) grant.terms.until_ms = circle.at(0).at(circle.world.now()).wall.ms + for_ms;
    (void)circle.world.submit(circle.at(0), grant);
    circle.run(5000);
    ASSERT_FALSE(circle.offers.empty());
    (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers.back().second, {}});
    circle.run(5000);
    put.category = letters;
    put.item.bytes[0] = 9;
    put.fields.push_back({"title", text("theirs")});
    (void)circle.world.submit(circle.at(0), put);
    circle.run(5000);
    circle.failures.clear();
  }
  Errc refused(Command command) {
    circle.failures.clear();
    (void)circle.world.submit(circle.at(1), std::move(command));
    circle.run(1000);
    return circle.failures.empty() ? Errc::internal : circle.failures[0].code;
  }
  std::string shown() {
    const auto item = circle.at(1).engine->query(ItemQuery{letters, put.item},
                                                 circle.at(1).at(circle.world.now()));
    return item ? std::string(as_text(item->fields[0].value)) : "";
  }
};

TEST_F(Letters, AReceiveOnlyDeviceIsToldAtOnceThatItCannotWrite) {
  share(Direction::receive, 0);
  ASSERT_EQ(shown(), "theirs");
  auto mine = put;
  mine.fields[0].value = text("mine");
  EXPECT_EQ(refused(mine), Errc::not_permitted);
  EXPECT_EQ(refused(PutItems{{mine}}), Errc::not_permitted);
  EXPECT_EQ(refused(DeleteItem{letters, put.item}), Errc::not_permitted);
  EXPECT_EQ(refused(UndeleteItem{letters, put.item}), Errc::not_permitted);
  EXPECT_EQ(shown(), "theirs");
  EXPECT_EQ(asked, (std::vector<std::string>{"needed.write"}));
}

TEST_F(Letters, AfterTheEndNothingIsWrittenOrDeleted) {
  share(Direction::both, 60'000);
  circle.run(120'000);
  EXPECT_EQ(refused(put), Errc::grant_expired);
  EXPECT_EQ(refused(DeleteItem{letters, put.item}), Errc::grant_expired);
  EXPECT_EQ(refused(UndeleteItem{letters, put.item}), Errc::grant_expired);
  EXPECT_EQ(asked, (std::vector<std::string>{"needed.ended"}));
  // Not within a day, also after a restart; then once more.
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  EXPECT_EQ(refused(put), Errc::grant_expired);
  EXPECT_EQ(asked.size(), 1u);
  for (auto& device : circle.world.devices())
    device->skew_ms += static_cast<std::int64_t>(limits::kDay);
  EXPECT_EQ(refused(put), Errc::grant_expired);
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(Letters, ANoIsRememberedForAMonth) {
  share(Direction::both, 60'000);
  circle.run(120'000);
  GrantConsent grant;
  grant.device = circle.at(1).id;
  grant.terms.category = letters;
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  (void)circle.world.submit(circle.at(1), DeclineOffer{circle.offers.back().second});
  circle.run(1000);
  const auto forward = [&](std::uint64_t ms) {
    for (auto& device : circle.world.devices()) device->skew_ms += static_cast<std::int64_t>(ms);
  };
  forward(29 * limits::kDay);
  (void)refused(put);
  EXPECT_TRUE(asked.empty());
  forward(2 * limits::kDay);
  (void)refused(put);
  EXPECT_EQ(asked.size(), 1u);
}

}  // namespace
}  // namespace troth::device
