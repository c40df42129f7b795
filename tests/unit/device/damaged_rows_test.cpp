// A home in whose rows something is wrong opens all the same: it is mended first of all, and ends
// equal with its peer (spec 11 §6.1).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class DamagedRows : public ::testing::Test {
 protected:
  DamagedRows() : circle(2) {}
  using Change = std::function<Result<>(store::Db&)>;

  // The phone is closed, a hand changes its file, and it starts again.
  void tamper(const Change& change) {
    auto& phone = circle.at(1);
    circle.world.crash(phone, sim::Loss::process, 100);
    {
      auto db = store::Db::open({.path = "home.db", .vfs = phone.disk.vfs_name()});
      ASSERT_TRUE(db);
      ASSERT_TRUE((*db)->begin(store::Durability::full));
      const auto changed = change(**db);
      ASSERT_TRUE(changed) << static_cast<int>(changed.error().code);
      ASSERT_TRUE((*db)->commit());
    }
    starts_ = phone.life;
    circle.run(1000);
    for (int i = 0; i < 20 && !phone.up(); ++i) circle.run(500);  // it may have to open once more
    ASSERT_TRUE(phone.up());
  }
  // One byte of what a query finds; the texts have the row's number as ?1, the value as ?2.
  static Change flip(store::Sql find, store::Sql put, std::size_t at) {
    return [=](store::Db& db) -> Result<> {
      std::uint64_t row = 0;
      Bytes value;
      {
        TROTH_TRY(auto query, db.prepare(find));
        TROTH_TRY(const bool has, query.step());
        if (!has) return fail(Errc::not_found);
        row = query.u64(0);
        value = to_bytes(query.blob(1));
      }
      value.at(at) ^= 0x40;
      TROTH_TRY(auto query, db.prepare(put));
      return query.bind(1, row).bind(2, ByteView(value)).run();
    };
  }
  void put(std::size_t i, const std::string& item, const std::string& value) {
    PutItem put{circle.category, files::item_of(circle.category, item), {}};
    put.fields.push_back({"text", text(value)});
    (void)circle.world.submit(circle.at(i), put);
  }
  std::string shown(std::size_t i, const std::string& item) {
    const auto found = circle.at(i).engine->query(
        ItemQuery{circle.category, files::item_of(circle.category, item)},
        circle.at(i).at(circle.world.now()));
    return found ? std::string(as_text(found->fields.at(0).value)) : "(none)";
  }
  void expect_equal() {
    auto& laptop = circle.at(0).core();
    auto& phone = circle.at(1).core();
    EXPECT_FALSE(phone.any_in_doubt());
    EXPECT_EQ(laptop.claimed(circle.category), phone.claimed(circle.category));
    EXPECT_FALSE(phone.replica_->has_gaps(circle.category));
    EXPECT_TRUE(phone.sync_store_->wrong_sums()->empty());
    EXPECT_EQ(alerts(circle.at(1), "rows.batches") + alerts(circle.at(1), "rows.index") +
                  alerts(circle.at(1), "rows.aside"),
              1u)
        << "told once";
    EXPECT_EQ(alerts(circle.at(0), "contradicted") + alerts(circle.at(0), "forked"), 0u);
    EXPECT_TRUE(circle.at(1).core().replica_->forked().empty());
  }
  // How often it had to begin anew: 0 when it went on.
  // Device 1, apart from the others, puts the first one's note aside.
  void set_aside(sync::Admission verdict, sync::Outcome outcome) {
    auto& phone = circle.at(1);
    circle.apart(true);
    put(0, "note", "word");
    circle.run(10'000);
    auto& from = *circle.at(0).core().replica_;
    auto cursor = from.ranges_for(circle.category, phone.core().replica_->vector(circle.category));
    const auto batch = from.next_batch(cursor);
    ASSERT_TRUE(batch && *batch);
    auto& core = phone.core();
    core.touch(store::Durability::full);
    const auto applied = core.replica_->apply(
        **batch, [&](const auto&) { return verdict; }, core.now_.wall);
    ASSERT_TRUE(applied);
    ASSERT_EQ(applied->outcome, outcome);
    circle.world.settle(phone);
  }
  [[nodiscard]] std::uint64_t stops() { return circle.at(1).life - starts_ - 1; }

  Circle circle;

 private:
  std::uint64_t starts_ = 0;
};

TEST_F(DamagedRows, AHeldBatch) {
  set_aside({sync::Admit::hold, Errc::held}, sync::Outcome::held);
  auto& phone = circle.at(1);
  tamper(flip("SELECT id, sealed FROM side", "UPDATE side SET sealed = ?2 WHERE id = ?1", 100));
  circle.run(5000);
  EXPECT_EQ(stops(), 0u);
  EXPECT_EQ(phone.core().replica_->side_count(circle.category, sync::SideKind::held)->batches, 0u);
  circle.apart(false);
  circle.run(30'000);
  EXPECT_EQ(shown(1, "note"), "word");
  expect_equal();
}

TEST_F(DamagedRows, ABatchOfAFileInAFolder) {
  circle.bind(0);
  circle.bind(1);
  circle.write(0, "a.txt", text("one"));
  circle.run(20'000);
  ASSERT_EQ(circle.files(1).size(), 1u);
  tamper(flip("SELECT seq, sealed FROM batch ORDER BY seq DESC",
              "UPDATE batch SET sealed = ?2 WHERE seq = ?1", 100));
  circle.meet();
  circle.run(30'000);
  EXPECT_EQ(stops(), 0u);
  expect_equal();
  circle.write(0, "a.txt", text("two"));
  circle.run(20'000);
  EXPECT_EQ(circle.files(1), circle.files(0));
  EXPECT_EQ(circle.files(1).at("a.txt"), text("two"));
}

TEST_F(DamagedRows, ABatchOfAFileThatIsGone) {
  circle.bind(0);
  circle.bind(1);
  circle.write(0, "a.txt", text("one"));
  circle.run(20'000);
  tamper([](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM batch"));
    return query.run();
  });
  circle.meet();
  circle.run(30'000);
  EXPECT_EQ(stops(), 0u);
  expect_equal();
  circle.erase(1, "a.txt");
  circle.run(20'000);
  EXPECT_TRUE(circle.files(0).empty());
}

// A batch arrives for it at once, before its table is counted: the step is lost, and the next
// opening begins with the category.
TEST_F(DamagedRows, AnItemRow) {
  put(0, "note", "one");
  circle.run(10'000);
  ASSERT_EQ(shown(1, "note"), "one");
  circle.apart(true);
  put(0, "note", "two");
  circle.run(10'000);
  circle.apart(false);
  tamper(flip("SELECT cat, fold FROM item", "UPDATE item SET fold = ?2 WHERE cat = ?1", 0));
  circle.meet();
  circle.run(30'000);
  EXPECT_EQ(shown(1, "note"), "two");
  expect_equal();
  put(0, "note", "three");
  circle.run(10'000);
  EXPECT_EQ(shown(1, "note"), "three");
}

TEST_F(DamagedRows, ANumberThatNoWriterWrites) {
  put(0, "note", "one");
  put(1, "other", "one");
  circle.run(10'000);
  tamper([](store::Db& db) -> Result<> {
    for (const store::Sql sql : std::initializer_list<store::Sql>{
             "UPDATE batch SET first = -first", "UPDATE batch SET writer = 77 WHERE seq = 1"}) {
      TROTH_TRY(auto query, db.prepare(sql));
      TROTH_CHECK(query.run());
    }
    return {};
  });
  circle.meet();
  circle.run(60'000);
  EXPECT_LE(stops(), 1u);
  EXPECT_EQ(shown(1, "note"), "one");
  EXPECT_EQ(shown(1, "other"), "one");
  expect_equal();
}

// A command that meets it does as a question does: it says so, and the category is mended at once.
TEST_F(DamagedRows, AnItemRowThatACommandMeets) {
  put(0, "note", "one");
  circle.run(10'000);
  tamper(flip("SELECT cat, fold FROM item", "UPDATE item SET fold = ?2 WHERE cat = ?1", 0));
  auto& phone = circle.at(1);
  ASSERT_FALSE(phone.core().any_in_doubt());
  (void)circle.world.submit(phone,
                            DeleteItem{circle.category, files::item_of(circle.category, "note")});
  EXPECT_TRUE(phone.core().in_doubt(circle.category));
  circle.meet();
  circle.run(30'000);
  EXPECT_EQ(stops(), 0u);
  EXPECT_EQ(shown(1, "note"), "one");
  expect_equal();
}

// Whoever looks through what was set aside sees the others, and that there is one more.
TEST_F(DamagedRows, ABatchThatWaitsForReview) {
  set_aside({sync::Admit::park, Errc::above_cut}, sync::Outcome::parked);
  auto& phone = circle.at(1);
  tamper(flip("SELECT id, sealed FROM side", "UPDATE side SET sealed = ?2, kind = 3 WHERE id = ?1",
              100));
  for (int i = 0; i < 2; ++i) {
    const auto tray = phone.engine->query(SetAsideQuery{}, phone.at(circle.world.now()));
    ASSERT_TRUE(tray) << static_cast<int>(tray.error().code);
    ASSERT_EQ(tray->size(), 1u);
    EXPECT_EQ(tray->at(0).left, 0u);
    circle.run(10'000);
  }
  EXPECT_EQ(stops(), 0u);
  EXPECT_FALSE(phone.core().fatal());
}

// Only this device had it: it is told, and whatever else waits goes on.
TEST_F(DamagedRows, ADraft) {
  (void)circle.world.submit(circle.at(1), Pause{});
  put(1, "note", "lost");
  put(1, "other", "kept");
  circle.run(5000);
  ASSERT_EQ(shown(0, "other"), "(none)");
  tamper(flip("SELECT rowid, v FROM draft ORDER BY hlc", "UPDATE draft SET v = ?2 WHERE rowid = ?1",
              15));
  (void)circle.world.submit(circle.at(1), Resume{});
  circle.meet();
  circle.run(60'000);
  EXPECT_LE(stops(), 1u);
  EXPECT_EQ(shown(0, "other"), "kept");
  EXPECT_EQ(shown(0, "note"), "(none)");
  EXPECT_EQ(alerts(circle.at(1), "rows.drafts"), 1u);
  put(1, "note", "again");
  circle.run(10'000);
  EXPECT_EQ(shown(0, "note"), "again");
}

// The first lasting write of a run meets it: what that step had written is no state to keep.
TEST_F(DamagedRows, ANumberThatACommandMeetsFirst) {
  auto& phone = circle.at(1);
  (void)circle.world.submit(phone, Pause{});
  put(1, "note", "lost");
  put(1, "other", "kept");
  circle.run(5000);
  circle.apart(true);
  tamper([](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE draft SET field = -field WHERE hlc = (SELECT min(hlc) "
                                     "FROM draft)"));
    return query.run();
  });
  ASSERT_FALSE(phone.core().any_in_doubt()) << "not counted yet";
  put(1, "note", "again");
  circle.run(2000);
  circle.apart(false);
  for (int i = 0; i < 20 && !phone.up(); ++i) circle.run(500);
  ASSERT_TRUE(phone.up()) << "the home opens again";
  (void)circle.world.submit(phone, Resume{});
  circle.meet();
  circle.run(60'000);
  EXPECT_EQ(shown(0, "other"), "kept");
  put(1, "note", "once more");
  circle.run(10'000);
  EXPECT_EQ(shown(0, "note"), "once more");
}

}  // namespace
}  // namespace troth::device
