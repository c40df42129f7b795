// Errors of the disk at every call: typed, nothing acknowledged is lost, and work goes on when the
// disk does (spec 11 §7).
#include "store/meta_store.hpp"
#include "unit/store/workload.hpp"

namespace troth::store::testing {
namespace {

constexpr std::uint64_t kSteps = 14;

// Answers the error that stopped it, or nothing when it ran to the end.
std::optional<Errc> run(sim::Disk& disk, Progress& progress) {
  auto db = Db::open(work_options(disk));
  if (!db) return db.error().code;
  for (std::uint64_t step = present_steps(**db) + 1; step <= kSteps; ++step) {
    const auto done = work_step(**db, step, progress);
    if (done) continue;
    const auto again = (*db)->begin(Durability::full);
    EXPECT_FALSE(again) << "a Db that failed stays failed";
    if (!again) {
      EXPECT_EQ(again.error().code, done.error().code);
    }
    return done.error().code;
  }
  return std::nullopt;
}

std::uint64_t injected(const sim::Disk& disk, sim::Fault fault) {
  return disk.counters().injected[static_cast<std::size_t>(fault)];
}

// Injects at the k-th call for every k until none strikes; answers how many did.
template <class Check>
std::uint64_t sweep(sim::Fault fault, std::uint64_t times, std::uint64_t seed, const Check& check) {
  for (std::uint64_t k = 1;; ++k) {
    SCOPED_TRACE("call " + std::to_string(k));
    sim::Disk disk(seed * 1000 + k);
    disk.inject(fault, k, times);
    Progress progress;
    const auto error = run(disk, progress);
    if (injected(disk, fault) == 0) return k - 1;
    check(disk, progress, error);
    if (::testing::Test::HasFailure()) return k;
  }
}

void expect_all_there(sim::Disk& disk, std::uint64_t at_least) {
  auto db = Db::open(work_options(disk));
  ASSERT_TRUE(db) << static_cast<int>(db.error().code);
  EXPECT_TRUE((*db)->check());
  EXPECT_GE(present_steps(**db), at_least);
}

TEST(Faults, FullDiskIsTypedLosesNothingAndWorksAgainWithSpace) {
  const auto hits = sweep(sim::Fault::write_full, sim::Disk::kForever, 1,
                          [](sim::Disk& disk, Progress& progress, std::optional<Errc> error) {
                            // The last checkpoint may meet it while everything is committed: then
                            // nobody was told no.
                            if (error) {
                              EXPECT_EQ(*error, Errc::disk_full);
                            }
                            if (progress.acked > 0) {  // still full: all of it can be read
                              expect_all_there(disk, progress.acked);
                            }
                            disk.heal();
                            EXPECT_EQ(run(disk, progress), std::nullopt);
                            disk.crash();
                            expect_all_there(disk, progress.durable);
                          });
  EXPECT_GT(hits, 80u);
}

TEST(Faults, QuotaThatIsReachedAnywhereIsTheSame) {
  for (std::uint64_t capacity = 0; capacity < 130000; capacity += 1777) {
    SCOPED_TRACE("capacity " + std::to_string(capacity));
    sim::Disk disk(capacity);
    disk.set_capacity(capacity);
    Progress progress;
    const auto error = run(disk, progress);
    if (error) {
      EXPECT_EQ(*error, Errc::disk_full);
    }
    if (progress.acked > 0) expect_all_there(disk, progress.acked);
    disk.heal();
    EXPECT_EQ(run(disk, progress), std::nullopt);
    if (HasFailure()) return;
  }
}

TEST(Faults, FailedFsyncPoisonsAndNothingAcknowledgedLaterIsLost) {
  std::uint64_t hits = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    hits += sweep(sim::Fault::sync_error, 1, seed,
                  [](sim::Disk& disk, Progress& progress, std::optional<Errc> error) {
                    if (error) {
                      EXPECT_EQ(*error, Errc::io_error);
                    }
                    // Opened again without a crash, as the engine does; then the power goes. Pages
                    // whose fsync failed count as clean: only a Db that starts a new log keeps its
                    // later promises.
                    Progress later = progress;
                    {
                      auto db = Db::open(work_options(disk)).value();
                      const std::uint64_t next = present_steps(*db) + 1;
                      EXPECT_TRUE(work_step(*db, next, later));
                      EXPECT_TRUE(db->make_durable());
                      later.durable = next;
                      disk.crash();  // under the open Db: closing it would tidy up
                    }
                    expect_all_there(disk, later.durable);
                  });
  }
  EXPECT_GT(hits, 160u);
}

// What a device reads after it was opened again it tells others: so it must not vanish any more.
TEST(Faults, WhatIsSeenAfterOpeningAgainSurvivesAPowerLoss) {
  for (const auto fault :
       {sim::Fault::sync_error, sim::Fault::write_error, sim::Fault::write_full}) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      sweep(fault, 1, seed, [](sim::Disk& disk, Progress&, std::optional<Errc>) {
        disk.crash(sim::Loss::process);
        disk.heal();
        std::uint64_t seen = 0;
        {
          auto opened = Db::open(work_options(disk));
          ASSERT_TRUE(opened) << static_cast<int>(opened.error().code);
          auto db = std::move(*opened);
          seen = present_steps(*db);
          disk.crash();
        }
        expect_all_there(disk, seen);
      });
    }
  }
}

TEST(Faults, WriteErrorIsTyped) {
  const auto hits = sweep(sim::Fault::write_error, 1, 1,
                          [](sim::Disk& disk, Progress& progress, std::optional<Errc> error) {
                            if (error) {
                              EXPECT_EQ(*error, Errc::io_error);
                            }
                            expect_all_there(disk, progress.acked);
                          });
  EXPECT_GT(hits, 80u);
}

TEST(Faults, ReadErrorIsTypedAndNeverGivesWrongRows) {
  sim::Disk made(5);
  Progress progress;
  ASSERT_EQ(run(made, progress), std::nullopt);
  const auto image = made.snapshot();
  for (std::uint64_t k = 1;; ++k) {
    SCOPED_TRACE("call " + std::to_string(k));
    sim::Disk disk(k);
    disk.restore(image);
    disk.inject(sim::Fault::read_error, k);
    auto db = Db::open(work_options(disk));
    if (!db) {
      EXPECT_EQ(db.error().code, Errc::io_error);
      continue;
    }
    auto query = (*db)->prepare("SELECT step, part, body FROM work ORDER BY step, part").value();
    std::uint64_t rows = 0;
    const auto read = query.each([&]() -> Result<> {
      ++rows;
      EXPECT_TRUE(equal(query.blob(2), body_of(query.u64(0), query.u64(1))));
      return {};
    });
    if (injected(disk, sim::Fault::read_error) == 0) {
      EXPECT_EQ(rows, 35u);
      EXPECT_GT(k, 5u);
      return;
    }
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::io_error);
    EXPECT_EQ((*db)->poisoned(), Errc::io_error);
  }
}

class FixedRng final : public Rng {
 public:
  void fill(MutableBytes out) override { std::fill(out.begin(), out.end(), next_++); }

 private:
  std::uint8_t next_ = 1;
};

constexpr HomeId kHome{{4, 4}};
const Secret32& key() {
  static const Secret32 kKey(Bytes(32, 0x77));
  return kKey;
}

Db::Options vault_options(const sim::Disk& disk) {
  Db::Options out;
  out.path = "db";
  out.vfs = disk.vfs_name();
  return out;
}

constexpr std::size_t kSettings = 40;

Result<> fill_home(sim::Disk& disk) {
  FixedRng rng;
  TROTH_TRY(auto db, Db::open(vault_options(disk)));
  TROTH_TRY(auto vault, Vault::create(*db, key(), kHome));
  MetaStore meta(*vault);
  TROTH_CHECK(db->begin(Durability::full));
  for (std::uint64_t i = 0; i < kSettings; ++i) {
    const Bytes value(100, static_cast<std::uint8_t>(i));
    TROTH_CHECK(meta.put("name/" + std::to_string(i), value, rng));
  }
  return db->commit();
}

sim::Disk::Snapshot closed_home() {
  sim::Disk disk(1);
  EXPECT_TRUE(fill_home(disk));
  return disk.snapshot();
}

// Either an error, or everything exactly as it was.
bool reads_right_or_refuses(sim::Disk& disk) {
  auto db = Db::open(vault_options(disk));
  if (!db) return true;
  auto vault = Vault::open(**db, key(), kHome);
  if (!vault) return true;
  MetaStore meta(**vault);
  const auto all = meta.list("name/");
  if (!all) return true;
  if (all->size() != kSettings) return false;
  for (std::size_t i = 0; i < kSettings; ++i) {
    const auto one = meta.get("name/" + std::to_string(i));
    if (one && (!*one || **one != Bytes(100, static_cast<std::uint8_t>(i)))) return false;
  }
  return true;
}

TEST(Faults, FlippedBitOnTheDiskIsFoundOrHarmless) {
  const auto image = closed_home();
  const std::uint64_t bits = image.files.at("db").size() * 8;
  std::uint64_t refused = 0;
  for (std::uint64_t bit = 0; bit < bits; bit += 211) {
    sim::Disk disk(bit);
    disk.restore(image);
    disk.flip_bit("db", bit);
    ASSERT_TRUE(reads_right_or_refuses(disk)) << bit;
    auto db = Db::open(vault_options(disk));
    if (!db || !Vault::open(**db, key(), kHome)) ++refused;
  }
  EXPECT_GT(refused, 50u);
}

TEST(Faults, WrongBytesInAnyReadAreFoundOrHarmless) {
  // SQLite takes a short read for the end of the file and goes on with zeros, as the kernel would
  // give them: only the seals see it.
  const auto image = closed_home();
  for (const auto fault : {sim::Fault::bit_flip, sim::Fault::short_read}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      for (std::uint64_t k = 1; k < 20; ++k) {
        sim::Disk disk(seed * 1000 + k);
        disk.restore(image);
        disk.inject(fault, k, 1 + seed % 3);
        ASSERT_TRUE(reads_right_or_refuses(disk)) << seed << " " << k;
      }
    }
  }
}

TEST(Faults, MisdirectedWriteIsFoundOrHarmless) {
  for (std::uint64_t k = 1; k < 60; ++k) {
    sim::Disk disk(k);
    disk.inject(sim::Fault::misdirected, k);
    static_cast<void>(fill_home(disk));
    ASSERT_TRUE(reads_right_or_refuses(disk)) << k;
  }
}

TEST(Faults, WholeFileRolledBackIsSeenByItsGeneration) {
  sim::Disk disk(3);
  disk.restore(closed_home());
  FixedRng rng;
  std::uint64_t newest = 0;
  {
    auto db = Db::open(vault_options(disk)).value();
    auto vault = Vault::open(*db, key(), kHome).value();
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(MetaStore(*vault).put("name/0", as_bytes("new"), rng));
    ASSERT_TRUE(db->commit());
    newest = vault->generation();
  }
  disk.restore(closed_home());
  auto db = Db::open(vault_options(disk)).value();
  auto vault = Vault::open(*db, key(), kHome).value();
  EXPECT_LT(vault->generation(), newest);
}

}  // namespace
}  // namespace troth::store::testing
