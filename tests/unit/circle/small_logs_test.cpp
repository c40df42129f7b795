// T1: every log of a few entries by three devices, every offer of a part of it to the rest. Six
// entries take the long run (`make logs`); five are in every run of the tests.
#include <gtest/gtest.h>

#include <cstdio>

#include "circle_oracle.hpp"
#include "circle_small.hpp"

namespace troth::circle::test {
namespace {

std::string describe(const SmallLog& log) {
  std::string out;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto& e = log[i];
    const std::string what = e.kind == Kind::ack             ? "ack"
                             : e.kind == Kind::device_remove ? "remove "
                             : e.kind == Kind::genesis       ? "genesis "
                                                             : "add ";
    out += "\n  " + std::to_string(i) + ": device " + std::to_string(e.author) + " " + what +
           (e.kind == Kind::ack ? "" : std::to_string(e.target)) + " past";
    for (std::size_t p = 0; p < i; ++p) {
      if ((e.past >> p & 1) != 0) out += " " + std::to_string(p);
    }
    out += " prev " + std::to_string(e.prev);
  }
  return out;
}

Mask live_of(const Log& log) {
  Mask out = 0;
  for (const auto& id : log.view().live_devices()) out |= Mask{1} << actor_of(id);
  return out;
}

class Check {
 public:
  explicit Check(const SmallLog& log)
      : log_(log), oracle_(log), all_((Mask{1} << log.size()) - 1) {}

  std::uint64_t run() {
    whole();
    any_order();
    honest();
    std::uint64_t offers = 0;
    for (Mask part = 1; part < all_ && !::testing::Test::HasFailure(); part += 2) {
      if (!closed(log_, part)) continue;
      offer(part);
      ++offers;
    }
    return offers;
  }

 private:
  std::vector<Entry> entries(Mask set) const {
    std::vector<Entry> out;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if ((set >> i & 1) != 0) out.push_back(log_[i].entry);
    }
    return out;
  }
  void same_meaning(const Log& log) const {
    ASSERT_EQ(live_of(log), oracle_.live(all_));
    const Mask removals = oracle_.removals(all_);
    for (std::size_t i = 0; i < log_.size(); ++i) {
      ASSERT_EQ(log.valid(log_[i].id), oracle_.born(i)) << i;
      ASSERT_EQ(log.is_void(log_[i].id), oracle_.late(i, removals)) << i;
    }
  }
  void whole() const {
    const auto log = Log::restore(entries(all_), &trusting);
    ASSERT_TRUE(log);
    same_meaning(*log);
  }
  // The last that can come next comes next: the order farthest from that of writing.
  void any_order() const {
    std::vector<Entry> order{log_[0].entry};
    for (Mask done = 1; done != all_;) {
      std::size_t next = log_.size() - 1;
      while ((done >> next & 1) != 0 || (log_[next].past & ~done) != 0) --next;
      order.push_back(log_[next].entry);
      done |= Mask{1} << next;
    }
    const auto log = Log::restore(order, &trusting);
    ASSERT_TRUE(log);
    same_meaning(*log);
  }
  // Whom no valid removal names, and nobody through whom it was added, is in.
  void honest() const {
    Mask out = oracle_.removed(all_);
    for (std::size_t round = 0; round < log_.size(); ++round) {
      for (std::size_t i = 1; i < log_.size(); ++i) {
        const auto& e = log_[i];
        if (is_add(e) && (out >> e.author & 1) != 0) out |= Mask{1} << e.target;
      }
    }
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const auto& e = log_[i];
      if (!is_add(e) || !oracle_.born(i) || (out >> e.target & 1) != 0) continue;
      ASSERT_TRUE(oracle_.live(all_) >> e.target & 1) << e.target;
    }
  }
  void offer(Mask part) const {
    auto log = Log::restore(entries(part), &trusting);
    ASSERT_TRUE(log);
    (void)log->offer(entries(all_ & ~part));
    const Mask want = oracle_.offer(part);
    for (std::size_t i = 0; i < log_.size(); ++i) {
      ASSERT_EQ(log->contains(log_[i].id), (want >> i & 1) != 0) << "part " << part << " at " << i;
    }
    const Mask live = live_of(*log);
    ASSERT_EQ(live, oracle_.live(want)) << "part " << part;
    ASSERT_EQ(live & oracle_.removed(part), 0u) << "part " << part;
  }

  const SmallLog& log_;
  SmallOracle oracle_;
  Mask all_;
};

std::size_t most() {
  const char* more = std::getenv("TROTH_CIRCLE_ENTRIES");
  return more == nullptr ? 5 : std::stoul(more);
}

TEST(SmallLogs, AllOfThemMeanWhatThePageSaysAndTakeWhatItSays) {
  std::uint64_t logs = 0;
  std::uint64_t offers = 0;
  SmallLogs all(most(), [&](const SmallLog& log) {
    if (HasFailure()) return;
    ++logs;
    offers += Check(log).run();
    if (HasFailure()) ADD_FAILURE() << "in the log" << describe(log);
  });
  all.run();
  std::printf("%llu logs of at most %zu entries by %zu devices, %llu offers\n",
              static_cast<unsigned long long>(logs), most(), kSmallDevices,
              static_cast<unsigned long long>(offers));
  EXPECT_GE(logs, 30'000u);
}

// The reference model and the page: two transcriptions, one answer, where a device is added once
// (the model has no word for two adds).
TEST(SmallLogs, TheModelAndThePageAgree) {
  std::uint64_t logs = 0;
  SmallLogs all(4, [&](const SmallLog& log) {
    if (HasFailure()) return;
    Mask added = 0;
    World world;
    world.genesis(0);
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (is_add(log[i]) && (added >> log[i].target & 1) != 0) return;
      if (is_add(log[i])) added |= Mask{1} << log[i].target;
      if (i > 0) {
        const auto body = *decode_body(log[i].entry.body);
        world.write(body, *decode_payload(body.kind, body.payload));
      }
    }
    ++logs;
    const SmallOracle page(log);
    Oracle model(world);
    const Mask everything = (Mask{1} << log.size()) - 1;
    const auto ids = [&](Mask set) {
      Oracle::Ids out;
      for (std::size_t i = 0; i < log.size(); ++i) {
        if ((set >> i & 1) != 0) out.insert(log[i].id);
      }
      return out;
    };
    for (Mask part = 1; part <= everything; part += 2) {
      if (!closed(log, part)) continue;
      Mask live = 0;
      for (const auto& id : model.fold(ids(part))) live |= Mask{1} << actor_of(id);
      EXPECT_EQ(live, page.live(part)) << describe(log);
      EXPECT_EQ(model.offer(ids(part), ids(everything)), ids(page.offer(part))) << describe(log);
    }
  });
  all.run();
  EXPECT_GE(logs, 400u);
}

}  // namespace
}  // namespace troth::circle::test
