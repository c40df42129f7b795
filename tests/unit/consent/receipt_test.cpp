// Spec 06 §7.1: a receipt is believed for what devices signed, and for nothing else.
#include "consent/receipt.hpp"

#include <gtest/gtest.h>

#include "circle_world.hpp"

namespace troth::consent {
namespace {

namespace test = circle::test;

// Device 0 shares with device 1, which accepts; then 1 is done with it.
struct Receipts : ::testing::Test {
  test::World world{true};
  std::vector<EntryId> ids;
  CategoryId notes;
  circle::GrantRef grant;
  EntryId own;  // the newest of device 0

  void SetUp() override {
    ids.push_back(world.genesis(0));
    circle::CategoryCreate create;
    create.name = "notes";
    create.terms = terms(0);
    add(0, create);
    notes = circle::category_id(ids.back());
    add(0, circle::DeviceAdd{test::actor(1).descriptor, {}, {}});
    auto shared = terms(1);
    shared.category = notes;
    add(0, circle::Grant{shared});
    grant = {ids.back(), 0};
    own = ids.back();
    add(1, circle::Accept{grant.entry, {0}, {}, {}});
  }
  static circle::GrantTerms terms(std::size_t whom) {
    circle::GrantTerms out;
    out.subject = test::actor(whom).id;
    out.purpose = "Write on the way.";
    out.until = WallMs{9000};
    return out;
  }
  void add(std::size_t who, const circle::Payload& payload) {
    ids.push_back(world.add(who, payload, {ids.back()}));
  }
  // Something that a newer device 0 says.
  void add_unknown(std::size_t bytes, bool critical) {
    circle::EntryBody body;
    body.kind = static_cast<circle::Kind>(200);
    body.critical = critical;
    body.payload = Bytes(bytes, 7);
    body.circle = circle::circle_id(world.first());
    body.author = test::actor(0).id;
    body.at = WallMs{1000};
    body.prev = own;
    body.parents = {ids.back()};
    if (own != ids.back()) body.parents.push_back(own);
    std::sort(body.parents.begin(), body.parents.end());
    ids.push_back(world.write(std::move(body), circle::Opaque{}));
    own = ids.back();
  }
  [[nodiscard]] std::vector<circle::Entry> entries() const {
    std::vector<circle::Entry> out;
    for (const auto& id : ids) out.push_back(world.entry(id));
    return out;
  }
  [[nodiscard]] circle::Log log() const { return circle::Log::restore(entries()).value(); }
  [[nodiscard]] Receipt parts(std::uint64_t now = 2000) const {
    return wire::decode<Receipt>(make_receipt(log(), grant, WallMs{now}).value().bytes).value();
  }
  static Errc refused(const Receipt& receipt) {
    const auto proven = check_receipt(wire::encode(receipt));
    return proven ? Errc{} : proven.error().code;
  }
};

TEST_F(Receipts, ProveTheRecordAndTheNamesOfTheLog) {
  const auto proven = check_receipt(make_receipt(log(), grant, WallMs{2000}).value().bytes);
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->at.ms, 2000u);
  EXPECT_EQ(proven->record.state, RecordState::given);
  EXPECT_EQ(to_json_ld(proven->record),
            to_json_ld(consent_record(log(), grant, WallMs{2000}).value()));
  EXPECT_EQ(proven->log.view().category(notes)->name, "notes");
}

TEST_F(Receipts, TellOfAnEndByTimeAndOfAnEndByEntry) {
  EXPECT_EQ(check_receipt(wire::encode(parts(9000)))->record.state, RecordState::expired);
  add(1, circle::Withdraw{test::actor(1).id, notes, Direction::both, {}});
  EXPECT_EQ(check_receipt(wire::encode(parts()))->record.state, RecordState::withdrawn);
}

// No byte can be changed so that it says something else and is believed. The moment is the maker's
// word alone, and which of the log's grants is meant is the reader's to look at.
TEST_F(Receipts, NoChangedByteOfAnEntryIsBelieved) {
  const Bytes good = make_receipt(log(), grant, WallMs{2000}).value().bytes;
  Receipt none{1, grant, WallMs{2000}, {}};
  const std::size_t head = wire::encode(none).size();  // up to the entries
  for (std::size_t at = head; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(check_receipt(bad)) << at;
  }
}

TEST_F(Receipts, AreRefusedWithoutAllOfTheirLog) {
  for (std::size_t gone = 0; gone < ids.size(); ++gone) {
    auto receipt = parts();
    receipt.entries.erase(receipt.entries.begin() + static_cast<std::ptrdiff_t>(gone));
    if (gone + 1 == ids.size()) {
      // Without the accept it is the receipt of an offer: what it leaves out, nobody can see.
      EXPECT_EQ(check_receipt(wire::encode(receipt))->record.state, RecordState::requested);
    } else {
      EXPECT_EQ(refused(receipt), Errc::bad_entry) << gone;
    }
  }
  auto empty = parts();
  empty.entries.clear();
  EXPECT_EQ(refused(empty), Errc::bad_entry);
}

TEST_F(Receipts, AreRefusedWithEntriesThatNobodyOfTheCircleSigned) {
  auto receipt = parts();
  receipt.entries.push_back(receipt.entries.back());
  EXPECT_EQ(refused(receipt), Errc::bad_entry) << "one entry twice";
  receipt = parts();
  add(2, circle::Ack{});  // a stranger
  receipt.entries.push_back(world.entry(ids.back()));
  EXPECT_EQ(refused(receipt), Errc::bad_entry);
}

// Two devices end it before they meet: each log has the two ends in another order.
TEST_F(Receipts, AreTheSameFromEveryDevice) {
  const auto agreed = ids.back();
  const auto by_hand = circle::Withdraw{test::actor(1).id, notes, Direction::both, {}};
  const auto here = world.add(0, by_hand, {agreed}, 3000);
  const auto there = world.add(1, by_hand, {agreed}, 2500);
  const auto gone = world.remove(0, 1, {here, there});
  std::vector<std::string> told;
  for (const auto& [first, second] : {std::pair(here, there), std::pair(there, here)}) {
    auto of_one = log();
    for (const auto& id : {first, second, gone}) {
      const auto& entry = world.entry(id);
      ASSERT_EQ(of_one.offer(std::span(&entry, 1)).admitted.size(), 1u);
    }
    const auto made = make_receipt(of_one, grant, WallMs{4000});
    ASSERT_TRUE(made);
    told.push_back(to_json_ld(consent_record(of_one, grant, WallMs{4000}).value()));
    EXPECT_EQ(told.back(), to_json_ld(made->proven.record));
    const auto& events = made->proven.record.events;
    ASSERT_EQ(events.size(), 4u) << "the removal behind the first end is of no consequence";
    EXPECT_EQ(events[2].entry, there);
    EXPECT_EQ(events[3].entry, here);
  }
  EXPECT_EQ(told[0], told[1]);
}

TEST_F(Receipts, MayBeLongAndHaveABound) {
  while (ids.size() < 24) add_unknown(60 * 1024, false);
  const auto made = make_receipt(log(), grant, WallMs{2000});
  ASSERT_TRUE(made) << static_cast<int>(made.error().code);
  EXPECT_GT(made->bytes.size(), limits::kMessageBytes);
  EXPECT_TRUE(check_receipt(made->bytes));
  while (ids.size() < 48) add_unknown(60 * 1024, false);
  EXPECT_EQ(make_receipt(log(), grant, WallMs{2000}).error().code, Errc::too_long);
}

TEST_F(Receipts, OfALogThatNeedsANewerTrothAreRefused) {
  auto receipt = parts();
  add_unknown(1, true);
  receipt.entries.push_back(world.entry(ids.back()));
  EXPECT_EQ(refused(receipt), Errc::unsupported);
}

TEST_F(Receipts, OfAnotherVersionOrAnotherGrantAreRefused) {
  auto receipt = parts();
  receipt.version = 2;
  EXPECT_EQ(refused(receipt), Errc::unknown_version);
  receipt = parts();
  receipt.grant.index = 1;
  EXPECT_EQ(refused(receipt), Errc::not_found);
  EXPECT_EQ(make_receipt(log(), receipt.grant, WallMs{2000}).error().code, Errc::not_found);
  EXPECT_EQ(check_receipt(Bytes(limits::kReceiptBytes + 1, 0)).error().code, Errc::too_long);
}

}  // namespace
}  // namespace troth::consent
