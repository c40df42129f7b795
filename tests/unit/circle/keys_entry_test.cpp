// Rules 1 and 7 for `keys`: who may write them, for whom, and from when on.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class KeysEntry : public ::testing::Test {
 protected:
  void SetUp() override { home.by(0, Keys{{first}, {}, {}}); }
  Reason may(std::size_t who, const Keys& keys) { return home.may(who, keys); }
  EpochName name(const EpochDef& def) { return {def.category, def.id()}; }

  Home home{4};
  CategoryId papers = home.category(0);
  EpochDef first = epoch(papers, 1);
};

TEST_F(KeysEntry, NotByADeviceThatNeverHeldTheCategory) {
  EXPECT_EQ(may(1, {{epoch(papers, 2)}, {}, {}}), Reason::not_a_holder) << "no grant";
  home.give(0, terms(1, papers));
  EXPECT_EQ(may(1, {{epoch(papers, 2)}, {}, {}}), Reason::not_a_holder) << "a grant, no key";
  home.by(0, Keys{{}, {name(first)}, {box(1, {{0, true}})}});
  EXPECT_EQ(may(1, {{epoch(papers, 2)}, {}, {}}), Reason::ok);
  home.by(1, withdrawal(1, papers));
  EXPECT_EQ(may(1, {{epoch(papers, 2)}, {}, {}}), Reason::not_a_holder) << "a key, no grant";
}

TEST_F(KeysEntry, OfTheSameCategoryOnly) {
  const auto letters = home.category(2, "letters");
  home.by(2, Keys{{epoch(letters, 1, 7)}, {}, {}});
  EXPECT_EQ(may(2, {{epoch(letters, 2, 7), epoch(papers, 2)}, {}, {}}), Reason::not_a_holder);
  CategoryId nobodys;
  nobodys.bytes[0] = 1;
  EXPECT_EQ(may(0, {{epoch(nobodys, 1)}, {}, {}}), Reason::unknown_category);
}

TEST_F(KeysEntry, ToNobodyWhoIsNotEntitled) {
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, false}})}}),
            Reason::recipient_not_entitled);
  const EntryId offered = home.by(0, Grant{terms(1, papers)});
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, false}})}}),
            Reason::recipient_not_entitled)
      << "not accepted";
  home.by(1, Accept{offered, {0}, {}, {}});
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, false}})}}), Reason::ok);
  home.by(2, removal(1));
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, false}})}}),
            Reason::recipient_not_entitled)
      << "removed";
}

// It may leave somebody out: denying needs less than allowing.
TEST_F(KeysEntry, LeavingOutIsAllowed) {
  home.give(0, terms(1, papers));
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {}}), Reason::ok);
}

TEST_F(KeysEntry, ADeviceFromNowOnGetsNoEarlierEpochAndNoHistory) {
  home.give(0, terms(1, papers, Direction::both, History::from_now));
  EXPECT_EQ(may(0, {{}, {name(first)}, {box(1, {{0, false}})}}), Reason::from_now_too_early);
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, true}})}}), Reason::history_not_granted);
  EXPECT_EQ(may(0, {{epoch(papers, 2)}, {}, {box(1, {{0, false}})}}), Reason::ok);
  const auto second = epoch(papers, 2);
  home.by(0, Keys{{second}, {}, {}});
  EXPECT_EQ(may(0, {{}, {name(second)}, {box(1, {{0, false}})}}), Reason::ok)
      << "made after its accept";
}

// Beside the accept is not after it: the maker did not know of the consent.
TEST_F(KeysEntry, AnEpochMadeBesideTheAcceptIsTooEarly) {
  const EntryId grant = home.by(0, Grant{terms(1, papers, Direction::both, History::from_now)});
  const auto beside = epoch(papers, 2);
  const auto before = home.heads();
  home.take({home.world.add(1, Accept{grant, {0}, {}, {}}, before),
             home.world.add(0, Keys{{beside}, {}, {}}, before)});
  EXPECT_EQ(may(0, {{}, {name(beside)}, {box(1, {{0, false}})}}), Reason::from_now_too_early);
}

TEST_F(KeysEntry, NumbersAndPredecessorsAreChecked) {
  EXPECT_EQ(may(0, {{first}, {}, {}}), Reason::epoch_exists);
  EXPECT_EQ(may(0, {{epoch(papers, 3)}, {}, {}}), Reason::bad_epoch_number);
  EXPECT_EQ(may(0, {{epoch(papers, 2, 1, {{1, {}}})}, {}, {}}), Reason::unknown_epoch);
  EXPECT_EQ(may(0, {{epoch(papers, 1, 9, {first.id()})}, {}, {}}), Reason::bad_epoch_number);
  EXPECT_EQ(may(0, {{epoch(papers, 2, 1, {first.id()})}, {}, {}}), Reason::ok);
  EXPECT_EQ(may(0, {{}, {name(epoch(papers, 2))}, {}}), Reason::unknown_epoch);
}

// The key has left, also where the entry does not count (rule 0).
TEST_F(KeysEntry, AHoldersBoxCountsAsARecipientEvenInAnInvalidEntry) {
  const EntryId bad =
      home.world.add(0, Keys{{}, {name(first)}, {box(1, {{0, false}})}}, home.heads());
  home.take({home.world.ack(2, {bad})});
  ASSERT_EQ(home.log.birth(bad), Reason::recipient_not_entitled);
  const auto* info = home.log.view().epoch(papers, first.id());
  ASSERT_NE(info, nullptr);
  EXPECT_TRUE(info->recipients.contains(actor(1).id));
  EXPECT_FALSE(info->given(actor(1).id)) << "it does not open such a box, so it still needs one";
  EXPECT_TRUE(home.log.view().boxes_for(actor(1).id).empty());
  home.give(0, terms(1, papers));
  home.by(0, Keys{{}, {name(first)}, {box(1, {{0, true}})}});
  EXPECT_EQ(home.log.view().epoch(papers, first.id())->given(actor(1).id), Given::history);
  EXPECT_EQ(home.copy().view().epoch(papers, first.id())->given(actor(1).id), Given::history);
}

// Whoever never held a key cannot make an epoch look unclean.
TEST_F(KeysEntry, AStrangersBoxDoesNot) {
  const EntryId bad =
      home.world.add(3, Keys{{}, {name(first)}, {box(1, {{0, false}})}}, home.heads());
  home.take({home.world.ack(2, {bad})});
  ASSERT_EQ(home.log.birth(bad), Reason::not_a_holder);
  EXPECT_FALSE(home.log.view().epoch(papers, first.id())->recipients.contains(actor(1).id));
}

TEST_F(KeysEntry, AnEpochOfARemovedAuthorThatNobodySawIsVoid) {
  home.give(0, terms(1, papers));
  home.by(0, Keys{{}, {name(first)}, {box(1, {{0, true}})}});
  const auto before = home.heads();
  const auto second = epoch(papers, 2);
  home.take({home.world.add(1, Keys{{second}, {}, {}}, before)});
  home.take({home.world.remove(0, 1, before)});
  ASSERT_NE(home.log.view().epoch(papers, second.id()), nullptr);
  EXPECT_TRUE(home.log.view().epoch(papers, second.id())->is_void);
  EXPECT_FALSE(home.log.view().epoch(papers, first.id())->is_void);
}

}  // namespace
}  // namespace troth::circle::test
