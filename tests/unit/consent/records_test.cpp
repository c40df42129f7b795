#include "consent/records.hpp"

#include <gtest/gtest.h>

#include "tests/unit/consent/ledger.hpp"

namespace troth::consent {
namespace {

struct Records : ::testing::Test {
  Ledger l{3};
  CategoryId notes = l.create(0);
  ConsentRecord record(const EntryId& grant) {
    return consent_record(*l.log, {grant, 0}, l.now).value();
  }
};

TEST_F(Records, TellTheWholeStoryInOrder) {
  const auto grant = l.offer(0, l.terms(1, notes, Direction::both));
  EXPECT_EQ(record(grant).state, RecordState::requested);
  l.now.ms += 1000;
  const auto accept = l.accept(1, grant);
  EXPECT_EQ(record(grant).state, RecordState::given);
  l.now.ms += 1000;
  const auto end = l.write(1, circle::Withdraw{l.ids[1], notes, Direction::both, {}});
  const auto r = record(grant);
  EXPECT_EQ(r.state, RecordState::withdrawn);
  ASSERT_EQ(r.events.size(), 3u);
  EXPECT_EQ(r.events[0].entry, grant);
  EXPECT_EQ(r.events[0].by, l.ids[0]);
  EXPECT_EQ(r.events[1].entry, accept);
  EXPECT_EQ(r.events[1].by, l.ids[1]);
  EXPECT_EQ(r.events[2].entry, end);
  EXPECT_EQ(r.events[2].at.ms, l.now.ms);
  // The next consent is a record of its own, that the old withdrawal is no part of.
  const auto again = l.grant(0, l.terms(1, notes, Direction::both), 1);
  EXPECT_EQ(record(again).state, RecordState::given);
  EXPECT_EQ(record(again).events.size(), 2u);
  EXPECT_NE(record(again).id, r.id);
}

TEST_F(Records, AnEndByTimeShowsAsExpired) {
  auto terms = l.terms(1, notes, Direction::both);
  terms.until = WallMs{l.now.ms + 10};
  const auto grant = l.grant(0, terms, 1);
  l.now.ms += 10;
  EXPECT_EQ(record(grant).state, RecordState::expired);
  EXPECT_EQ(record(grant).events.size(), 2u);
  l.write(0, circle::Expire{{{grant, 0}}, {}});
  EXPECT_EQ(record(grant).state, RecordState::expired);
  EXPECT_EQ(record(grant).events.size(), 3u);
}

TEST_F(Records, TheWordsCanBeProvenAndOtherWordsCannot) {
  const auto grant = l.grant(0, l.terms(1, notes, Direction::both), 1);
  const auto r = record(grant);
  const auto words = proven_notice(r, Ledger::words(Direction::both));
  ASSERT_TRUE(words);
  EXPECT_EQ(words->question, "Share \"notes\" with Ada's device \"Phone\"?");
  EXPECT_EQ(proven_notice(r, Ledger::words(Direction::receive)).error().code,
            Errc::commitment_mismatch);
}

TEST_F(Records, ExportIsStableJsonWithoutNames) {
  auto terms = l.terms(1, notes, Direction::receive);
  terms.until = WallMs{1'900'000'000'000};
  const auto grant = l.grant(0, terms, 1);
  const auto text = to_json_ld(record(grant));
  EXPECT_EQ(text, to_json_ld(record(grant)));
  for (const auto* part : {"\"@context\":\"https://w3id.org/dpv\"",
                           "\"@type\":\"dpv:ConsentRecord\"", "\"dct:language\":\"en\"",
                           "dpv:ConsentGiven", "\"dpv:hasDuration\":\"2030-03-17T17:46:40Z\"",
                           "\"dpv:hasProcessing\":[\"dpv:Store\",\"dpv:Copy\"]"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("Ada"), std::string::npos);
  EXPECT_EQ(text.find("Phone"), std::string::npos);
}

// Whoever keeps a record compares it with one that is made later: these bytes stay.
TEST_F(Records, WhatEveryRecordSaysAlikeStaysWordForWord) {
  const auto text = to_json_ld(record(l.grant(0, l.terms(1, notes, Direction::both), 1)));
  for (const auto* part :
       {"\"dpv:hasStorageCondition\":\"on the recipient device, encrypted on the way\"",
        "\"dpv:hasDataController\":\"the person who granted it\"",
        "\"dpv:hasLegalBasis\":\"dpv:Consent\"", "\"dpv:hasJurisdiction\":\"unspecified\"",
        "\"dpv:hasWithdrawalMethod\":\"troth withdraw CATEGORY DEVICE, on any device, also "
        "offline\"",
        "\"dpv:hasDuration\":\"until withdrawn\""}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST_F(Records, AnUnknownGrantIsNotFound) {
  EXPECT_EQ(consent_record(*l.log, {EntryId{{1}}, 0}, l.now).error().code, Errc::not_found);
}

}  // namespace
}  // namespace troth::consent
