// T1: hostile random logs against the reference model, in any order of offers.
#include <gtest/gtest.h>

#include "circle_oracle.hpp"

namespace troth::circle::test {
namespace {

// One or two stolen devices write what they like, also with old parents; honest ones build on what
// their own log took; partitions come from offers that do not reach everybody.
class Scenario {
 public:
  explicit Scenario(std::uint64_t seed) : rng_(seed) {
    std::vector<EntryId> tip{world_.genesis(0)};
    const auto devices = 2 + rng_.below(3);
    for (std::size_t d = 1; d <= devices; ++d) {
      tip = {world_.add_device(rng_.below(d), d, tip)};
      if (rng_.one_in(2)) tip = {world_.ack(d, tip)};
    }
    known_ = devices + 1;
    stolen_ = 1 + rng_.below(2);
    for (std::size_t d = 0; d <= devices; ++d) {
      logs_.push_back(world_.begin());
      world_.offer(logs_.back(), tip);
    }
    all_.push_back(tip[0]);
    const auto steps = 4 + rng_.below(12);
    for (std::size_t i = 0; i < steps; ++i) step();
  }

  void check() {
    Oracle oracle(world_);
    Log log = world_.begin();
    Oracle::Ids model{world_.first()};
    std::set<DeviceId> out;
    for (std::size_t i = 0; i < 6; ++i) {
      std::vector<EntryId> offer;
      for (std::size_t n = 1 + rng_.below(3); n > 0; --n)
        offer.push_back(all_[rng_.below(all_.size())]);
      Oracle::Ids closure;
      for (const auto& id : offer) {
        const auto more = world_.closure(id);
        closure.insert(more.begin(), more.end());
      }
      world_.offer(log, offer);
      model = oracle.offer(model, closure);
      same(log, model, oracle);
      never_back(log, out);
    }
    any_order(log);
  }

 private:
  void step() {
    // Devices 0 and, at times, 1 are in the thief's hands; the thief also drives what it added.
    const auto who = rng_.below(known_);
    const bool hostile = who < stolen_ || puppets_.contains(who);
    std::vector<EntryId> parents;
    if (hostile && rng_.one_in(2)) {
      for (std::size_t n = 1 + rng_.below(2); n > 0; --n) {
        parents.push_back(all_[rng_.below(all_.size())]);
      }
    } else {
      parents = who < logs_.size() ? logs_[who].heads() : std::vector<EntryId>{all_.back()};
    }
    if (!may_author(who, parents)) return;
    write(who, hostile, parents);
  }
  bool may_author(std::size_t who, const std::vector<EntryId>& parents) {
    for (const auto& p : parents) {
      for (const auto& id : world_.closure(p)) {
        const auto payload = *decode_payload(world_.body(id).kind, world_.body(id).payload);
        const auto* add = std::get_if<DeviceAdd>(&payload);
        if (world_.body(id).author == actor(who).id) return true;
        if (add != nullptr && device_id(add->device) == actor(who).id) return true;
      }
    }
    return false;
  }
  void write(std::size_t who, bool hostile, const std::vector<EntryId>& parents) {
    EntryId id;
    const auto what = rng_.below(8);
    if (what < 3) {
      id = world_.remove(who, rng_.below(known_), parents);
    } else if (what < 5 && known_ < 9) {
      if (hostile) puppets_.insert(known_);
      id = world_.add_device(who, known_++, parents);
    } else {
      id = world_.ack(who, parents);
    }
    all_.push_back(id);
    for (auto& log : logs_) {
      if (rng_.one_in(2)) world_.offer(log, {id});
    }
  }
  void same(const Log& log, const Oracle::Ids& model, Oracle& oracle) {
    const auto order = log.order();
    ASSERT_EQ(Oracle::Ids(order.begin(), order.end()), model);
    const auto live = log.view().live_devices();
    ASSERT_EQ(std::set<DeviceId>(live.begin(), live.end()), oracle.fold(model));
    for (const auto& id : order) ASSERT_EQ(log.valid(id), oracle.birth(id));
  }
  // What a device has seen removed is never live there again.
  static void never_back(const Log& log, std::set<DeviceId>& out) {
    for (const auto& [id, info] : log.view().devices()) {
      if (info.state == DeviceState::removed) out.insert(id);
      if (info.state == DeviceState::live) {
        ASSERT_FALSE(out.contains(id));
      }
    }
  }
  // The same entries restored in another parents-first order are the same state.
  void any_order(const Log& log) {
    auto left = log.order();
    std::vector<Entry> shuffled;
    std::set<EntryId> done;
    while (!left.empty()) {
      const auto at = left.begin() + static_cast<std::ptrdiff_t>(rng_.below(left.size()));
      const auto& parents = world_.body(*at).parents;
      if (!std::all_of(parents.begin(), parents.end(),
                       [&](const EntryId& p) { return done.contains(p); })) {
        continue;
      }
      shuffled.push_back(world_.entry(*at));
      done.insert(*at);
      left.erase(at);
    }
    const auto again = Log::restore(shuffled, &trusting);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->view().live_devices(), log.view().live_devices());
    EXPECT_EQ(again->heads(), log.heads());
    for (const auto& id : done) {
      ASSERT_EQ(again->valid(id), log.valid(id));
      ASSERT_EQ(again->is_void(id), log.is_void(id));
    }
  }

  CountingRng rng_;
  World world_;
  std::size_t known_ = 0;
  std::size_t stolen_ = 1;
  std::set<std::size_t> puppets_;
  std::vector<Log> logs_;
  std::vector<EntryId> all_;
};

std::uint64_t runs() {
  const char* more = std::getenv("TROTH_CIRCLE_RUNS");  // 1,000,000 for the long run
  return more == nullptr ? 3000 : std::stoull(more);
}

TEST(RandomLogs, AgreeWithTheModelInAnyOrder) {
  for (std::uint64_t seed = 0; seed < runs(); ++seed) {
    SCOPED_TRACE(seed);
    Scenario(seed).check();
    if (::testing::Test::HasFatalFailure() || ::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace troth::circle::test
