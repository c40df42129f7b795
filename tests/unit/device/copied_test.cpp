// A whole home that stands in two places, or that was put back with its keystore: only other
// devices can see it (rule 19), and who sees it has to say so.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class Copied : public ::testing::Test {
 protected:
  Copied() : circle(3) { copy_home(); }
  // What other_copy begins with; the first life goes on in a run of its own.
  void copy_home() {
    old_ = circle.at(1).disk.snapshot();
    guard_ = circle.at(1).keys.guard;
    restart();
  }
  void restart() {
    circle.world.crash(circle.at(1), sim::Loss::process, 100);
    circle.run(1000);
  }
  // Who reaches whom from now on: only these two.
  void only(std::size_t a, std::size_t b) {
    circle.apart(true);
    reach(a, b);
  }
  void reach(std::size_t a, std::size_t b) {
    circle.world.set_partition(circle.at(a), circle.at(b), false);
    circle.meet();
    circle.run(20'000);
  }
  void put_in(const CategoryId& category, std::size_t i, const std::string& item,
              const std::string& value, std::uint64_t run_ms = 10'000) {
    PutItem put{category, files::item_of(category, item), {}};
    put.fields.push_back({"text", text(value)});
    (void)circle.world.submit(circle.at(i), put);
    circle.run(run_ms);
  }
  void put(std::size_t i, const std::string& item, const std::string& value,
           std::uint64_t run_ms = 10'000) {
    put_in(circle.category, i, item, value, run_ms);
  }
  CategoryId create(std::size_t i, const char* name) {
    const auto before = circle.at(i).core().view().categories();
    (void)circle.world.submit(circle.at(i), CreateCategory{name, "to test", {}});
    circle.run(5000);
    for (const auto& [id, category] : circle.at(i).core().view().categories())
      if (!before.contains(id)) return id;
    ADD_FAILURE() << "no category";
    return {};
  }
  // The other copy begins: nothing in it knows of what came after.
  void other_copy() {
    circle.apart(true);
    circle.world.crash(circle.at(1), sim::Loss::process, 100);
    circle.at(1).disk.restore(old_);
    circle.at(1).keys.guard = guard_;
    circle.run(1000);
    ASSERT_TRUE(circle.at(1).up());
    ASSERT_EQ(alerts(circle.at(1), "rolled_back"), 0u) << "it cannot know by itself";
  }
  // Its first batch reaches somebody who holds another one there.
  void show_batch(std::size_t from, std::size_t to) {
    auto& theirs = *circle.at(from).core().replica_;
    auto cursor = theirs.ranges_for(circle.category, {});
    const auto sealed = theirs.next_batch(cursor);
    ASSERT_TRUE(sealed && *sealed);
    auto& device = circle.at(to);
    auto& core = device.core();
    core.enter(device.at(circle.world.now()));
    core.touch(store::Durability::normal);
    const auto applied = core.replica_->apply(
        **sealed, [&](const sync::BatchClaims& claims) { return core.admits(claims); },
        core.now_.wall);
    ASSERT_TRUE(applied);
    EXPECT_EQ(applied->outcome, sync::Outcome::forked);
    circle.world.settle(device);
  }
  std::size_t items(std::size_t i) { return items_in(circle.category, i); }
  std::size_t items_in(const CategoryId& category, std::size_t i) {
    const auto now = circle.at(i).at(circle.world.now()).wall;
    const auto list = circle.at(i).core().replica_->list(category, {}, 10, false, now);
    return list ? list->size() : 0;
  }
  StatusQuery::Answer status(std::size_t i) {
    auto out = circle.at(i).engine->query(StatusQuery{}, circle.at(i).at(circle.world.now()));
    EXPECT_TRUE(out);
    return std::move(*out);
  }

  Circle circle;

 private:
  sim::Disk::Snapshot old_;
  SaveGuard guard_;
};

// It wrote no data in its other life, only into the log.
TEST_F(Copied, AnEntryThatItSignedAndDoesNotHoldIsToldOf) {
  only(1, 2);
  (void)circle.world.submit(circle.at(1), RenameDevice{circle.at(1).id, "first life"});
  circle.run(10'000);
  other_copy();
  only(1, 2);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
}

// What it wrote in its other life comes over a connection that is level: first as a batch, not as a
// vector.
TEST_F(Copied, ItsOwnBatchesOfAnotherLifeAreTaken) {
  only(1, 2);
  put(1, "a", "first life");
  ASSERT_EQ(items(2), 1u);
  other_copy();
  only(0, 1);
  circle.apart(false);
  circle.world.set_partition(circle.at(1), circle.at(2), true);
  circle.run(60'000);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  EXPECT_EQ(items(0), 1u);
  EXPECT_EQ(items(1), 1u);
  EXPECT_EQ(status(1).state, EngineState::ok);
}

// A certificate has a number, and counts as what is sealed does: one that was signed for an edit
// that came before the first peer would stand against that of the other life.
TEST_F(Copied, NothingIsCertifiedBeforeAPeerSaysWhatItHolds) {
  only(1, 2);
  put(1, "a", "first life");
  ASSERT_EQ(items(2), 1u);
  other_copy();
  put(1, "b", "second life", 200);
  only(1, 2);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  for (const std::size_t i : {1, 2}) {
    EXPECT_EQ(items(i), 2u) << i;
    EXPECT_EQ(alerts(circle.at(i), "forked"), 0u) << i;
    EXPECT_EQ(status(i).state, EngineState::ok) << i;
  }
}

// Its number counts for all categories, also where nobody could say anything of the edited one.
TEST_F(Copied, NothingIsCertifiedForOneCategoryBeforeItIsSaidOfAnother) {
  only(0, 1);
  const auto own = create(1, "own");
  copy_home();
  only(0, 1);
  put(1, "a", "first life");
  ASSERT_EQ(items(0), 1u);
  other_copy();
  put_in(own, 1, "b", "second life", 200);
  only(0, 1);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  EXPECT_EQ(alerts(circle.at(1), "forked"), 0u);
  EXPECT_EQ(items(1), 1u) << "it came back";
  EXPECT_EQ(items_in(own, 1), 1u);
  EXPECT_EQ(status(1).state, EngineState::ok);
}

TEST_F(Copied, TwoChainsAreToldOnEverySideAndNeedAPerson) {
  only(0, 1);
  put(1, "a", "one");
  put(1, "b", "one");
  ASSERT_EQ(items(0), 2u);
  other_copy();
  put(1, "a", "two");
  circle.apart(false);
  circle.run(60'000);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  EXPECT_EQ(alerts(circle.at(1), "forked"), 1u);
  EXPECT_EQ(status(1).state, EngineState::needs_action);
  EXPECT_EQ(status(1).reason, "needs_removal");
  EXPECT_EQ(alerts(circle.at(0), "contradicted"), 1u);
  EXPECT_EQ(alerts(circle.at(0), "forked"), 0u);
  EXPECT_EQ(status(0).state, EngineState::ok);
}

// Spec 07 §7: two batches in one place are evidence in their category alone.
TEST_F(Copied, AForkInOneCategoryIsNoEvidenceInAnother) {
  only(0, 1);
  put(1, "a", "one");
  put(1, "b", "one");
  const auto photos = create(0, "photos");
  (void)circle.world.submit(
      circle.at(0), GrantConsent{circle.at(1).id, {photos, Direction::both, 0, History::all}});
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers.back().second, {}});
  circle.run(20'000);
  const auto author = circle.at(1).core().replica_->author();
  put_in(photos, 1, "a", "one");
  auto& core = circle.at(0).core();
  ASSERT_TRUE(core.replica_->vector(photos).contains(author));
  other_copy();
  put(1, "a", "two");
  show_batch(1, 0);
  ASSERT_TRUE(core.replica_->frozen(circle.category, author));
  EXPECT_FALSE(core.replica_->frozen(photos, author));
  // What an end names of the author stands beside what is held: a batch that nobody else has seen.
  sync::BatchClaims claims;
  claims.author = author;
  claims.first = claims.last = 1;
  claims.chain.bytes.fill(0xee);
  const sync::VectorEntry cut{1, claims.chain};
  claims.epoch.category = circle.category;
  EXPECT_EQ(core.decisive(claims, cut), cut);
  EXPECT_FALSE(core.seek_due());
  claims.epoch.category = photos;
  EXPECT_EQ(core.decisive(claims, cut), std::nullopt);
  EXPECT_TRUE(core.seek_due()) << "the others are asked instead";
}

TEST_F(Copied, OneAuthorThatIsSettledEndsNoSearchForAnother) {
  only(0, 1);
  put(1, "a", "one");
  auto& device = circle.at(0);
  auto& core = device.core();
  const auto held = circle.at(1).core().replica_->author();
  AuthorId given_up;
  given_up.bytes.fill(0xee);
  core.enter(device.at(circle.world.now()));
  core.seek_from(circle.category, given_up);
  core.disowned(circle.category, circle.at(1).id, std::vector<ItemId>());
  EXPECT_FALSE(core.seek_due());
  core.seek_from(circle.category, given_up);
  core.seek_from(circle.category, held);
  core.disowned(circle.category, circle.at(1).id, std::vector<ItemId>());
  EXPECT_TRUE(core.seek_due());
  core.seek();
  EXPECT_FALSE(core.claimed(circle.category).contains(held)) << "it is asked for anew";
  circle.world.settle(device);
}

TEST_F(Copied, TwoLinesOfEntriesAreProvenOnceAndARemovalEndsIt) {
  const auto phone = circle.at(1).id;
  const auto rename = [&](const char* name) {
    (void)circle.world.submit(circle.at(1), RenameDevice{phone, name});
    circle.run(10'000);
  };
  only(0, 1);
  rename("one");
  other_copy();
  only(2, 1);
  rename("two");
  only(0, 2);
  circle.run(60'000);
  for (const std::size_t i : {0u, 2u}) {
    const auto& view = circle.at(i).core().view();
    EXPECT_EQ(view.proven_forked(), std::set<DeviceId>{phone}) << i;
    EXPECT_EQ(alerts(circle.at(i), "forked"), 1u) << i;
    EXPECT_EQ(status(i).reason, "needs_removal") << i;
  }
  const auto proofs = [&](std::size_t i) {
    const auto& log = *circle.at(i).core().log_;
    const auto order = log.order();
    return std::count_if(order.begin(), order.end(), [&](const EntryId& id) {
      return log.body(id)->kind == circle::Kind::fork_proof;
    });
  };
  EXPECT_EQ(proofs(0), 1);
  EXPECT_EQ(proofs(2), 1);
  // Each holds the line that the other has, and data goes on between them all the same.
  const auto flows = [&](const std::string& item) {
    put(0, item + " of 0", "x");
    put(2, item + " of 2", "x");
    circle.run(60'000);
    EXPECT_EQ(circle.at(0).core().view().heads(), circle.at(2).core().view().heads());
    EXPECT_EQ(items(0), items(2));
    return items(0);
  };
  EXPECT_EQ(flows("first"), 2u);
  only(0, 1);
  rename("three");
  other_copy();
  only(2, 1);
  circle.run(60'000);
  rename("four");
  circle.run(60'000);
  only(0, 2);
  EXPECT_EQ(flows("second"), 4u);
  EXPECT_EQ(proofs(0), 1) << "one of a device is enough";
  (void)circle.world.submit(circle.at(0), RemoveDevice{phone, true, {}});
  circle.run(30'000);
  EXPECT_EQ(status(0).state, EngineState::ok);
  EXPECT_EQ(status(2).state, EngineState::ok);
}

}  // namespace
}  // namespace troth::device
