// The ops of a batch, item by item in the order of ids: one read and one write an item, next to
// each other.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>

#include "sync/batch.hpp"

namespace troth::sync {

// visit(std::span<const std::uint32_t>) -> Result<>: the indexes of one item's ops, ascending.
template <class Visit>
[[nodiscard]] Result<> each_item(const OpenBatch& batch, Visit&& visit) {
  std::vector<std::uint32_t> order(batch.ops.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return batch.ops[a].item < batch.ops[b].item;
  };
  if (!std::is_sorted(order.begin(), order.end(), before)) {
    std::stable_sort(order.begin(), order.end(), before);
  }
  for (std::size_t at = 0; at < order.size();) {
    std::size_t end = at + 1;
    while (end < order.size() && !before(order[at], order[end])) ++end;
    TROTH_CHECK(visit(std::span<const std::uint32_t>(order).subspan(at, end - at)));
    at = end;
  }
  return {};
}

}  // namespace troth::sync
