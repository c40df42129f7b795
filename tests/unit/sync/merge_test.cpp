// The laws of merging: any order, repetition and batching of the same ops gives the same state.
#include <algorithm>

#include "sync/field.hpp"
#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

struct NamedOp {
  std::string field;
  Op op;
};

Op op(std::uint64_t hlc, std::uint8_t author, std::uint8_t leaf, bool dead = false) {
  Op out;
  out.rank = {Hlc{hlc}, filled<AuthorId>(author), {}};
  out.rank.leaf.bytes.fill(leaf);
  out.at = {BatchSeq{hlc}, leaf};
  out.dead = dead;
  return out;
}

// What an item becomes, with the ops that lost, as a set: both must not depend on the order.
struct Folded {
  ItemState state;
  std::vector<std::pair<std::string, Rank>> lost;
  friend bool operator==(const Folded&, const Folded&) = default;
};
Folded fold(const std::vector<NamedOp>& ops) {
  Folded out;
  for (const auto& one : ops) {
    const auto merged = merge_into(out.state, one.field, one.op);
    if (merged.superseded) out.lost.emplace_back(one.field, merged.superseded->rank);
  }
  std::sort(out.lost.begin(), out.lost.end());
  return out;
}

// Every combination of close ranks: ties in clock, ties in author, equal ops.
std::vector<NamedOp> small_ops() {
  std::vector<NamedOp> ops;
  for (std::uint64_t hlc = 1; hlc <= 2; ++hlc) {
    for (std::uint8_t author = 1; author <= 2; ++author) {
      ops.push_back({"a", op(hlc, author, 1)});
      ops.push_back({std::string(kAliveField), op(hlc, author, 2, author == 1)});
    }
  }
  return ops;
}

TEST(Merge, IsTheSameInEveryOrderOfSmallHistories) {
  const auto all = small_ops();
  std::size_t checked = 0;
  for (unsigned mask = 1; mask < (1u << all.size()); ++mask) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((mask >> i & 1) != 0) chosen.push_back(i);
    }
    if (chosen.size() > 5) continue;
    std::vector<NamedOp> ops;
    for (const auto i : chosen) ops.push_back(all[i]);
    const auto expected = fold(ops);
    do {
      ops.clear();
      for (const auto i : chosen) ops.push_back(all[i]);
      ASSERT_EQ(fold(ops), expected);
      ++checked;
    } while (std::next_permutation(chosen.begin(), chosen.end()));
  }
  EXPECT_GT(checked, 5000u);
}

TEST(Merge, FieldMergeIsCommutativeAssociativeIdempotent) {
  std::vector<Op> ops;
  for (const auto& one : small_ops()) ops.push_back(one.op);
  for (const auto& a : ops) {
    for (const auto& b : ops) {
      EXPECT_EQ(merge({"f", a}, b), merge({"f", b}, a));
      EXPECT_EQ(merge({"f", a}, a), (FieldState{"f", a}));
      for (const auto& c : ops) {
        const auto left = merge(merge({"f", a}, b), c);
        const auto right = merge({"f", a}, merge({"f", b}, c).winner);
        EXPECT_EQ(left, right);
      }
    }
  }
}

TEST(Merge, RandomHistoriesWithRepetitionConverge) {
  SeededRng rng(11);
  for (int round = 0; round < 300; ++round) {
    std::vector<NamedOp> ops;
    const auto count = 1 + rng.below(40);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string field = rng.below(3) == 0
                                    ? std::string(kAliveField)
                                    : std::string(1, static_cast<char>('a' + rng.below(4)));
      ops.push_back({field, op(rng.below(20), static_cast<std::uint8_t>(rng.below(4)),
                               static_cast<std::uint8_t>(rng.below(250)), rng.below(2) == 0)});
    }
    // Two ops with one rank and different contents do not exist: the leaf is a hash.
    for (auto& one : ops) one.op.dead = one.op.rank.leaf.bytes[0] % 2 == 0;
    for (auto& one : ops) one.op.at = {};
    const auto expected = fold(ops).state;
    for (int order = 0; order < 10; ++order) {
      auto shuffled = ops;
      for (std::size_t i = 0; i < ops.size() / 2; ++i)
        shuffled.push_back(ops[rng.below(ops.size())]);
      for (std::size_t i = shuffled.size(); i > 1; --i) {
        std::swap(shuffled[i - 1], shuffled[rng.below(i)]);
      }
      ASSERT_EQ(fold(shuffled).state, expected);
    }
  }
}

// Planted bug of research: "a delete loses" is no total order. Here it stands in the same order.
TEST(Merge, DeletesStandInTheSameOrderAsWrites) {
  ItemState item;
  (void)merge_into(item, kAliveField, op(5, 1, 1, true));
  (void)merge_into(item, "title", op(9, 2, 2));
  EXPECT_FALSE(item.alive());  // a later edit is no undelete
  (void)merge_into(item, kAliveField, op(4, 3, 3, false));
  EXPECT_FALSE(item.alive());  // an older undelete loses
  (void)merge_into(item, kAliveField, op(6, 1, 4, false));
  EXPECT_TRUE(item.alive());
}

// An item keeps its first names: the same ones in any order, and always whether it is alive.
TEST(Merge, WhichNamesAnItemKeepsDoesNotDependOnTheOrder) {
  const auto name = [](std::size_t i) { return "b" + std::to_string(100'000 + i); };
  ItemState full;
  for (std::size_t i = 0; i < limits::kItemNames; ++i)
    full.fields.push_back({name(2 * i), op(1, 1, 1)});
  std::vector<NamedOp> more{{std::string(kAliveField), op(2, 1, 1, true)}};
  for (std::size_t i = 0; i < 40; ++i) more.push_back({name(i * 1500), op(2, 1, 1)});
  std::vector<ItemState> ends;
  for (int order = 0; order < 4; ++order) {
    auto item = full;
    if (order == 1) std::reverse(more.begin(), more.end());
    if (order == 2) std::rotate(more.begin(), more.begin() + 17, more.end());
    for (const auto& one : more) {
      (void)merge_into(item, one.field, one.op);
      if (order != 3) keep_first_names(item);
    }
    keep_first_names(item);
    ends.push_back(item);
  }
  for (const auto& end : ends) {
    EXPECT_EQ(end.fields.size(), limits::kItemNames);
    EXPECT_FALSE(end.alive());
    EXPECT_TRUE(end.fields == ends[0].fields);
  }
}

}  // namespace
}  // namespace troth::sync
