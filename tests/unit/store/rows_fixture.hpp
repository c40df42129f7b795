// A laptop that wrote, a phone that has it all, and a hand on their closed disks.
#pragma once

#include "unit/store/replica_fixture.hpp"

namespace troth::sync::testing {

class ReplicaRowsTest : public ::testing::Test {
 protected:
  ReplicaRowsTest() : key_(keys_.add_epoch(kNotes, 1)), laptop_(1, keys_), phone_(2, keys_) {
    for (std::uint64_t item = 1; item <= 6; ++item) write(item, "first");
    for (std::uint64_t item = 1; item <= 3; ++item) write(item, "second");
    send(laptop_, phone_);
  }
  void write(std::uint64_t item, std::string_view value) {
    ASSERT_OK(laptop_.put(item, "n", value));
    (void)laptop_.seal(key_);
  }
  // What a hand on the closed disk does, and then the device starts again.
  template <class Change>
  void tamper(Node& node, Change&& change) {
    ASSERT_OK(node.step([&]() -> Result<> { return change(node.db()); }));
    ASSERT_TRUE(node.restart(keys_));
  }
  // All that `to` lacks up to the first gap, as whoever may have everything asks for it.
  void send_whole(Node& from, Node& to) {
    auto cursor = from->ranges_for(kNotes, to->whole(kNotes));
    for (auto batch = from->next_batch(cursor); batch && *batch; batch = from->next_batch(cursor))
      ASSERT_OK(to.apply(**batch));
    EXPECT_FALSE(to->has_gaps(kNotes));
  }
  void expect_whole(Node& node) {
    for (std::uint64_t item = 1; item <= 6; ++item)
      EXPECT_EQ(node.value(item, "n"), item <= 3 ? "second" : "first") << item;
    EXPECT_EQ(node->totals(kNotes).items, 6u);
    ASSERT_TRUE(node.restart(keys_));
    EXPECT_TRUE(check(node).faults.empty()) << "and it stays right";
  }

  Keys keys_;
  EpochKey key_;
  Node laptop_;
  Node phone_;
};

using Faults = std::vector<RowFault>;

}  // namespace troth::sync::testing
