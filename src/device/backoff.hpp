// Backoff: when to turn to the keystore again after it refused. Later each time, so that one which
// keeps failing lets the device sleep; at once after it worked (spec 12 §1).
#pragma once

#include <algorithm>
#include <optional>

#include "base/limits.hpp"
#include "troth/types.hpp"

namespace troth::device {

class Backoff {
 public:
  void failed(MonoMs now) {
    at_ = MonoMs{now.ms + wait_};
    wait_ = std::min(2 * wait_, limits::kKeystoreRetryMaxMs);
  }
  void worked() { *this = {}; }
  [[nodiscard]] bool waits(MonoMs now) const { return at_ && now < *at_; }
  [[nodiscard]] std::optional<MonoMs> at() const { return at_; }

 private:
  std::optional<MonoMs> at_;
  std::uint64_t wait_ = limits::kKeystoreRetryMs;
};

}  // namespace troth::device
