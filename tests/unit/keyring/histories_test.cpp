// T2, T3, T4 (rules, "Tests that exist from the first day"): random histories of pairing, consent,
// withdrawal, removal, expiry and rotation in partitions; then who can open what.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "base/plant.hpp"
#include "tests/unit/keyring/world.hpp"

namespace troth::keyring {
namespace {

constexpr std::size_t kDevices = 5;

class Story {
 public:
  explicit Story(std::uint64_t seed) : w(seed, kDevices) { start(); }
  World w;

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
  }

 private:
  std::size_t any() { return w.rng.below(kDevices); }
  CategoryId category() {
    return w.rng.one_in(6) ? circle::kControl : w.categories[w.rng.below(w.categories.size())];
  }
  History history() { return w.rng.one_in(3) ? History::from_now : History::all; }

  void start() {
    for (int i = 0; i < 2; ++i) w.create_category(0);
    w.join(0, 1, {w.terms(1, w.categories[0], History::all)});
    w.join(0, 2, {w.terms(2, w.categories[1], history())});
    w.exchange(1, 2);
  }
  void step() {
    const auto d = any();
    if (!w.joined(d) || !w.live(d)) return;
    switch (w.rng.below(12)) {
      case 0:
        return join(d);
      case 1:
        return grant(d);
      case 2:
        return w.accept_all(d);
      case 3:
        return w.rng.one_in(2) ? withdraw(d) : void();
      case 4:
        return w.rng.one_in(3) ? remove(d) : void();
      case 5:
        return expire(d);
      case 6:
        return static_cast<void>(w.wrap(d));
      case 7:
        return part();
      case 8:
      case 9:
        return meet(d);
      default:
        return static_cast<void>(w.seal(d, category()));
    }
  }
  void join(std::size_t sponsor) {
    const auto applicant = any();
    if (w.joined(applicant)) return;
    std::vector<circle::GrantTerms> grants;
    const auto c = w.categories[w.rng.below(w.categories.size())];
    const auto how = history();
    const circle::Grant offer{w.terms(applicant, c, how)};
    if (may_give(sponsor, c, how)) grants.push_back(offer.terms);
    w.join(sponsor, applicant, grants);
  }
  bool may_give(std::size_t by, const CategoryId& c, History how) {
    const auto found = survey(w.view(by), c, w.now);
    const auto* info = w.view(by).category(c);
    if (info == nullptr) return false;
    if (info->creator == w.devices[by].id) return true;
    return found.is_entitled(w.devices[by].id) &&
           (how == History::from_now || found.full_history(w.devices[by].id));
  }
  void grant(std::size_t by) {
    const auto to = any();
    const auto c = w.categories[w.rng.below(w.categories.size())];
    auto terms = w.terms(to, c, history());
    if (to == by || w.view(by).device(w.devices[to].id) == nullptr) return;
    if (!w.view(by).live(w.devices[to].id) || !may_give(by, c, terms.history)) return;
    if (w.rng.one_in(3)) terms.until = WallMs{w.now.ms + 1000 * w.rng.below(40)};
    w.write(by, circle::Grant{terms});
  }
  void withdraw(std::size_t by) {
    const auto of = any();
    const auto c = w.categories[w.rng.below(w.categories.size())];
    if (w.view(by).device(w.devices[of].id) == nullptr || w.view(by).category(c) == nullptr) return;
    w.write(by, circle::Withdraw{w.devices[of].id, c, Direction::both, {}});
  }
  void remove(std::size_t by) {
    const auto of = any();
    if (of == by || w.view(by).device(w.devices[of].id) == nullptr) return;
    if (!w.view(by).live(w.devices[of].id) || w.view(by).live_devices().size() < 3) return;
    circle::DeviceRemove entry;
    entry.device = w.devices[of].id;
    w.write(by, entry);
  }
  void expire(std::size_t by) {
    circle::Expire entry;
    for (const auto& [ref, grant] : w.view(by).grants()) {
      if (grant.active() && grant.terms.until && *grant.terms.until <= w.now)
        entry.grants.push_back(ref);
    }
    if (!entry.grants.empty()) w.write(by, entry);
  }
  void part() {
    for (auto& device : w.devices) device.partition = w.rng.below(2);
    w.now.ms += 1000 * w.rng.below(20);
  }
  void meet(std::size_t d) {
    const auto other = any();
    if (w.devices[d].partition == w.devices[other].partition) w.exchange(d, other);
  }
};

std::uint64_t histories() {
  const char* text = getenv("TROTH_HISTORIES");
  return text == nullptr ? 150 : static_cast<std::uint64_t>(atoll(text));
}

// A later consent opens older epochs by right, and so does an end that turns out void because its
// author was removed first: then the record says nothing. Asked of every log, because the sealer
// may have left and not heard of it.
bool undone(const World& w, const DeviceId& device, const CategoryId& category,
            const EntryId& end) {
  return std::any_of(w.devices.begin(), w.devices.end(), [&](const TestDevice& judge) {
    if (!judge.log) return false;
    if (judge.log->is_void(end)) return true;
    const auto& view = judge.log->view();
    const auto grants = view.grants_of(device, category);
    return std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
      return grant->accepted && view.is_ancestor(end, grant->ref.entry);
    });
  });
}

std::size_t index_of(const World& w, const DeviceId& id) {
  for (std::size_t i = 0; i < w.devices.size(); ++i) {
    if (w.devices[i].id == id) return i;
  }
  return w.devices.size();
}

struct Totals {
  std::uint64_t seals = 0;
  std::uint64_t shut = 0;     // (batch, ended device) pairs that were asked
  std::uint64_t opened = 0;   // (batch, entitled device) pairs
  std::uint64_t earlier = 0;  // (epoch, from-now device) pairs
  std::vector<std::string> broken;

  void miss(const char* promise, std::size_t device, const EpochRef& epoch) {
    broken.push_back(std::string(promise) + ": device " + std::to_string(device) + ", epoch " +
                     std::to_string(epoch.id.number));
  }
};

// T2. No batch by a device that had folded an end opens with anything that device ever had.
void check_shut(const World& w, const std::vector<Keyring>& thieves, Totals& totals) {
  for (const auto& seal : w.seals) {
    for (const auto& [device, end] : seal.excluded) {
      const auto d = index_of(w, device);
      if (d == w.devices.size() || !w.joined(d)) continue;
      if (undone(w, device, seal.epoch.category, end)) continue;
      ++totals.shut;
      if (thieves[d].find(seal.epoch) != nullptr) totals.miss("T2", d, seal.epoch);
    }
  }
}

bool full_here(const World& w, std::size_t judge, std::size_t d, const CategoryId& category) {
  return w.joined(judge) && w.live(judge) &&
         survey(w.view(judge), category, w.now).full_history(w.devices[d].id);
}

// T3. After healing, what one full-history device can open, all can. Counted are pairs that are
// live and entitled in each other's view: where two removals meet, some are out for each other
// (rule 4.6).
void check_open(const World& w, Totals& totals) {
  for (const auto& seal : w.seals) {
    const auto& category = seal.epoch.category;
    for (std::size_t d = 0; d < w.devices.size(); ++d) {
      for (std::size_t h = 0; h < w.devices.size(); ++h) {
        const bool pair = full_here(w, d, d, category) && full_here(w, d, h, category) &&
                          full_here(w, h, d, category) && full_here(w, h, h, category);
        if (!pair || w.devices[h].ring->find(seal.epoch) == nullptr) continue;
        ++totals.opened;
        if (w.devices[d].ring->find(seal.epoch) == nullptr) totals.miss("T3", d, seal.epoch);
      }
    }
  }
}

// T3 for everyone: what is sealed once all have healed, all who are entitled open.
void check_new_batches(World& w, Totals& totals) {
  for (std::size_t d = 0; d < w.devices.size(); ++d) {
    if (!w.joined(d) || !w.live(d)) continue;
    for (const auto& category : w.categories) {
      if (!w.seal(d, category)) continue;
      w.heal();
      const auto& epoch = w.seals.back().epoch;
      for (const auto& [device, full] : survey(w.view(d), category, w.now).entitled) {
        const auto other = index_of(w, device);
        // Rule 4.6: one that heard of its own removal first, by a device that is out here, left.
        if (!w.live(other) || !w.view(other).live(w.devices[d].id)) continue;
        ++totals.opened;
        if (w.devices[other].ring->find(epoch) == nullptr) totals.miss("T3 new", other, epoch);
      }
    }
  }
}

// T4. A device that never had more than consent from now on holds no epoch from before it.
void check_from_now(const World& w, const std::vector<Keyring>& thieves, Totals& totals) {
  for (std::size_t d = 0; d < w.devices.size(); ++d) {
    if (!w.joined(d)) continue;
    const auto& view = w.view(d);
    for (const auto& category : w.categories) {
      const auto grants = view.grants_of(w.devices[d].id, category);
      const bool ever_all = std::any_of(grants.begin(), grants.end(), [](auto* grant) {
        return grant->terms.history == History::all;
      });
      if (grants.empty() || ever_all) continue;
      for (const auto& [id, epoch] : view.epochs(category)) {
        const auto& accepts = w.devices[d].accepts;
        const bool after = std::any_of(accepts.begin(), accepts.end(), [&](const EntryId& accept) {
          return view.is_ancestor(accept, epoch.entry);
        });
        if (after) continue;
        ++totals.earlier;
        if (thieves[d].find(category, id) != nullptr) totals.miss("T4", d, {category, id});
      }
    }
  }
}

void live_through(std::uint64_t seed, Totals& totals) {
  Story story(seed);
  story.run(90);
  auto& w = story.w;
  w.heal();
  check_new_batches(w, totals);
  std::vector<Keyring> thieves;
  for (std::size_t d = 0; d < kDevices; ++d) thieves.push_back(w.thief(d));
  check_shut(w, thieves, totals);
  check_open(w, totals);
  check_from_now(w, thieves, totals);
  totals.seals += w.seals.size();
  totals.broken.insert(totals.broken.end(), w.problems.begin(), w.problems.end());
}

TEST(Histories, EndedDevicesStayOutEntitledOnesGetInFromNowMeansFromNow) {
  Totals totals;
  for (std::uint64_t seed = 1; seed <= histories(); ++seed) {
    live_through(seed, totals);
    ASSERT_TRUE(totals.broken.empty()) << "seed " << seed << ": " << totals.broken.front();
  }
  // A check that never ran proves nothing.
  EXPECT_GT(totals.seals, histories());
  EXPECT_GT(totals.shut, histories());
  EXPECT_GT(totals.opened, histories());
  EXPECT_GT(totals.earlier, histories() / 10);
  std::cout << "[   NOTE   ] " << histories() << " histories: " << totals.seals << " batches, "
            << totals.shut << " shut, " << totals.opened << " open, " << totals.earlier
            << " before consent\n";
}

#ifdef TROTH_PLANTS
// The checks see: each deliberate bug breaks its promise in some history.
struct Planted : ::testing::Test {
  bool finds(Plant bug, const std::string& promise) {
    plant(bug);
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      Totals totals;
      live_through(seed, totals);
      if (std::any_of(totals.broken.begin(), totals.broken.end(),
                      [&](const std::string& text) { return text.starts_with(promise); })) {
        return true;
      }
    }
    return false;
  }
  void TearDown() override { plant(Plant::none); }
};
TEST_F(Planted, SealUncleanIsFound) { EXPECT_TRUE(finds(Plant::seal_unclean, "T2")); }
TEST_F(Planted, WrapUncleanIsFound) { EXPECT_TRUE(finds(Plant::wrap_unclean, "wrap")); }
TEST_F(Planted, LinkUnderKIsFound) { EXPECT_TRUE(finds(Plant::link_under_k, "T4")); }
#endif

}  // namespace
}  // namespace troth::keyring
