// T6: what two sides of a partition say at once, with a loss of power on each device before they
// meet and after it.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class Races : public ::testing::Test {
 protected:
  // Devices of one side talk to each other only.
  void split(Circle& circle, const std::vector<std::size_t>& left) {
    const auto count = circle.world.devices().size();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i + 1; j < count; ++j) {
        const bool i_left = std::find(left.begin(), left.end(), i) != left.end();
        const bool j_left = std::find(left.begin(), left.end(), j) != left.end();
        circle.world.set_partition(circle.at(i), circle.at(j), i_left != j_left);
      }
    }
    circle.meet();
    circle.run(10'000);
  }
  // The power goes on one device, and what it means to it is as it was.
  void lose_power(Circle& circle, std::size_t i) {
    const auto live = circle.at(i).core().view().live_devices();
    const auto heads = circle.at(i).core().view().heads();
    circle.world.crash(circle.at(i), sim::Loss::power, 100);
    circle.run(1000);
    ASSERT_TRUE(circle.at(i).up());
    EXPECT_EQ(circle.at(i).core().view().live_devices(), live) << i;
    EXPECT_EQ(circle.at(i).core().view().heads(), heads) << i;
  }
  void join(Circle& circle) {
    circle.apart(false);
    for (int i = 0; i < 3; ++i) {
      circle.meet();
      circle.run(40'000);
    }
  }
  // race: on both sides; then, for each device, once with the power lost before and after they
  // meet.
  template <class Race, class Check>
  void each(std::size_t devices, Race&& race, Check&& check) {
    for (std::size_t victim = 0; victim <= devices; ++victim) {
      SCOPED_TRACE("power lost on " + std::to_string(victim));
      Circle circle(devices);
      race(circle);
      if (victim < devices) lose_power(circle, victim);
      join(circle);
      check(circle);
      if (victim < devices) lose_power(circle, victim);
      circle.run(60'000);
      check(circle);
    }
  }
};

TEST_F(Races, TwoRemovalsThatMeetBringNobodyBack) {
  each(
      4,
      [&](Circle& circle) {
        split(circle, {0, 2});
        (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, {}});
        (void)circle.world.submit(circle.at(1), RemoveDevice{circle.at(0).id, true, {}});
        circle.run(10'000);
        EXPECT_FALSE(circle.at(2).core().view().live(circle.at(1).id));
        EXPECT_FALSE(circle.at(3).core().view().live(circle.at(0).id));
      },
      [](Circle& circle) {
        // Each side was told by one of the two, so that what it took stands (rule 4.6).
        const auto& left = circle.at(2).core().view();
        const auto& right = circle.at(3).core().view();
        EXPECT_FALSE(left.live(circle.at(1).id));
        EXPECT_FALSE(right.live(circle.at(0).id));
        for (const auto* view : {&left, &right}) {
          EXPECT_TRUE(view->forks().empty());
          EXPECT_TRUE(view->live(circle.at(2).id) && view->live(circle.at(3).id));
        }
        // Who says otherwise late is held and shown, not taken in part: what is the same is equal.
        if (left.heads() == right.heads()) {
          EXPECT_EQ(left.live_devices(), right.live_devices());
        } else {
          EXPECT_FALSE(circle.at(2).core().log_->held().empty() &&
                       circle.at(3).core().log_->held().empty());
        }
      });
}

TEST_F(Races, ARenewalBesideAnExpiryLives) {
  each(
      4,
      [&](Circle& circle) {
        const auto subject = circle.at(1).id;
        (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, subject});
        circle.run(5000);
        const auto give = [&](std::size_t by, std::uint64_t ms) {
          circle.offers.clear();
          GrantConsent grant{subject, {circle.category, Direction::both, 0, History::all}};
          grant.terms.until_ms = circle.at(by).at(circle.world.now()).wall.ms + ms;
          (void)circle.world.submit(circle.at(by), grant);
          circle.run(5000);
          ASSERT_FALSE(circle.offers.empty());
          (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers.back().second, {}});
          circle.run(5000);
        };
        give(0, 120'000);
        ASSERT_TRUE(circle.at(0).core().view().granted(subject, circle.category, Direction::both));
        split(circle, {0, 3});
        give(2, 48 * limits::kHour);
        circle.run(300'000);
        const auto& left = circle.at(0).core().view();
        EXPECT_FALSE(left.granted(subject, circle.category, Direction::both));
        EXPECT_TRUE(circle.at(2).core().view().granted(subject, circle.category, Direction::both));
      },
      [](Circle& circle) {
        for (std::size_t i = 0; i < 4; ++i) {
          const auto& view = circle.at(i).core().view();
          EXPECT_TRUE(view.granted(circle.at(1).id, circle.category, Direction::both)) << i;
          EXPECT_EQ(view.heads(), circle.at(0).core().view().heads()) << i;
        }
      });
}

TEST_F(Races, AGrantBesideARemovalByWhoHoldsNothingOfItGivesNothing) {
  CategoryId photos;
  const auto put = [&](Circle& circle, const std::string& name) {
    const PutItem item{photos, files::item_of(photos, name), {{"text", text(name)}}};
    (void)circle.world.submit(circle.at(0), item);
    circle.run(20'000);
  };
  each(
      4,
      [&](Circle& circle) {
        (void)circle.world.submit(circle.at(0), CreateCategory{"photos", "to test", ""});
        circle.run(5000);
        for (const auto& [id, info] : circle.at(0).core().view().categories()) {
          if (info.name == "photos") photos = id;
        }
        put(circle, "first");
        split(circle, {0, 3});
        GrantConsent grant{circle.at(3).id, {photos, Direction::both, 0, History::all}};
        (void)circle.world.submit(circle.at(0), grant);
        circle.run(5000);
        ASSERT_FALSE(circle.offers.empty());
        (void)circle.world.submit(circle.at(3), AcceptOffer{circle.offers.back().second, {}});
        circle.run(10'000);
        EXPECT_TRUE(circle.at(3).core().keyring_->holds(photos));
        ASSERT_FALSE(circle.at(2).core().keyring_->holds(photos));
        (void)circle.world.submit(circle.at(2), RemoveDevice{circle.at(3).id, false, {}});
        circle.run(10'000);
      },
      [&](Circle& circle) {
        EXPECT_FALSE(circle.at(0).core().view().live(circle.at(3).id));
        put(circle, "after " + std::to_string(circle.world.now().ms));
        auto& core = circle.at(0).core();
        std::size_t sealed_after = 0;
        auto cursor = core.replica_->ranges_for(photos, {});
        while (const auto sealed = *core.replica_->next_batch(cursor)) {
          const auto header = sync::parse_header(*sealed);
          const auto key = core.key_of(header->mailbox);
          ASSERT_TRUE(key.has_value());
          const auto open = sync::unseal(*sealed, core.log_->circle(), *key);
          ASSERT_TRUE(open.has_value());
          const auto& view = core.view();
          const auto removal = view.device(circle.at(3).id)->removals.front().entry;
          const bool knew = std::any_of(open->core.heads.begin(), open->core.heads.end(),
                                        [&](const EntryId& head) {
                                          return head == removal || view.is_ancestor(removal, head);
                                        });
          if (!knew) continue;
          ++sealed_after;
          EXPECT_FALSE(circle.at(3).held.contains(keyring::MailboxId{header->mailbox.bytes}));
        }
        EXPECT_GT(sealed_after, 0u);
      });
}

}  // namespace
}  // namespace troth::device
