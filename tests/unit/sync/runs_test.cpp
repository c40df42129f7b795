// What a peer whose consent counts from now on may be given (spec 07 §11).
#include "sync/runs.hpp"

#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

const AuthorId kAuthor = filled<AuthorId>(7);
const MailboxId kOld = filled<MailboxId>(1);
const MailboxId kNew = filled<MailboxId>(2);
const MailboxId kSide = filled<MailboxId>(3);

ChainHash chain(std::uint64_t last) { return filled<ChainHash>(static_cast<std::uint8_t>(last)); }
BatchPlace place(std::uint64_t first, std::uint64_t last, const MailboxId& epoch) {
  return {kAuthor, first, last, chain(last), epoch};
}

// Batches 1-2, 3-5 old; 6, 7-8 new; 9 side; 10 new.
Runs sample() {
  Runs runs;
  runs.add(place(1, 2, kOld));
  runs.add(place(3, 5, kOld));
  runs.add(place(6, 6, kNew));
  runs.add(place(7, 8, kNew));
  runs.add(place(9, 9, kSide));
  runs.add(place(10, 10, kNew));
  return runs;
}

TEST(RunsTest, ConsecutiveBatchesOfOneEpochAreOneRun) {
  const auto runs = sample();
  const std::vector<EpochRun> expected{{kOld, 1, 5, chain(5)},
                                       {kNew, 6, 8, chain(8)},
                                       {kSide, 9, 9, chain(9)},
                                       {kNew, 10, 10, chain(10)}};
  EXPECT_EQ(runs.of(kAuthor), expected);
  EXPECT_TRUE(runs.of(filled<AuthorId>(8)).empty());
}

TEST(RunsTest, WhatFillsAGapStandsInItsPlace) {
  Runs runs;
  runs.add(place(9, 9, kNew));
  runs.add(place(1, 2, kNew));
  runs.add(place(3, 4, kNew));
  EXPECT_EQ(runs.of(kAuthor),
            (std::vector<EpochRun>{{kNew, 1, 4, chain(4)}, {kNew, 9, 9, chain(9)}}));
}

TEST(RunsTest, TheNewestIsTheLastThatIsAllowedAndHeld) {
  const auto runs = sample();
  const Choice only_new{{kNew}, false};
  EXPECT_EQ(runs.newest(kAuthor, {10, chain(10)}, only_new), (VectorEntry{10, chain(10)}));
  EXPECT_EQ(runs.newest(kAuthor, {9, chain(9)}, only_new), (VectorEntry{8, chain(8)}));
  // Durable up to the middle of a run.
  EXPECT_EQ(runs.newest(kAuthor, {6, chain(6)}, only_new), (VectorEntry{6, chain(6)}));
  EXPECT_EQ(runs.newest(kAuthor, {5, chain(5)}, only_new), std::nullopt);
  EXPECT_EQ(runs.newest(kAuthor, {10, chain(10)}, Choice{}), std::nullopt);
}

TEST(RunsTest, RangesLeaveOutWhatThePeerMayNotOpenAndSayWhatItHoldsBefore) {
  const auto runs = sample();
  const auto ranges = [&](std::uint64_t have, bool over_gaps = false) {
    std::vector<BatchRange> out;
    runs.append_ranges(kAuthor, have, {{kNew}, over_gaps}, out);
    return out;
  };
  EXPECT_EQ(ranges(0), (std::vector<BatchRange>{{kAuthor, 5, 8, 0}, {kAuthor, 9, 10, 8}}));
  EXPECT_EQ(ranges(6), (std::vector<BatchRange>{{kAuthor, 6, 8, 6}, {kAuthor, 9, 10, 8}}));
  EXPECT_EQ(ranges(8), (std::vector<BatchRange>{{kAuthor, 9, 10, 8}}));
  EXPECT_TRUE(ranges(10).empty());
}

TEST(RunsTest, RangesEndAtAGapOfOurOwn) {
  Runs runs;
  runs.add(place(4, 5, kNew));
  runs.add(place(8, 8, kNew));
  const auto ranges = [&](std::uint64_t have, bool over_gaps) {
    std::vector<BatchRange> out;
    runs.append_ranges(kAuthor, have, {{kNew}, over_gaps}, out);
    return out;
  };
  EXPECT_TRUE(ranges(0, false).empty());
  EXPECT_EQ(ranges(3, false), (std::vector<BatchRange>{{kAuthor, 3, 5, 3}}));
  EXPECT_EQ(ranges(7, false), (std::vector<BatchRange>{{kAuthor, 7, 8, 7}}));
  EXPECT_EQ(ranges(0, true), (std::vector<BatchRange>{{kAuthor, 3, 5, 0}, {kAuthor, 7, 8, 5}}));
}

}  // namespace
}  // namespace troth::sync
