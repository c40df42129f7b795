// The keystore port (design 3, spec 12): three P-256 keys that never leave it, one at-rest secret,
// and the rollback guard of rule 19. Every answer arrives through a callback, because a Secure
// Enclave or a TPM is slow and may ask for a face; the file keystore happens to call back at once.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "base/secret.hpp"
#include "crypto/p256.hpp"
#include "troth/command.hpp"
#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

[[nodiscard]] std::string_view protection_name(Protection protection);  // "file-open", "file", ...

struct DevicePublicKeys {
  crypto::P256Public sign;
  crypto::P256Public agree;
  crypto::P256Public approve;
};

// Rule 19: what the keystore remembers so that an older database is noticed. reserved is the
// counter below which dots may have been given out; a database that has used less was rolled back.
struct RollbackGuard {
  std::array<std::uint8_t, 16> home{};  // random, made with the keys; a copied database differs
  std::array<std::uint8_t, 16> incarnation{};  // zero until the engine first ran
  std::uint64_t reserved = 0;
};

// How long one proof of presence lasts: for one command, for 5 minutes by the user's choice, or
// while the device is in no circle yet, when its approve key can sign nothing that matters (spec 12
// §5).
enum class Presence : std::uint8_t { once, remembered, until_joined };

class Keystore {
 public:
  using Done = std::function<void(Result<>)>;
  using KeyDone = std::function<void(Result<Bytes>)>;
  virtual ~Keystore() = default;

  [[nodiscard]] virtual Protection protection() const = 0;
  [[nodiscard]] virtual const DevicePublicKeys& public_keys() const = 0;  // also while locked

  // wrong_passphrase, again (back-off; see retry_after), damaged.
  virtual void unlock(SecretBytes passphrase, Now now, Done done) = 0;
  virtual void lock() = 0;  // wipes every secret that unlock and prove_presence brought in
  [[nodiscard]] virtual bool locked() const = 0;
  // Milliseconds until the next passphrase is taken; 0 = now.
  [[nodiscard]] virtual std::uint64_t retry_after(WallMs now) const = 0;
  // Wrong passphrases since the last right one, over restarts.
  [[nodiscard]] virtual std::uint32_t wrong_in_a_row() const = 0;

  [[nodiscard]] virtual Result<Secret32> at_rest_key() const = 0;  // locked when locked

  // approve answers presence_needed until presence was proven.
  virtual void perform(const KeyRequest& request, Now now, KeyDone done) = 0;
  virtual void prove_presence(SecretBytes passphrase, Presence how, Now now, Done done) = 0;
  virtual void end_presence(
      Presence how) = 0;  // of that kind: the command is over, the device joined
  [[nodiscard]] virtual bool present(MonoMs now) const = 0;

  virtual void change_passphrase(SecretBytes old_one, SecretBytes new_one, Now now, Done done) = 0;

  [[nodiscard]] virtual const RollbackGuard& guard() const = 0;
  [[nodiscard]] virtual Result<> set_guard(
      const RollbackGuard& guard) = 0;  // durable when it returns
};

}  // namespace troth::shell
