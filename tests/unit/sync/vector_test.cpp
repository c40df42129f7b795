#include "sync/vector.hpp"

#include "sync/hlc.hpp"
#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

AuthorId a(std::uint8_t number) { return filled<AuthorId>(number); }
ChainHash chain(std::uint8_t number) { return filled<ChainHash>(number); }

TEST(Vector, MissingSaysExactlyWhatIsLacking) {
  const Vector mine{{a(1), {5, chain(1)}}, {a(2), {7, chain(2)}}};
  const Vector theirs{{a(1), {9, chain(3)}}, {a(2), {6, chain(4)}}, {a(3), {2, chain(5)}}};
  EXPECT_EQ(missing(mine, theirs), (std::vector<BatchRange>{{a(1), 5, 9}, {a(3), 0, 2}}));
  EXPECT_EQ(missing(theirs, mine), (std::vector<BatchRange>{{a(2), 6, 7}}));
  EXPECT_TRUE(missing(mine, mine).empty());
}

TEST(Vector, WireFormIsStrict) {
  const Vector vector{{a(1), {5, chain(1)}}, {a(2), {7, chain(2)}}};
  auto wire = to_wire(kNotes, vector);
  const auto decoded = wire::decode<WireVector>(wire::encode(wire));
  ASSERT_OK(decoded);
  EXPECT_EQ(*from_wire(*decoded), vector);
  std::swap(wire.entries[0], wire.entries[1]);
  EXPECT_ERR(from_wire(wire), Errc::bad_value);
  wire = to_wire(kNotes, vector);
  wire.entries[0].counter = 0;
  EXPECT_ERR(from_wire(wire), Errc::bad_value);
}

TEST(Vector, DigestsDifferWhenAnythingDiffers) {
  const Vector one{{a(1), {5, chain(1)}}};
  const Vector other{{a(1), {5, chain(2)}}};
  EXPECT_NE(digest(kNotes, one), digest(kNotes, other));
  EXPECT_NE(digest(kNotes, one), digest(kPhotos, one));
  using All = std::map<CategoryId, Vector>;
  EXPECT_EQ(digest(All{{kNotes, one}}), digest(All{{kNotes, one}, {kPhotos, {}}}));
  EXPECT_NE(digest(All{{kNotes, one}}), digest(All{{kPhotos, one}}));
}

TEST(HlcTest, OwnWritesAlwaysAdvance) {
  Hlc clock;
  for (const std::uint64_t ms : {100u, 100u, 90u, 0u, 101u, 5000u, 4000u}) {
    const auto next = Hlc::next(clock, {ms});
    EXPECT_GT(next, clock);
    clock = next;
  }
  const auto carried = Hlc::next({(100u << 16) | 0xffff}, {100});
  EXPECT_EQ(carried.wall().ms, 101u);
}

TEST(HlcTest, AClockFarAheadIsHiddenAndDoesNotDragOurs) {
  const auto ahead = Hlc::at({kNow.ms + limits::kClockSkewMs + 1});
  const auto near = Hlc::at({kNow.ms + limits::kClockSkewMs});
  EXPECT_FALSE(visible(ahead, kNow));
  EXPECT_TRUE(visible(near, kNow));
  const auto mine = Hlc::at(kNow);
  EXPECT_EQ(observe(mine, ahead, kNow), mine);
  EXPECT_EQ(observe(mine, near, kNow), near);
}

TEST(Types, AuthorsDifferByDeviceAndIncarnation) {
  const auto base = author_of(filled<DeviceId>(1), filled<Incarnation>(1));
  EXPECT_NE(base, author_of(filled<DeviceId>(2), filled<Incarnation>(1)));
  EXPECT_NE(base, author_of(filled<DeviceId>(1), filled<Incarnation>(2)));
}

TEST(Types, FieldNames) {
  EXPECT_TRUE(check_field_name("title").has_value());
  EXPECT_TRUE(check_field_name("größe").has_value());
  EXPECT_ERR(check_field_name(""), Errc::bad_name);
  EXPECT_ERR(check_field_name("a\nb"), Errc::bad_name);
  EXPECT_ERR(check_field_name("\xff"), Errc::bad_utf8);
}

}  // namespace
}  // namespace troth::sync
