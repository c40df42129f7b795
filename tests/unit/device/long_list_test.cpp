// A list of what is left passes over what was deleted, and that takes its time (spec 14): an answer
// ends where the walk was long, and says where it goes on.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(LongList, OfDeletedItemsEndsAndSaysWhereItGoesOn) {
  constexpr std::size_t kItems = 1500;
  Circle circle(1);
  auto& device = circle.at(0);
  const auto page = [&](std::optional<ItemId> after) {
    const auto out =
        device.engine->query(ListQuery{circle.category, after, 32}, device.at(circle.world.now()));
    EXPECT_TRUE(out);
    return out.value_or(ListQuery::Answer{});
  };
  std::set<ItemId> items;
  for (std::size_t i = 0; i < kItems; ++i) {
    PutItem put{circle.category, files::item_of(circle.category, std::to_string(i)), {}};
    put.fields.push_back({"text", text("x")});
    items.insert(put.item);
    (void)circle.world.submit(device, put);
    if (i % 100 == 99) circle.run(1000);
  }
  circle.run(60'000);
  ASSERT_EQ(page({}).size(), 32u);
  const auto last = *items.rbegin();
  std::size_t done = 0;
  for (const auto& item : items) {
    if (item != last) (void)circle.world.submit(device, DeleteItem{circle.category, item});
    if (++done % 100 == 0) circle.run(1000);
  }
  circle.run(60'000);
  const auto first = page({});
  ASSERT_EQ(first.size(), 1u);
  EXPECT_TRUE(first[0].deleted);
  EXPECT_TRUE(first[0].fields.empty());
  const auto second = page(first[0].item);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].item, last);
  EXPECT_FALSE(second[0].deleted);
  EXPECT_TRUE(page(last).empty());
}

}  // namespace
}  // namespace troth::device
