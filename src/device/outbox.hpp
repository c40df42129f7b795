// Outbox: what a step caused. Nothing in it can be taken before the step was committed (design 2).
#pragma once

#include <deque>
#include <optional>

#include "base/plant.hpp"
#include "troth/event.hpp"

namespace troth::device {

class Outbox {
 public:
  void emit(Event event) { pending_events_.push_back(std::move(event)); }
  void request(Effect effect) { pending_effects_.push_back(std::move(effect)); }
  void committed() {
    for (auto& event : pending_events_) events_.push_back(std::move(event));
    for (auto& effect : pending_effects_) effects_.push_back(std::move(effect));
    pending_events_.clear();
    pending_effects_.clear();
  }
  [[nodiscard]] bool anything_pending() const {
    return !pending_events_.empty() || !pending_effects_.empty();
  }
  [[nodiscard]] std::optional<Event> next_event() { return take(events_); }
  [[nodiscard]] std::optional<Effect> next_effect() { return take(effects_); }

 private:
  template <class T>
  static std::optional<T> take(std::deque<T>& queue) {
    if (queue.empty()) return std::nullopt;
    std::optional<T> out(std::move(queue.front()));
    queue.pop_front();
    return out;
  }
  std::deque<Event> pending_events_, events_;
  std::deque<Effect> pending_effects_, effects_;
};

}  // namespace troth::device
