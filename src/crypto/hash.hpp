// SHA-256. Fetched once, because a fetch costs more than hashing a short message.
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace troth::crypto {

[[nodiscard]] Hash sha256(ByteView data);
[[nodiscard]] Hash sha256(std::initializer_list<ByteView> parts);  // of the parts one after another

// Incremental form; finish() leaves it ready for a new message.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(ByteView data);
  [[nodiscard]] Hash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troth::crypto
