// Rule 10 in a folder: what a device wrote after its removal, and what the cut of that takes back.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(FilesTakenBack, AFileFromAboveTheCutStaysWhereItIsWithAWord) {
  Circle circle(3);
  for (std::size_t i = 0; i < 3; ++i) circle.bind(i);
  circle.write(0, "old", text("from before"));
  circle.run(10'000);
  ASSERT_EQ(circle.files(1).size(), 1u);

  // Device 2 was lost and is removed by the first; it and device 1 do not hear of that yet.
  circle.world.set_partition(circle.at(0), circle.at(1), true);
  circle.world.set_partition(circle.at(0), circle.at(2), true);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(2).id, true, {}});
  circle.write(2, "late", text("from the thief"));
  circle.run(20'000);
  ASSERT_EQ(circle.files(1).size(), 2u);

  circle.world.set_partition(circle.at(1), circle.at(2), true);
  circle.world.set_partition(circle.at(0), circle.at(1), false);
  circle.meet();
  circle.run(60'000);
  EXPECT_EQ(circle.files(0).size(), 1u);
  EXPECT_EQ(circle.files(1).size(), 2u) << "nothing is deleted by itself";
  ASSERT_EQ(circle.info(1).left.size(), 1u);
  EXPECT_EQ(circle.info(1).left[0].path, "late");
  EXPECT_EQ(circle.info(1).left[0].reason, "taken_back");

  // Whoever wants it after all changes it, or gives it another name.
  circle.write(1, "late", text("from the thief, kept by Ada"));
  circle.run(20'000);
  EXPECT_EQ(circle.files(0).size(), 2u);
  EXPECT_EQ(circle.info(1).left_alone, 0u);
}

}  // namespace
}  // namespace troth::device
