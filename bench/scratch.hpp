// A folder that lasts as long as its object, on the disk under test: TROTH_BENCH_DIR, else TMPDIR,
// else /var/tmp, because /tmp may be memory.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench/report.hpp"

namespace troth::bench {

class Scratch {
 public:
  Scratch() {
    const char* place = std::getenv("TROTH_BENCH_DIR");
    if (place == nullptr) place = std::getenv("TMPDIR");
    path_ = std::string(place != nullptr ? place : "/var/tmp") + "/troth-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) give_up("no folder at " + path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace troth::bench
