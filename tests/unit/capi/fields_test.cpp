// Every kind that crosses the C interface comes back as the same bytes, and spec 14 says so.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/capi/lists.hpp"

// Text keys are static in an engine; what a test reads lives until the test ends.
troth::Result<const char*> troth::wire::Codec<const char*>::get(Reader& r, Bound bound) {
  static std::set<std::string, std::less<>> kept;
  TROTH_TRY(const auto view, r.text(bound.max));
  return kept.emplace(view).first->c_str();
}

namespace troth::capi_test {
namespace {

template <class Variant, class T>
void round_trip() {
  T full{};
  fill(full, 1);
  for (const Variant& value : {Variant(full), Variant(T{})}) {
    const auto bytes = wire::encode(value);
    EXPECT_EQ(wire::encoded_size(value), bytes.size());
    const auto back = wire::decode<Variant>(bytes);
    ASSERT_TRUE(back.has_value()) << short_name<T>() << " " << to_hex(bytes);
    EXPECT_TRUE(std::holds_alternative<T>(*back));
    EXPECT_EQ(wire::encode(*back), bytes) << short_name<T>();
  }
  if constexpr (!std::is_empty_v<T>) {
    EXPECT_NE(wire::encode(full), wire::encode(T{})) << short_name<T>();
  }
}

template <class Variant, class... K>
std::size_t all_round_trip(wire::KindList<K...>*) {
  (round_trip<Variant, typename K::Type>(), ...);
  return sizeof...(K);
}
template <class Variant>
std::size_t all_round_trip() {
  return all_round_trip<Variant>(static_cast<typename wire::KindsOf<Variant>::type*>(nullptr));
}

template <class T>
void answer_round_trip() {
  T full{};
  fill(full, 1);
  const auto bytes = wire::encode(full);
  wire::Reader reader(bytes);
  const auto back = wire::Codec<T>::get(reader, {wire::kAny, wire::kAny});
  ASSERT_TRUE(back.has_value() && reader.done().has_value()) << to_hex(bytes);
  EXPECT_EQ(wire::encode(*back), bytes);
}
template <class... Q>
void answers_round_trip(const std::variant<Q...>*) {
  (answer_round_trip<typename Q::Answer>(), ...);
}

TEST(CapiFields, EveryKindComesBackAsTheSameBytes) {
  EXPECT_EQ(all_round_trip<Command>(), 29u);
  EXPECT_EQ(all_round_trip<Query>(), 16u);
  EXPECT_EQ(all_round_trip<Answer>(), 7u);
  EXPECT_EQ(all_round_trip<FolderReport>(), 3u);
  EXPECT_EQ(all_round_trip<Event>(), 17u);
  EXPECT_EQ(all_round_trip<Effect>(), 14u);
}

TEST(CapiFields, EveryAnswerToAQueryComesBackAsTheSameBytes) {
  answers_round_trip(static_cast<const Query*>(nullptr));
  answer_round_trip<Config>();
  answer_round_trip<Link>();
}

// Bytes of version 1 of the interface, written down once: a program compiled then still works.
TEST(CapiFields, BytesAreFrozen) {
  EXPECT_EQ(to_hex(wire::encode(Command(InitDevice{"a", "b", "c", "d", true}))),
            "8201a501616102616203616304616405f5");
  EXPECT_EQ(to_hex(wire::encode(Query(AuditQuery{7, 256}))), "820da2010702190100");
  EXPECT_EQ(to_hex(wire::encode(Event(Failed{Ticket{5}, Errc::no_grant, "x"}))),
            "8202a301050218ca036178");
  EXPECT_EQ(to_hex(wire::encode(Answer(GuardSaved{}))), "8205a0");
  PerformKeyOperation ask{Ticket{1}, {KeyOp::approve, {9}, "w"}, Ticket{2}};
  EXPECT_EQ(to_hex(wire::encode(Effect(ask))),
            "8201a3010102a30103024109036177"
            "0302");
}

TEST(CapiFields, SignedNumbersAlternate) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "00"}, {-1, "01"}, {1, "02"}, {-2, "03"}, {INT64_MIN, "1bffffffffffffffff"}};
  for (const auto& [value, hex] : cases) {
    EXPECT_EQ(to_hex(wire::encode(value)), hex);
    EXPECT_EQ(wire::decode<std::int64_t>(*from_hex(hex)).value(), value);
  }
}

TEST(CapiFields, WrongFormsHaveTheirOwnErrors) {
  const auto code = [](const char* hex) {
    return wire::decode<Command>(*from_hex(hex)).error().code;
  };
  EXPECT_EQ(code("821863a0"), Errc::unknown_kind);  // 99
  EXPECT_EQ(code("8200a0"), Errc::unknown_kind);
  EXPECT_EQ(code("810a"), Errc::missing_field);  // no body
  EXPECT_EQ(code("830aa000"), Errc::too_long);   // three elements
  EXPECT_EQ(code("820aa000"), Errc::trailing_bytes);
  EXPECT_EQ(code("820aa10100"), Errc::unknown_field);  // LeaveCircle has no field
  EXPECT_EQ(code("821818a0"), Errc::missing_field);    // Pause without for_ms
  InitDevice longest{std::string(limits::kNameBytes, 'n'), "", "", "", false};
  EXPECT_TRUE(wire::decode<Command>(wire::encode(Command(longest))).has_value());
  longest.name += 'n';
  EXPECT_EQ(wire::decode<Command>(wire::encode(Command(longest))).error().code, Errc::too_long);
  EXPECT_EQ(wire::decode<Answer>(*from_hex("8204a101190fa0")).error().code, Errc::bad_value);
}

TEST(CapiFields, ThePageHasTheTablesOfTheLists) {
  std::ifstream file(std::string(TROTH_SOURCE_DIR) + "/docs/spec/14-capi.md");
  std::ostringstream text;
  text << file.rdbuf();
  const auto parts = row_of<ShareTerms>() + row_of<FieldValue>() + row_of<FileStat>() +
                     row_of<KeyRequest>() + row_of<OfferedCategory>();
  const auto answers =
      row_of<IdentityQuery::Answer>() + row_of<DeviceInfo>() + row_of<CategoryInfo>() +
      row_of<GrantInfo>() + row_of<OfferInfo>() + row_of<FileFacts>() + row_of<ItemInfo>() +
      row_of<InspectInfo>() + row_of<SetAsideInfo>() + row_of<FilesOnTheWay>() +
      row_of<PeerInfo>() + row_of<LeftAlone>() + row_of<FolderInfo>() + row_of<ClassQueue>() +
      row_of<StatusQuery::Answer>() + row_of<AlertInfo>() + row_of<FactInfo>() +
      row_of<AuditCheckQuery::Answer>() + row_of<ReceiptFacts>() + row_of<ReceiptQuery::Answer>();
  for (const auto& table :
       {row_of<Config>() + row_of<Link>(), rows<Command>(), rows<Event>(), rows<Effect>(),
        rows<Answer>(), rows<FolderReport>(), rows<Query>(), answers, parts}) {
    EXPECT_NE(text.str().find(table), std::string::npos) << "the page lacks:\n" << table;
  }
}

}  // namespace
}  // namespace troth::capi_test
