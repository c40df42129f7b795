// All that a view of a circle log says, as bytes: two views that say the same have the same bytes.
#pragma once

#include <algorithm>

#include "circle/log.hpp"

namespace troth::fuzzing {

class ViewBytes {
 public:
  [[nodiscard]] static Bytes of(const circle::Log& log) {
    ViewBytes out;
    out.entries(log);
    out.devices(log.view());
    out.categories(log.view());
    out.keys(log.view());
    out.rest(log.view());
    return std::move(out.bytes_);
  }

 private:
  template <class... Values>
  void put(const Values&... values) {
    (put_one(values), ...);
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void put_one(T value) { append_be64(bytes_, static_cast<std::uint64_t>(value)); }
  template <class Tag, std::size_t N>
  void put_one(const Id<Tag, N>& id) {
    append(bytes_, id.view());
  }
  void put_one(WallMs at) { put(at.ms); }
  void put_one(const std::string& text) { put(text.size()), append(bytes_, text); }
  void put_one(const Bytes& bytes) { put(bytes.size()), append(bytes_, bytes); }
  void put_one(const crypto::P256Public& key) { append(bytes_, key.view()); }
  template <class Message>
  requires requires { typename Message::Fields; }
  void put_one(const Message& message) { put(wire::encode(message)); }
  template <class T>
  void put_one(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  requires(!std::is_same_v<T, std::uint8_t>) void put_one(const std::vector<T>& values) {
    put(values.size());
    for (const T& value : values) put(value);
  }
  template <class T>
  void put_one(const std::set<T>& values) {
    put(values.size());
    for (const T& value : values) put(value);
  }

  void entries(const circle::Log& log) {
    auto order = log.order();
    std::sort(order.begin(), order.end());
    for (const auto& id : order) put(id, log.birth(id), log.is_void(id));
    put(log.heads(), log.view().genesis(), log.circle());
  }
  void devices(const circle::CircleView& view) {
    put(view.devices().size());
    for (const auto& [id, device] : view.devices()) {
      put(id, device.descriptor, device.name, device.entry, device.added_by, device.at,
          device.state, view.live(id));
      for (const auto& end : device.removals) put(end.entry, end.by, end.why, end.strict, end.at);
    }
    put(view.members().size(), view.frozen());
    for (const auto& [id, member] : view.members()) put(id, member.name, member.entry);
  }
  void categories(const circle::CircleView& view) {
    put(view.categories().size());
    for (const auto& [id, category] : view.categories()) {
      put(id, category.entry, category.creator, category.name, category.purpose,
          category.data_class, category.schema, category.retired, category.is_void);
      for (const auto& end : view.ends(id)) {
        put(end.entry, end.kind, end.device, end.category, end.direction);
      }
    }
    put(view.grants().size());
    for (const auto& [ref, grant] : view.grants()) {
      put(ref, grant.terms, grant.by, grant.at, grant.accepted, grant.answered, grant.sends,
          grant.receives, grant.reason);
    }
  }
  void keys(const circle::CircleView& view) {
    for (const auto& [category, ignored] : view.categories()) {
      put(view.epochs(category).size());
      for (const auto& [id, epoch] : view.epochs(category)) {
        put(id, epoch.commitment, epoch.entry, epoch.author, epoch.at, epoch.history, epoch.is_void,
            epoch.prev, epoch.links);
        for (const auto& [device, given] : epoch.recipients) put(device, given);
      }
    }
    for (const auto& [device, ignored] : view.devices()) {
      for (const auto& box : view.boxes_for(device)) {
        put(box.entry, box.author, box.index, box.is_void, box.epochs, box.enc, box.ciphertext);
        for (const bool history : box.history) put(history);
      }
    }
  }
  void rest(const circle::CircleView& view) {
    const auto& policy = view.policy();
    put(policy.least_suite, policy.least_protocol, policy.max_devices, policy.max_grant_ms);
    for (const auto& fork : view.forks()) put(fork.author, fork.first, fork.second);
    put(view.proven_forked(), view.unknown_critical(), view.checkpoints());
  }

  Bytes bytes_;
};

}  // namespace troth::fuzzing
