// Rule 10 as a person meets it: what a lost device wrote after it was gone is set aside, can be
// read, and counts again only when somebody takes it over.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class Review : public ::testing::Test {
 protected:
  // The laptop takes the phone out as lost before it hears what the phone had told the tablet.
  void SetUp() override {
    put(kPhone, "note", "before");
    circle.run(5000);
    cut_off(true);
    circle.run(1000);
    put(kPhone, "note", "after");
    put(kPhone, "other", "new");
    circle.run(5000);
    circle.world.set_partition(circle.at(kPhone), circle.at(kTablet), true);
    (void)circle.world.submit(circle.at(kLaptop), RemoveDevice{circle.at(kPhone).id, true, {}});
    circle.run(5000);
    circle.world.set_partition(circle.at(kLaptop), circle.at(kTablet), false);
    circle.meet();
    circle.run(30'000);
  }
  void cut_off(bool away) {
    for (const auto other : {kPhone, kTablet})
      circle.world.set_partition(circle.at(kLaptop), circle.at(other), away);
  }
  void put(std::size_t who, const std::string& item, const std::string& value) {
    PutItem put;
    put.category = circle.category;
    put.item = files::item_of(circle.category, item);
    put.fields.push_back({"text", text(value)});
    (void)circle.world.submit(circle.at(who), put);
    circle.run(2000);
  }
  std::string value(std::size_t who, const std::string& item) {
    const auto found = circle.at(who).engine->query(
        ItemQuery{circle.category, files::item_of(circle.category, item)},
        circle.at(who).at(circle.world.now()));
    return found ? std::string(found->fields.at(0).value.begin(), found->fields.at(0).value.end())
                 : "none";
  }
  std::vector<SetAsideInfo> review(std::optional<std::uint64_t> id = {}) {
    auto& tablet = circle.at(kTablet);
    return tablet.engine->query(SetAsideQuery{id}, tablet.at(circle.world.now())).value();
  }

  static constexpr std::size_t kLaptop = 0, kPhone = 1, kTablet = 2;
  Circle circle{3};
};

TEST_F(Review, WhatIsSetAsideIsShownAndDoesNotCount) {
  EXPECT_EQ(value(kTablet, "note"), "before");
  EXPECT_EQ(value(kTablet, "other"), "none");
  const auto all = review();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].device, circle.at(kPhone).id);
  EXPECT_EQ(all[0].reason, "aside.parked");
  EXPECT_EQ(all[0].left, 1u);
  EXPECT_TRUE(all[0].items.empty());
  const auto one = review(all[0].id);
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(one[0].items.size(), 1u);
  EXPECT_EQ(one[0].items[0].fields.at(0).value, text("after"));
  EXPECT_TRUE(review(9999).empty());
}

TEST_F(Review, TakenOverItIsAChangeOfThisDevice) {
  const auto all = review();
  ASSERT_EQ(all.size(), 2u);
  auto& tablet = circle.at(kTablet);
  (void)circle.world.submit(tablet, AdoptSetAside{circle.category, all[0].id});
  circle.run(5000);
  for (const auto who : {kTablet, kLaptop}) EXPECT_EQ(value(who, "note"), "after");
  EXPECT_EQ(review(all[0].id).at(0).left, 0u);
  EXPECT_EQ(value(kLaptop, "other"), "none");
  // Nothing newer is overwritten by taking over late.
  put(kLaptop, "other", "mine");
  circle.run(5000);
  (void)circle.world.submit(tablet, AdoptSetAside{circle.category, all[1].id});
  circle.run(5000);
  for (const auto who : {kTablet, kLaptop}) EXPECT_EQ(value(who, "other"), "mine");
  const auto item =
      tablet.engine->query(ItemQuery{circle.category, files::item_of(circle.category, "other")},
                           tablet.at(circle.world.now()));
  EXPECT_EQ(item->changed_by, circle.at(kLaptop).id);
  // What is not there cannot be taken over.
  const auto before = circle.failures.size();
  (void)circle.world.submit(tablet, AdoptSetAside{circle.category, 9999});
  circle.run(1000);
  ASSERT_EQ(circle.failures.size(), before + 1);
  EXPECT_EQ(circle.failures.back().code, Errc::not_found);
}

}  // namespace
}  // namespace troth::device
