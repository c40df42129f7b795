#include "store/audit_store.hpp"

#include <gtest/gtest.h>

#include "sim/vfs/disk.hpp"

namespace troth::store {
namespace {

class CountingRng final : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

class AuditStoreTest : public ::testing::Test {
 protected:
  AuditStoreTest() {
    options_.path = "db";
    options_.vfs = disk_.vfs_name();
    auto db = Db::open(options_).value();
    EXPECT_TRUE(Vault::create(*db, key_, kHome));
  }
  // Appends `count` facts, one durable step each, then calls `then` with the open log.
  template <class Then>
  void with_log(std::uint64_t count, const Then& then) {
    auto db = Db::open(options_).value();
    auto vault = Vault::open(*db, key_, kHome).value();
    SqlAuditStore store(*vault, rng_);
    auto log = audit::AuditLog::open(store).value();
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(db->begin(Durability::full));
      audit::Fact fact;
      fact.kind = audit::FactKind::paired;
      fact.number = log.head().size;
      ASSERT_TRUE(log.append(fact, rng_));
      ASSERT_TRUE(db->commit());
    }
    then(log, *db);
  }

  static constexpr HomeId kHome{{1}};
  CountingRng rng_;
  sim::Disk disk_{11};
  Secret32 key_{Bytes(32, 3)};
  Db::Options options_;
};

TEST_F(AuditStoreTest, KeepsAWholeLogOverReopen) {
  with_log(13, [](audit::AuditLog&, Db&) {});
  with_log(7, [](audit::AuditLog& log, Db&) {
    EXPECT_EQ(log.head().size, 20u);
    EXPECT_TRUE(log.verify(0, 20));
    EXPECT_EQ(log.fact(13)->number, 13u);
    EXPECT_TRUE(log.prove(5));
  });
}

TEST_F(AuditStoreTest, FactsGoWithTheStepThatTheyRecord) {
  with_log(3, [&](audit::AuditLog& log, Db& db) {
    ASSERT_TRUE(db.begin(Durability::full));
    ASSERT_TRUE(log.append({}, rng_));
    db.rollback();
  });
  with_log(0, [](audit::AuditLog& log, Db&) {
    EXPECT_EQ(log.head().size, 3u);
    EXPECT_TRUE(log.verify(0, 3));
  });
}

TEST_F(AuditStoreTest, RemovedAndSwappedLeavesAreFound) {
  with_log(8, [](audit::AuditLog& log, Db& db) {
    ASSERT_TRUE(db.begin(Durability::full));
    auto swap = db.prepare(
                      "UPDATE audit_leaf SET v = (SELECT v FROM audit_leaf AS o WHERE o.i = 3) "
                      "WHERE i = 2")
                    .value();
    ASSERT_TRUE(swap.run());
    EXPECT_EQ(log.fact(2).error().code, Errc::damaged);
    EXPECT_EQ(log.verify(0, 8).error().code, Errc::damaged);
    auto erase = db.prepare("DELETE FROM audit_leaf WHERE i = 5").value();
    ASSERT_TRUE(erase.run());
    EXPECT_EQ(log.verify(5, 1).error().code, Errc::damaged);
    db.rollback();
    EXPECT_TRUE(log.verify(0, 8));
  });
}

TEST_F(AuditStoreTest, SurvivesPowerLossAtAnyCall) {
  with_log(4, [](audit::AuditLog&, Db&) {});
  const auto image = disk_.snapshot();
  for (std::uint64_t k = 1; k < 60; ++k) {
    sim::Disk disk(k);
    disk.restore(image);
    options_.vfs = disk.vfs_name();
    disk.crash_at(k);
    std::uint64_t promised = 4;
    {
      auto db = Db::open(options_);
      auto vault = db ? Vault::open(**db, key_, kHome) : fail(db.error());
      if (vault) {
        SqlAuditStore store(**vault, rng_);
        auto log = audit::AuditLog::open(store).value();
        for (int i = 0; i < 4; ++i) {
          if (!(*db)->begin(Durability::full)) break;
          const auto appended = log.append({}, rng_);
          if (!appended) (*db)->rollback();
          if (!appended || !(*db)->commit()) break;
          promised = log.head().size;
        }
      }
    }
    disk.crash();
    with_log(0, [&](audit::AuditLog& log, Db&) {
      EXPECT_GE(log.head().size, promised);
      EXPECT_TRUE(log.verify(0, log.head().size));
    });
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace troth::store
