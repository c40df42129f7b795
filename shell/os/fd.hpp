// Fd owns one file descriptor and closes it once.
#pragma once

#include <unistd.h>

#include <utility>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

// The typed error of a failed system call: disk_full, not_found, exists or io_error.
[[nodiscard]] Errc errno_code(int error);
[[nodiscard]] Result<> write_all(int fd, ByteView bytes);

}  // namespace troth::shell
