#include "bench/report.hpp"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace troth::bench {

namespace {
std::uint64_t ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}
}  // namespace

std::uint64_t wall_ns() { return ns(CLOCK_MONOTONIC); }
std::uint64_t cpu_ns() { return ns(CLOCK_PROCESS_CPUTIME_ID); }

void Report::row(const std::string& gate, double value, const char* unit, Bound bound,
                 double target, Scaled scaled) {
  const double cal = scaled == Scaled::speed ? cal_ : 1.0;
  const double fair = bound == Bound::at_least ? target * cal : target / cal;
  const bool ok = bound == Bound::at_least ? value >= fair : value <= fair;
  std::printf("%s, %.4g, %s, %s %g, %s, %.2f\n", gate.c_str(), value, unit,
              bound == Bound::at_least ? ">=" : "<=", target, ok ? "ok" : "MISS", cal);
  std::fflush(stdout);
  if (!ok) missed_.push_back(gate);
}

void Report::info(const std::string& name, double value, const char* unit) {
  std::printf("%s, %.4g, %s, -, -, %.2f\n", name.c_str(), value, unit, cal_);
  std::fflush(stdout);
}

void Report::failed(const std::string& gate, const std::string& why) {
  std::printf("%s, -, -, -, FAILED: %s, %.2f\n", gate.c_str(), why.c_str(), cal_);
  std::fflush(stdout);
  missed_.push_back(gate);
}

namespace {
std::uint64_t status_kib(const std::string& key) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(key, 0) == 0) return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10);
  }
  return 0;
}
}  // namespace

// Free memory of earlier gates goes back first: growth into it would not be seen.
void mark_memory() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}
std::uint64_t rss_kib() { return status_kib("VmRSS:"); }
std::uint64_t peak_kib() { return status_kib("VmHWM:"); }

double percentile(std::vector<double> values, double p) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size())));
  return values[std::min(values.size() - 1, at == 0 ? 0 : at - 1)];
}

void give_up(const std::string& what, const Error* error) {
  if (error == nullptr) throw Broken(what);
  throw Broken(what + ": error " + std::to_string(static_cast<int>(error->code)) + " at " +
               error->where + ":" + std::to_string(error->line));
}

}  // namespace troth::bench
