// Rule 19: a database of an earlier time is noticed, and what this device signs does not fork.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

// Phone is apart, and its disk, not its keystore, is as it was at the snapshot.
void go_back(Circle& circle, const sim::Disk::Snapshot& old) {
  circle.apart(true);
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.at(1).disk.restore(old);
  circle.run(1000);
  ASSERT_TRUE(circle.at(1).up());
}

void put(Circle& circle, std::size_t i, const std::string& item) {
  PutItem put;
  put.category = circle.category;
  put.item = files::item_of(circle.category, item);
  put.fields.push_back({"text", text(item)});
  (void)circle.world.submit(circle.at(i), put);
}

TEST(Rollback, AnOlderDatabaseIsNoticedWithNobodyToAsk) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  put(circle, 1, "later");
  circle.run(5000);
  const auto author = circle.at(1).core().replica_->author();
  go_back(circle, old);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  EXPECT_NE(circle.at(1).core().replica_->author(), author);
  put(circle, 1, "after");
  circle.run(30'000);
  circle.apart(false);
  circle.run(60'000);
  for (std::size_t i : {0, 1}) {
    const auto items = circle.at(i).core().replica_->list(circle.category, {}, 10, false,
                                                          circle.at(i).at(circle.world.now()).wall);
    ASSERT_TRUE(items);
    EXPECT_EQ(items->size(), 2u);
    EXPECT_EQ(alerts(circle.at(i), "forked"), 0u);
  }
  EXPECT_FALSE(circle.at(1).core().own_->behind);
}

// A virtual machine that is put back twice draws the same random bytes twice.
TEST(Rollback, TwoRestoresOfOneSnapshotAreTwoAuthors) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  const auto chance = circle.at(1).rng;
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  put(circle, 1, "later");
  circle.run(5000);
  std::set<sync::Incarnation> seen{circle.at(1).core().own_->incarnation};
  for (int i = 0; i < 2; ++i) {
    circle.apart(true);
    circle.world.crash(circle.at(1), sim::Loss::process, 100);
    circle.at(1).disk.restore(old);
    circle.at(1).rng = chance;
    circle.run(1000);
    ASSERT_TRUE(circle.at(1).up());
    EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
    EXPECT_TRUE(seen.insert(circle.at(1).core().own_->incarnation).second) << i;
  }
}

// T5: every batch of three lives of one snapshot, with its generator put back each time.
TEST(Rollback, NoSaltAndNoDotServesTwoContents) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  const auto chance = circle.at(1).rng;
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  std::map<Bytes, Bytes> salts;
  std::map<std::pair<AuthorId, std::uint64_t>, Bytes> dots;
  std::map<std::pair<Bytes, Bytes>, Bytes> boxes;  // of one ephemeral key, for the same keys
  std::size_t batches = 0;
  const auto read = [&] {
    auto& core = circle.at(1).core();
    auto cursor = core.replica_->ranges_for(circle.category, {});
    while (const auto sealed = *core.replica_->next_batch(cursor)) {
      const auto header = sync::parse_header(*sealed);
      const auto open = sync::unseal(*sealed, core.log_->circle(), *core.key_of(header->mailbox));
      ASSERT_TRUE(open.has_value());
      ++batches;
      const Bytes salt(header->salt.begin(), header->salt.end());
      EXPECT_EQ(salts.emplace(salt, *sealed).first->second, *sealed);
      for (std::uint64_t i = 0; i < open->ops.size(); ++i) {
        const auto body = open->body(open->ops[i]);
        const Bytes content(body.begin(), body.end());
        const std::pair dot{open->core.author, open->core.first + i};
        EXPECT_EQ(dots.emplace(dot, content).first->second, content);
      }
    }
    for (const auto& id : core.log_->order()) {
      const auto* keys = std::get_if<circle::Keys>(core.log_->payload(id));
      if (keys == nullptr) continue;
      Bytes epochs;
      for (const auto& epoch : keys->epochs) append(epochs, epoch.commitment.bytes);
      for (const auto& box : keys->boxes) {
        const auto& enc = box.enc.bytes();
        const std::pair name{Bytes(enc.begin(), enc.end()), epochs};
        EXPECT_EQ(boxes.emplace(name, box.ciphertext).first->second, box.ciphertext);
      }
    }
  };
  for (int life = 0; life < 3; ++life) {
    put(circle, 1, "item");
    PutItem other{circle.category, files::item_of(circle.category, "same"), {}};
    other.fields.push_back({"text", text("life " + std::to_string(life))});
    (void)circle.world.submit(circle.at(1), other);
    (void)circle.world.submit(circle.at(1), RotateKeys{});
    circle.run(30'000);
    read();
    go_back(circle, old);
    circle.at(1).rng = chance;
  }
  EXPECT_GE(batches, 3u);
  EXPECT_GE(salts.size(), 3u);
  EXPECT_GE(boxes.size(), 3u);
}

TEST(Rollback, ItsEntriesWaitForALevelLog) {
  Circle circle(3);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  // An entry of its own that the old state does not have.
  (void)circle.world.submit(circle.at(1), CreateCategory{"photos", "to test"});
  circle.run(5000);
  go_back(circle, old);
  const auto known = circle.at(1).core().log_->size();
  circle.failures.clear();
  (void)circle.world.submit(circle.at(1), CreateCategory{"notes", "to test"});
  circle.run(limits::kBehindAskedMs - 2000);
  EXPECT_EQ(circle.at(1).core().log_->size(), known);
  circle.apart(false);
  circle.run(60'000);
  EXPECT_TRUE(circle.failures.empty());
  for (std::size_t i : {0, 1, 2}) {
    EXPECT_TRUE(circle.at(i).core().view().forks().empty());
    EXPECT_EQ(circle.at(i).core().view().categories().size(), 3u);
  }
}

TEST(Rollback, WithNobodyThereAPersonIsNotKeptWaiting) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  go_back(circle, old);
  (void)circle.world.submit(circle.at(1), CreateCategory{"notes", "to test"});
  circle.run(limits::kBehindAskedMs + 2000);
  EXPECT_EQ(circle.at(1).core().view().categories().size(), 2u);
}

TEST(Rollback, LosingPowerIsNone) {
  Circle circle(2);
  for (int i = 0; i < 8; ++i) {
    put(circle, 1, "item" + std::to_string(i));
    circle.run(7);
    circle.world.crash(circle.at(1), sim::Loss::power, 100);
    circle.run(200);
  }
  circle.run(20'000);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 0u);
  EXPECT_EQ(circle.at(1).keys.guard.reserved, circle.at(1).core().own_->reserved);
}

// The keystore knows at once that the state went back; so does what a person asks for first.
TEST(Rollback, TheFirstThingAskedForInARunWaitsTooAndForksNothing) {
  Circle circle(2);
  auto& phone = circle.at(1);
  const auto old = phone.disk.snapshot();
  circle.world.crash(phone, sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  (void)circle.world.submit(phone, RenameDevice{phone.id, "one"});
  circle.run(5000);
  circle.world.on_restart([&](SimDevice& device) {
    (void)circle.world.submit(device, RenameDevice{phone.id, "two"});
  });
  const auto renames = [&](SimDevice& device) {
    const auto& log = *device.core().log_;
    const auto order = log.order();
    return std::count_if(order.begin(), order.end(), [&](const EntryId& id) {
      return log.body(id)->kind == circle::Kind::device_rename;
    });
  };
  go_back(circle, old);
  EXPECT_EQ(renames(phone), 0) << "signed beside an entry that it does not know";
  circle.world.on_restart({});
  circle.apart(false);
  circle.run(60'000);
  for (const std::size_t i : {0u, 1u}) {
    EXPECT_EQ(renames(circle.at(i)), 2) << i;
    EXPECT_TRUE(circle.at(i).core().view().forks().empty()) << i;
  }
}

}  // namespace
}  // namespace troth::device
