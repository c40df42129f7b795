// Two devices that keep one folder equal: what several files of tests begin with.
#pragma once

#include "unit/device/folder_pair.hpp"

namespace troth::device::testing {

struct FilesTest : ::testing::Test {
  Circle circle{2};
  void SetUp() override {
    circle.bind(0);
    circle.bind(1);
  }
  void expect_equal(std::size_t count) {
    EXPECT_EQ(circle.files(0), circle.files(1));
    EXPECT_EQ(circle.files(0).size(), count);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(circle.info(i).waiting, 0u);
    EXPECT_TRUE(circle.failures.empty());
  }
  bool noticed(const std::string& why, const std::string& about) {
    return std::count(circle.noticed.begin(), circle.noticed.end(), std::pair(why, about)) > 0;
  }
  std::vector<std::string> conflict_copies(std::size_t i) {
    std::vector<std::string> out;
    for (const auto& [path, data] : circle.files(i)) {
      if (path.find("(conflict") != std::string::npos) out.push_back(path);
    }
    return out;
  }
};

}  // namespace troth::device::testing
