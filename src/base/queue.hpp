// BoundedQueue<T, Max>: a first-in first-out queue that refuses instead of growing without end.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "troth/result.hpp"

namespace troth {

template <class T, std::size_t Max>
class BoundedQueue {
 public:
  [[nodiscard]] Result<> push(T value) {
    if (items_.size() >= Max) return fail(Errc::limit);
    items_.push_back(std::move(value));
    return {};
  }
  [[nodiscard]] std::optional<T> pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    return value;
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] bool full() const { return items_.size() >= Max; }
  void clear() { items_.clear(); }

 private:
  std::deque<T> items_;
};

}  // namespace troth
