// Power and process loss at every call that changes the disk (spec 11 §7).
#include "unit/store/workload.hpp"

namespace troth::store::testing {
namespace {

constexpr std::uint64_t kSteps = 16;

// Runs until the disk stops or all is done. True: it ran to the end.
bool run(sim::Disk& disk, Progress& progress) {
  auto db = Db::open(work_options(disk));
  if (!db) return false;
  for (std::uint64_t step = present_steps(**db) + 1; step <= kSteps; ++step) {
    if (!work_step(**db, step, progress)) return false;
  }
  return true;
}

void check_after(sim::Disk& disk, const Progress& progress, sim::Loss loss) {
  auto db = Db::open(work_options(disk));
  ASSERT_TRUE(db) << static_cast<int>(db.error().code);
  ASSERT_TRUE((*db)->check());
  const std::uint64_t present = present_steps(**db);
  const std::uint64_t promised = loss == sim::Loss::power ? progress.durable : progress.acked;
  ASSERT_GE(present, promised);
  ASSERT_LE(present, progress.tried);
  Progress more;
  ASSERT_TRUE(work_step(**db, present + 1, more)) << "usable again";
}

// Crashes at the k-th call for every k until a run needs no more calls; answers how many there
// were.
std::uint64_t sweep(std::uint64_t seed, sim::DiskOptions options, sim::Loss loss,
                    sim::DiskCounters& total) {
  for (std::uint64_t k = 1;; ++k) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(k));
    sim::Disk disk(seed * 100003 + k, options);
    disk.crash_at(k);
    Progress progress;
    const bool finished = run(disk, progress);
    if (finished && !disk.is_down()) return k - 1;
    disk.crash(loss);
    check_after(disk, progress, loss);
    if (::testing::Test::HasFatalFailure()) return k;
    total.crashes += disk.counters().crashes;
    total.sectors_kept += disk.counters().sectors_kept;
    total.sectors_dropped += disk.counters().sectors_dropped;
    total.sectors_garbled += disk.counters().sectors_garbled;
  }
}

TEST(Crash, PowerLossAtEveryCallKeepsWhatWasPromised) {
  sim::DiskCounters total;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    sim::DiskOptions options;
    options.sector = seed % 2 == 0 ? 512 : 4096;
    options.powersafe = seed % 3 != 0;
    EXPECT_GT(sweep(seed, options, sim::Loss::power, total), 100u);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(total.crashes, 1000u);
  EXPECT_GT(total.sectors_kept, 1000u);
  EXPECT_GT(total.sectors_dropped, 1000u);
  EXPECT_GT(total.sectors_garbled, 100u);
}

TEST(Crash, ProcessLossAtEveryCallKeepsEveryAcknowledgedStep) {
  sim::DiskCounters total;
  sweep(77, {}, sim::Loss::process, total);
  EXPECT_GT(total.crashes, 100u);
  EXPECT_EQ(total.sectors_dropped, 0u);
}

TEST(Crash, CrashDuringTheRecoveryFromACrash) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    sim::Disk disk(seed);
    Progress progress;
    disk.crash_at(20 + disk.random() % 100);
    run(disk, progress);
    disk.crash();
    for (int again = 0; again < 3; ++again) {
      disk.crash_at(1 + disk.random() % 12);
      Progress more = progress;
      run(disk, more);
      progress = more;
      disk.crash();
    }
    check_after(disk, progress, sim::Loss::power);
    if (HasFatalFailure()) return;
  }
}

TEST(Crash, DisksOfTwoDevicesAreApart) {
  sim::Disk phone(1);
  sim::Disk laptop(2);
  Progress one;
  Progress two;
  EXPECT_TRUE(run(phone, one));
  laptop.crash_at(30);
  EXPECT_FALSE(run(laptop, two));
  EXPECT_FALSE(phone.is_down());
  laptop.crash();
  check_after(laptop, two, sim::Loss::power);
  check_after(phone, one, sim::Loss::process);
}

TEST(Crash, SameSeedGivesTheSameFate) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    std::array<std::uint64_t, 2> present{};
    for (auto& found : present) {
      sim::Disk disk(seed);
      disk.crash_at(80);
      Progress progress;
      run(disk, progress);
      disk.crash();
      found = present_steps(*Db::open(work_options(disk)).value());
    }
    EXPECT_EQ(present[0], present[1]);
  }
}

}  // namespace
}  // namespace troth::store::testing
