// Exact bytes of the two keystore files (spec 12 §2 and §4). Pure functions: no file is touched.
#pragma once

#include <array>

#include "crypto/argon2.hpp"
#include "shell/keystore/keystore.hpp"

namespace troth::shell {

using Salt = std::array<std::uint8_t, 16>;

// Everything of the `keystore` file. sealed_* are ciphertext with tag; check_* tell a wrong
// passphrase apart from damage, without opening anything.
struct KeystoreImage {
  Protection protection = Protection::file;
  crypto::Argon2Params kdf;
  Salt unlock_salt{};
  Salt approve_salt{};
  DevicePublicKeys keys;
  Hash unlock_check;
  Hash approve_check;
  std::array<std::uint8_t, 112> sealed_body{};    // sign | agree | at-rest, 32 bytes each, and tag
  std::array<std::uint8_t, 48> sealed_approve{};  // approve, and tag
};
inline constexpr std::size_t kKeystoreBytes = 501;
[[nodiscard]] Bytes encode(const KeystoreImage& image);
// damaged when a byte changed by accident; unknown_version for a newer format.
[[nodiscard]] Result<KeystoreImage> decode_keystore(ByteView bytes);
// The part that both seals bind: everything before the check values.
[[nodiscard]] Bytes keystore_header(const KeystoreImage& image);

// The `keystore.state` file: no secret, written often.
struct KeystoreState {
  RollbackGuard guard;
  std::uint32_t wrong_in_a_row = 0;
  WallMs not_before;  // no passphrase is tried before
};
inline constexpr std::size_t kKeystoreStateBytes = 96;
[[nodiscard]] Bytes encode(const KeystoreState& state);
[[nodiscard]] Result<KeystoreState> decode_keystore_state(ByteView bytes);

}  // namespace troth::shell
