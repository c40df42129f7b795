// Real engines, a simulated network and folders in memory (spec 10).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Files, AFileGoesToTheOtherDevice) {
  Circle circle(2);
  circle.bind(0);
  circle.bind(1);
  circle.write(0, "a/hello.txt", text("hello"), true);
  circle.write(1, "b.txt", {});
  circle.write(0, "big.bin", noise(3'000'000, 1));
  circle.run(20'000);
  EXPECT_EQ(circle.files(0).size(), 3u);
  EXPECT_EQ(circle.files(0), circle.files(1));
  EXPECT_TRUE(circle.at(1).folders.tree(kRoot).at("a/hello.txt").stat.executable);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(circle.info(i).files, 3u);
    EXPECT_EQ(circle.info(i).waiting, 0u);
    EXPECT_TRUE(circle.info(i).scanned);
  }
  EXPECT_TRUE(circle.failures.empty());
}

}  // namespace
}  // namespace troth::device
