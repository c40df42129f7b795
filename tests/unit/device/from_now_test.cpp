// Consent that counts from now on, between real engines (rule 7, T4, spec 07 §11).
#include "keyring/coverage.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class FromNow : public ::testing::Test {
 protected:
  // Two devices with all history and one item from before; then the phone, from now on.
  explicit FromNow(std::size_t devices = 2) : circle_(devices) {
    put(0, 1, "before");
    if (devices > 1) put(1, 2, "before, by another");
    circle_.run(3000);
    circle_.history = History::from_now;
    circle_.add_by(0);
    phone_ = devices;
    circle_.run(20'000);
  }
  static ItemId item(std::uint8_t number) {
    ItemId id;
    id.bytes.fill(number);
    return id;
  }
  void put(std::size_t device, std::uint8_t number, std::string_view value) {
    PutItem put{circle_.category, item(number), {{"text", text(value)}}};
    (void)circle_.world.submit(circle_.at(device), put);
    circle_.run(300);
  }
  std::string shows(std::size_t device, std::uint8_t number) {
    auto& one = circle_.at(device);
    const auto got =
        one.engine->query(ItemQuery{circle_.category, item(number)}, one.at(circle_.world.now()));
    if (!got || got->fields.empty()) return "";
    return std::string(as_text(got->fields[0].value));
  }
  bool equal(std::size_t a, std::size_t b) {
    const auto status =
        circle_.at(a).engine->query(StatusQuery{}, circle_.at(a).at(circle_.world.now()));
    for (const auto& peer : status->peers) {
      if (peer.device == circle_.at(b).id)
        return peer.connected && peer.reason.empty() && peer.behind_items == 0u;
    }
    return false;
  }
  void apart(std::size_t a, std::size_t b, bool away) {
    circle_.world.set_partition(circle_.at(a), circle_.at(b), away);
    if (!away) circle_.meet();
  }
  // Epochs that the phone's consent does not cover; none of their keys may be with it.
  std::size_t earlier_epochs() {
    auto& core = circle_.at(phone_).core();
    const auto covers = keyring::coverage(core.view(), circle_.category, core.self_);
    EXPECT_FALSE(covers.all);
    std::size_t earlier = 0;
    for (const auto& [id, epoch] : core.view().epochs(circle_.category)) {
      const bool held = core.keyring_->find(circle_.category, id) != nullptr;
      EXPECT_EQ(held, covers.holds(id));
      EXPECT_TRUE(!held || !core.keyring_->find(circle_.category, id)->has_history());
      earlier += covers.holds(id) ? 0 : 1;
    }
    return earlier;
  }
  // All that `from` would send to a phone that holds nothing: no frame of an earlier epoch.
  std::size_t would_send(std::size_t from) {
    auto& core = circle_.at(from).core();
    const auto choice = core.choice_for(circle_.at(phone_).id, circle_.category);
    EXPECT_TRUE(choice.has_value());
    auto cursor = core.replica_->chosen_ranges(circle_.category, {}, *choice);
    std::size_t count = 0;
    while (const auto sealed = *core.replica_->next_batch(*cursor)) {
      const auto header = sync::parse_header(*sealed);
      EXPECT_TRUE(circle_.at(phone_).core().key_of(header->mailbox).has_value());
      ++count;
    }
    return count;
  }

  Circle circle_;
  std::size_t phone_ = 0;
};

TEST_F(FromNow, NothingFromBeforeEverythingAfterAndBothWays) {
  EXPECT_EQ(earlier_epochs(), 1u);
  EXPECT_EQ(would_send(0), 0u);
  EXPECT_EQ(shows(phone_, 1), "");
  EXPECT_EQ(shows(phone_, 2), "");
  EXPECT_TRUE(equal(0, phone_));
  EXPECT_TRUE(equal(phone_, 0));
  put(0, 3, "after");
  put(1, 4, "after, by another");
  circle_.run(5000);
  EXPECT_EQ(shows(phone_, 3), "after");
  EXPECT_EQ(shows(phone_, 4), "after, by another");
  put(phone_, 3, "by the phone");
  put(phone_, 5, "new");
  circle_.run(5000);
  for (const std::size_t i : {0u, 1u}) {
    EXPECT_EQ(shows(i, 3), "by the phone");
    EXPECT_EQ(shows(i, 5), "new");
    EXPECT_TRUE(equal(i, phone_));
    EXPECT_TRUE(equal(phone_, i));
  }
  put(1, 1, "edited since");
  circle_.run(5000);
  EXPECT_EQ(shows(phone_, 1), "edited since");
  EXPECT_EQ(shows(phone_, 2), "");
  EXPECT_EQ(earlier_epochs(), 1u);
  EXPECT_GT(would_send(0), 0u);
  EXPECT_EQ(circle_.at(0).core().alerts()->size(), 0u);
  EXPECT_EQ(circle_.at(phone_).core().alerts()->size(), 0u);
}

TEST_F(FromNow, GoesOnAfterARestartAndByEitherProvider) {
  put(0, 3, "after");
  circle_.run(3000);
  circle_.world.crash(circle_.at(phone_), sim::Loss::power, 500);
  circle_.run(3000);
  circle_.meet();
  EXPECT_EQ(shows(phone_, 3), "after");
  apart(0, phone_, true);
  put(0, 4, "told by the other");
  circle_.run(10'000);
  EXPECT_EQ(shows(phone_, 4), "told by the other");
  EXPECT_TRUE(equal(1, phone_));
  // The phone relays as well, to a device at or above what it holds.
  apart(0, 1, true);
  apart(0, phone_, false);
  circle_.run(5000);
  put(0, 5, "by way of the phone");
  circle_.run(10'000);
  EXPECT_EQ(shows(1, 5), "by way of the phone");
}

// A device with consent to all history that meets the phone alone is not told half a chain.
TEST_F(FromNow, SomebodyNewToAllOfItIsServedByOthers) {
  put(0, 3, "after");
  circle_.run(3000);
  circle_.history = History::all;
  circle_.add_by(1);
  const std::size_t late = 3;
  circle_.run(20'000);
  EXPECT_EQ(shows(late, 1), "before");
  EXPECT_EQ(shows(late, 2), "before, by another");
  EXPECT_EQ(shows(late, 3), "after");
  EXPECT_TRUE(equal(late, phone_));
  EXPECT_FALSE(circle_.at(late).core().replica_->has_gaps(circle_.category));
}

TEST_F(FromNow, ConsentToAllHistoryLaterOpensAll) {
  put(0, 3, "after");
  put(phone_, 4, "mine");
  circle_.run(5000);
  // What only the phone holds is not lost on the way.
  circle_.apart(true);
  put(phone_, 5, "written alone");
  circle_.apart(false);
  const auto author = circle_.at(phone_).core().replica_->author();
  GrantConsent grant{circle_.at(phone_).id, {circle_.category, Direction::both, 0, History::all}};
  (void)circle_.world.submit(circle_.at(0), grant);
  circle_.run(20'000);
  ASSERT_FALSE(circle_.offers.empty());
  (void)circle_.world.submit(circle_.at(phone_), AcceptOffer{circle_.offers.back().second, {}});
  circle_.run(60'000);
  for (std::uint8_t i = 1; i <= 5; ++i) EXPECT_EQ(shows(phone_, i), shows(0, i)) << int{i};
  EXPECT_EQ(shows(phone_, 1), "before");
  EXPECT_EQ(shows(0, 5), "written alone");
  EXPECT_FALSE(circle_.at(phone_).core().replica_->has_gaps(circle_.category));
  EXPECT_EQ(circle_.at(phone_).core().replica_->author(), author);
  EXPECT_TRUE(equal(phone_, 0));
  EXPECT_TRUE(equal(1, phone_));
  EXPECT_EQ(circle_.at(phone_).core().alerts()->size(), 0u);
}

// Consent was taken away and given again from now on: what the device once had stays away.
TEST_F(FromNow, GivenAgainFromNowOnBringsNothingBack) {
  GrantConsent all{circle_.at(1).id, {circle_.category, Direction::both, 0, History::from_now}};
  (void)circle_.world.submit(circle_.at(0), WithdrawConsent{circle_.category, circle_.at(1).id});
  circle_.run(10'000);
  EXPECT_EQ(shows(1, 1), "");
  (void)circle_.world.submit(circle_.at(0), all);
  circle_.run(10'000);
  ASSERT_FALSE(circle_.offers.empty());
  (void)circle_.world.submit(circle_.at(1), AcceptOffer{circle_.offers.back().second, {}});
  circle_.run(30'000);
  put(0, 3, "after");
  circle_.run(10'000);
  EXPECT_EQ(shows(1, 1), "");
  EXPECT_EQ(shows(1, 2), "");
  EXPECT_EQ(shows(1, 3), "after");
  EXPECT_TRUE(equal(0, 1));
  auto& core = circle_.at(1).core();
  const auto covers = keyring::coverage(core.view(), circle_.category, core.self_);
  for (const auto& [id, epoch] : core.view().epochs(circle_.category)) {
    EXPECT_EQ(core.keyring_->find(circle_.category, id) != nullptr, covers.holds(id));
  }
}

// Files (spec 10 §2): what was edited since arrives with its path, what was not stays away.
TEST_F(FromNow, FilesThatAreEditedSinceArrive) {
  circle_.bind(0);
  circle_.write(0, "old.txt", text("from before"));
  circle_.write(0, "edited.txt", text("first"));
  circle_.run(5000);
  // The second device withdraws and comes back from now on: it knows neither file.
  (void)circle_.world.submit(circle_.at(0), WithdrawConsent{circle_.category, circle_.at(1).id});
  circle_.run(10'000);
  GrantConsent again{circle_.at(1).id, {circle_.category, Direction::both, 0, History::from_now}};
  (void)circle_.world.submit(circle_.at(0), again);
  circle_.run(10'000);
  ASSERT_FALSE(circle_.offers.empty());
  (void)circle_.world.submit(circle_.at(1), AcceptOffer{circle_.offers.back().second, {}});
  circle_.run(20'000);
  circle_.bind(1);
  circle_.write(0, "edited.txt", text("second version"));
  circle_.write(0, "new.txt", text("new"));
  circle_.run(20'000);
  const std::map<std::string, Bytes> expected{{"edited.txt", text("second version")},
                                              {"new.txt", text("new")}};
  EXPECT_EQ(circle_.files(1), expected);
  EXPECT_EQ(circle_.files(0).size(), 3u);
}

// Rule 10: the phone removes a device and states what it holds of it.
TEST_F(FromNow, RemovesADeviceAndStatesACut) {
  put(1, 3, "after");
  circle_.run(5000);
  (void)circle_.world.submit(circle_.at(phone_), RemoveDevice{circle_.at(1).id, false, {}});
  circle_.run(30'000);
  EXPECT_EQ(shows(0, 3), "after");
  EXPECT_EQ(shows(0, 2), "before, by another");
  EXPECT_EQ(shows(phone_, 3), "after");
  put(0, 4, "among us");
  circle_.run(10'000);
  EXPECT_EQ(shows(phone_, 4), "among us");
  EXPECT_TRUE(equal(0, phone_));
}

}  // namespace
}  // namespace troth::device
