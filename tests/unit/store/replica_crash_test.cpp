// Power loss at every call that changes the disk: nothing lost, nothing twice, and work goes on.
#include "sim/vfs/disk.hpp"
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

constexpr std::uint64_t kSteps = 8;

// What the laptop sends: batch i sets field "n" of item i % 3 to i, and counts up by one op.
std::vector<Bytes> stream(Keys& keys, const EpochKey& key) {
  Node laptop(1, keys);
  std::vector<Bytes> out;
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    EXPECT_TRUE(laptop.put(i % 3, "n", std::to_string(i)).has_value());
    out.push_back(laptop.seal(key).at(0));
  }
  return out;
}

class Phone {
 public:
  Phone(sim::Disk& disk, Keys& keys, const EpochKey& key)
      : key_(key), node_(2, keys, "db", disk.vfs_name()) {}

  // Takes what is missing of the stream, edits once a batch, seals in every other step. False: the
  // disk stopped. A step is one transaction, as in the engine.
  bool run(const std::vector<Bytes>& batches) {
    if (!node_.try_open()) return false;
    while (taken() < kSteps) {
      tried = taken() + 1;
      if (!step(batches[taken()], tried)) return false;
      acked = tried;
    }
    return true;
  }
  std::uint64_t taken() {
    for (const auto& [author, entry] : node_->vector(kNotes)) {
      if (author != node_->author()) return entry.counter;
    }
    return 0;
  }
  Node& node() { return node_; }

  std::uint64_t tried = 0;
  std::uint64_t acked = 0;

 private:
  bool step(const Bytes& batch, std::uint64_t number) {
    if (!node_.db().begin(store::Durability::full)) return false;
    if (!work(batch, number)) {
      node_.db().rollback();
      return false;
    }
    return node_.db().commit().has_value();
  }
  Result<> work(const Bytes& batch, std::uint64_t number) {
    TROTH_CHECK(node_->apply(batch, accept_all, kNow));
    const FieldEdit edit{"mine", 1, 0, to_bytes(std::to_string(number))};
    TROTH_CHECK(
        node_->put(kNotes, item_id(100 + number), std::span(&edit, 1), Delivery::normal, kNow));
    if (number % 2 == 0) return {};
    auto pair = crypto::Ed25519KeyPair::generate(node_.device.rng);
    const auto body = node_->next_certificate(pair.public_key(), kNow);
    TROTH_CHECK(node_->install(node_.device.certify(body), std::move(pair)));
    TROTH_CHECK(node_->confirm_alone(kNotes));
    TROTH_CHECK(node_->seal_due(kNotes, {key_, std::span(&kHead, 1)}, kNow, node_.device.rng));
    return {};
  }

  EpochKey key_;
  Node node_;
};

void check_after(Phone& phone, std::uint64_t tried, std::uint64_t acked) {
  const auto taken = phone.taken();
  ASSERT_GE(taken, acked);
  ASSERT_LE(taken, tried);
  auto& node = phone.node();
  // The items are what the batches up to the vector make of them, and own edits are all there.
  for (std::uint64_t item = 0; item < 3; ++item) {
    std::string expected = "error 505";
    for (std::uint64_t i = item; i < taken; i += 3) expected = std::to_string(i);
    ASSERT_EQ(node.value(item, "n"), expected);
  }
  for (std::uint64_t number = 1; number <= kSteps; ++number) {
    const auto expected = number <= taken ? std::to_string(number) : "error 505";
    ASSERT_EQ(node.value(100 + number, "mine"), expected);
  }
  ASSERT_EQ(node->totals(kNotes).items, node.rows("item"));
  ASSERT_EQ(node->totals(kNotes).ops + node.rows("draft"), 2 * taken);
}

TEST(ReplicaCrash, PowerLossAtEveryCallLosesNothingAndRepeatsNothing) {
  Keys keys;
  const auto key = keys.add_epoch(kNotes, 1);
  const auto batches = stream(keys, key);
  std::uint64_t crashes = 0;
  for (std::uint64_t k = 1;; k += 2) {
    SCOPED_TRACE("call " + std::to_string(k));
    sim::Disk disk(k);
    disk.crash_at(k);
    std::uint64_t tried = 0;
    std::uint64_t acked = 0;
    {
      Phone phone(disk, keys, key);
      const bool finished = phone.run(batches);
      if (finished && !disk.is_down()) break;
      tried = phone.tried;
      acked = phone.acked;
    }
    disk.crash();
    ++crashes;
    Phone again(disk, keys, key);
    ASSERT_TRUE(again.node().try_open());
    check_after(again, tried, acked);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(again.run(batches));
    check_after(again, kSteps, kSteps);
    if (HasFatalFailure()) return;
    // Whoever gets it from the phone gets all of it.
    Node tablet(3, keys);
    again.node().seal(key);
    send(again.node(), tablet);
    ASSERT_EQ(tablet->vector(kNotes), again.node()->vector(kNotes));
    ASSERT_EQ(tablet->totals(kNotes).ops, 2 * kSteps);
  }
  EXPECT_GT(crashes, 40u);
}

// A step that is rolled back leaves the disk as it was.
TEST(ReplicaCrash, ARolledBackStepLeavesNothing) {
  Keys keys;
  const auto key = keys.add_epoch(kNotes, 1);
  const auto batches = stream(keys, key);
  sim::Disk disk(1);
  Node phone(2, keys, "db", disk.vfs_name());
  ASSERT_TRUE(phone.try_open());
  ASSERT_OK(phone.apply(batches[0]));
  ASSERT_OK(phone.db().begin(store::Durability::full));
  ASSERT_OK(phone->apply(batches[1], accept_all, kNow));
  phone.db().rollback();
  phone.reopen();
  EXPECT_EQ(phone->vector(kNotes).begin()->second.counter, 1u);
  EXPECT_EQ(phone.apply(batches[1])->outcome, Outcome::applied);
}

}  // namespace
}  // namespace troth::sync
