// Gates and how they are printed (design 14): one line a gate, `gate, value, unit, target, ok,
// cal`.
#pragma once

#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace troth::bench {

[[nodiscard]] std::uint64_t wall_ns();  // CLOCK_MONOTONIC: the same in every process
[[nodiscard]] std::uint64_t cpu_ns();   // of this process

enum class Bound : std::uint8_t { at_least, at_most };
// speed: the target shrinks or grows with this machine's cal. exact: bytes and counts do not.
enum class Scaled : std::uint8_t { speed, exact };

class Report {
 public:
  // cal in (0, 1]: how this machine compares with the reference (docs/HACKING.md).
  void set_cal(double cal) { cal_ = cal; }
  void row(const std::string& gate, double value, const char* unit, Bound bound, double target,
           Scaled scaled);
  void info(const std::string& name, double value, const char* unit);  // measured, no target
  void failed(const std::string& gate, const std::string& why);        // could not be measured
  [[nodiscard]] const std::vector<std::string>& missed() const { return missed_; }

 private:
  double cal_ = 1;
  std::vector<std::string> missed_;
};

struct Options {
  bool quick = false;
  // A million, or few enough to try things out. The quick numbers are no gate results.
  [[nodiscard]] std::size_t items() const { return quick ? 20'000 : 1'000'000; }
};

struct Gate {
  const char* name;
  const char* what;
  std::function<void(Report&, const Options&)> run;
};

[[nodiscard]] double percentile(std::vector<double> values, double p);
// A gate that cannot set up its world has no number: it is reported as failed, and the next one
// runs.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void give_up(const std::string& what, const Error* error = nullptr);
template <class T>
auto must(Result<T> result, const char* what) {
  if (!result) give_up(what, &result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double calibrate(Report& report);

// Memory of this process: now, and the most since mark_memory().
void mark_memory();
[[nodiscard]] std::uint64_t rss_kib();
[[nodiscard]] std::uint64_t peak_kib();

}  // namespace troth::bench
