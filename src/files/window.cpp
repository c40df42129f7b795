#include "files/window.hpp"

#include <algorithm>

namespace troth::files {

std::optional<ChunkRow> Window::ask(const DeviceId& source, const May& may) {
  if (lacks(source)) return std::nullopt;
  for (std::size_t i = 0;; ++i) {
    if (i == slots_.size()) {
      if (next_ + i == list_.size()) return std::nullopt;
      const auto row = list_.at(next_ + i);
      if (bytes_ > 0 && bytes_ + row.length > limits::kWindowBytes) return std::nullopt;
      bytes_ += row.length;
      const bool copy = std::any_of(slots_.begin(), slots_.end(),
                                    [&](const Slot& slot) { return slot.row.id == row.id; });
      slots_.push_back({row, {}, copy, false, {}});
      // A repeated chunk that is here already serves at once.
      for (const auto& slot : slots_) {
        if (!copy || !slot.here || slot.row.id != row.id) continue;
        slots_.back().data = slot.data;
        slots_.back().here = true;
        break;
      }
    }
    auto& slot = slots_[i];
    if (slot.copy || slot.here || slot.asked || !may(slot.row.id)) continue;
    slot.asked = source;
    return slot.row;
  }
}

bool Window::fits(const ChunkId& id, std::size_t size) const {
  return std::all_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.row.id != id || slot.here || slot.row.length == size;
  });
}

bool Window::take(const ChunkId& id, Bytes plain) {
  const bool wanted = std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.row.id == id && slot.asked && !slot.here;
  });
  if (!wanted) return false;
  for (auto& slot : slots_) {
    if (slot.row.id != id || slot.here) continue;
    slot.here = true;
    slot.data = plain;
  }
  return true;
}

std::size_t Window::release(const std::function<bool(const Slot&)>& which) {
  std::size_t bytes = 0;
  for (auto& slot : slots_) {
    if (slot.here || !slot.asked || !which(slot)) continue;
    slot.asked.reset();
    bytes += slot.row.length;
  }
  return bytes;
}

std::size_t Window::refused(const DeviceId& source, const ChunkId& id) {
  const auto bytes =
      release([&](const Slot& slot) { return slot.row.id == id && *slot.asked == source; });
  if (bytes > 0) lacking_.insert(source);
  return bytes;
}

std::size_t Window::gone(const DeviceId& source) {
  lacking_.erase(source);  // it may have been silent because it was going, and may come with more
  return release([&](const Slot& slot) { return *slot.asked == source; });
}

std::size_t Window::stalled(const DeviceId& except) {
  return release([&](const Slot& slot) {
    if (*slot.asked == except) return false;
    lacking_.insert(*slot.asked);
    return true;
  });
}

bool Window::waits() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](const Slot& slot) { return slot.asked && !slot.here; });
}

std::optional<Window::Piece> Window::pop() {
  if (slots_.empty() || !slots_.front().here) return std::nullopt;
  auto slot = std::move(slots_.front());
  slots_.pop_front();
  Piece piece{offset_, slot.row.length, slot.asked ? slot.row.length : 0, std::move(slot.data)};
  ++next_;
  offset_ += slot.row.length;
  bytes_ -= slot.row.length;
  // What waited for this one as a copy was filled with it; later ones ask for themselves.
  return piece;
}

}  // namespace troth::files
