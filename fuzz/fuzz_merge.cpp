// Target: merging sequences of ops: any order, repetition and batching gives the same item.
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "sync/field.hpp"

namespace {

using namespace troth;
using namespace troth::sync;

struct NamedOp {
  std::string field;
  Op op;
};

// Three bytes an op: few fields, clocks, authors and leaves, so that they meet.
std::vector<NamedOp> parse(ByteView in) {
  std::vector<NamedOp> out;
  for (std::size_t at = 0; at + 3 <= in.size() && out.size() < 200; at += 3) {
    NamedOp one;
    one.field =
        (in[at] & 3) == 0 ? std::string(kAliveField) : std::string(1, "xyz"[(in[at] & 3) - 1]);
    one.op.rank.hlc.value = in[at] >> 2;
    one.op.rank.author.bytes[0] = in[at + 1];
    one.op.rank.leaf.bytes[0] = in[at + 2];
    // A leaf is a hash: the rank decides everything else about an op.
    one.op.at = {BatchSeq{one.op.rank.hlc.value}, in[at + 2]};
    one.op.dead = in[at + 2] % 2 == 0;
    out.push_back(std::move(one));
  }
  return out;
}

ItemState fold(const std::vector<NamedOp>& ops) {
  ItemState state;
  for (const auto& one : ops) {
    const auto merged = merge_into(state, one.field, one.op);
    FUZZ_REQUIRE(state.find(one.field) != nullptr);
    FUZZ_REQUIRE(!merged.superseded ||
                 merged.superseded->rank < state.find(one.field)->winner.rank);
    FUZZ_REQUIRE(!merged.changed || state.find(one.field)->winner == one.op);
  }
  return state;
}

}  // namespace

void fuzz(troth::ByteView in) {
  auto ops = parse(in);
  const auto expected = fold(ops);
  std::reverse(ops.begin(), ops.end());
  FUZZ_REQUIRE(fold(ops) == expected);
  if (ops.size() > 1)
    std::rotate(ops.begin(), ops.begin() + in[0] % static_cast<int>(ops.size()), ops.end());
  FUZZ_REQUIRE(fold(ops) == expected);
  const auto again = ops;  // everything twice
  ops.insert(ops.end(), again.begin(), again.end());
  FUZZ_REQUIRE(fold(ops) == expected);
  // Two halves merged apart and then joined, winner by winner.
  const auto middle = ops.begin() + static_cast<std::ptrdiff_t>(ops.size() / 3);
  auto left = fold({ops.begin(), middle});
  const auto right = fold({middle, ops.end()});
  for (const auto& field : right.fields) (void)merge_into(left, field.name, field.winner);
  FUZZ_REQUIRE(left == expected);
}

std::vector<troth::Bytes> fuzz_seeds() {
  return {{0x05, 1, 1, 0x05, 2, 1, 0x05, 1, 2}, {0x04, 1, 2, 0x08, 1, 3, 0x04, 2, 2, 0x0c, 1, 4}};
}
