#include "apps/troth/daemon/reopener.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "shell/os/clock.hpp"

namespace troth::app {

namespace {
constexpr std::uint64_t kCalmMs = 10 * limits::kSecond;  // open for so long: it was another trouble
constexpr std::uint64_t kPauseMs = limits::kSecond;
constexpr std::uint64_t kPauseMaxMs = limits::kMinute;
}  // namespace

void Reopener::stopped(Errc why) {
  const auto now = shell::os_now().mono;
  const bool soon = opened_at_ && now.ms < opened_at_->ms + kCalmMs;
  why_ = why;
  if (soon) return wait();
  pause_ms_ = 0;
  open();
}

void Reopener::try_now() {
  if (why_) open();
}

void Reopener::cancel() {
  why_.reset();
  timer_.cancel();
  pause_ms_ = 0;
}

void Reopener::open() {
  const auto opened = open_();
  if (opened) {
    why_.reset();
    timer_.cancel();
    opened_at_ = shell::os_now().mono;
    return;
  }
  const auto code = opened.error().code;
  if (code != Errc::disk_full && code != Errc::io_error) return cancel();
  why_ = code;
  wait();
}

void Reopener::wait() {
  pause_ms_ = std::clamp(pause_ms_ * 2, kPauseMs, kPauseMaxMs);
  timer_.set(std::chrono::milliseconds(pause_ms_), [this] { open(); });
}

}  // namespace troth::app
