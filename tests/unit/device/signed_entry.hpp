// Entries that a device signs without its engine: what a member with a program of its own can say.
#pragma once

#include "unit/device/folder_pair.hpp"

namespace troth::device::testing {

// Upon all that the device's log knows now; it is in no log yet.
inline circle::Entry sign_entry(Circle& circle, SimDevice& device, const circle::Payload& payload,
                                WallMs at) {
  auto& core = device.core();
  core.enter(device.at(circle.world.now()));
  const auto body = core.log_->make_body(payload, core.self_, at).value();
  const KeyRequest request{KeyOp::sign, circle::signing_input(body), "test"};
  const auto signature = device.keys.perform(request, device.rng).value();
  circle::Entry entry{body, {}};
  std::copy(signature.expose().begin(), signature.expose().end(), entry.signature.begin());
  return entry;
}

inline void take_entry(Circle& circle, SimDevice& device, const circle::Entry& entry) {
  auto& core = device.core();
  core.enter(device.at(circle.world.now()));
  const auto result = core.log_->offer({&entry, 1});
  EXPECT_EQ(result.admitted.size(), 1u);
  core.keep(result);
  circle.world.settle(device);
}

// That `by` wrote, of those in the log of `at`.
inline std::size_t acks_of(SimDevice& at, const DeviceId& by) {
  const auto& log = *at.core().log_;
  const auto order = log.order();
  return static_cast<std::size_t>(std::count_if(order.begin(), order.end(), [&](const auto& id) {
    return log.body(id)->kind == circle::Kind::ack && log.body(id)->author == by;
  }));
}

}  // namespace troth::device::testing
