// A private folder that a test makes and removes again.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace troth::shell {

class TempHome {
 public:
  TempHome() {
    char name[] = "/tmp/troth-test-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TempHome() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  TempHome(const TempHome&) = delete;
  TempHome& operator=(const TempHome&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace troth::shell
