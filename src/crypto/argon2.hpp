// Argon2id for passphrases. Parameters are read from files, so they have ceilings: a hostile header
// must not buy hours of work.
#pragma once

#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::crypto {

struct Argon2Params {
  std::uint32_t passes = 3;
  std::uint32_t memory_kib = 64 * 1024;
};
inline constexpr Argon2Params kArgon2Ceiling{16, 1024 * 1024};
[[nodiscard]] Result<Secret32> argon2id(ByteView passphrase, ByteView salt16, Argon2Params params);

}  // namespace troth::crypto
