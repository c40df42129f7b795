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
  [[nodiscard]] std::vector<circle::Entry> entries() const {
    std::vector<circle::Entry> out;
    for (const auto& id : ids) out.push_back(world.entry(id));
    return out;
  }
  [[nodiscard]] circle::Log log() const { return circle::Log::restore(entries()).value(); }
  [[nodiscard]] Receipt parts(std::uint64_t now = 2000) const {
    return wire::decode<Receipt>(make_receipt(log(), grant, WallMs{now}).value()).value();
  }
  static Errc refused(const Receipt& receipt) {
    const auto proven = check_receipt(wire::encode(receipt));
    return proven ? Errc{} : proven.error().code;
  }
};

TEST_F(Receipts, ProveTheRecordAndTheNamesOfTheLog) {
  const auto proven = check_receipt(make_receipt(log(), grant, WallMs{2000}).value());
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
  const Bytes good = make_receipt(log(), grant, WallMs{2000}).value();
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
