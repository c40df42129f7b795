// The keystore in two files of the home: `keystore` (sealed keys) and `keystore.state` (spec 12).
// Protection `file`: an Argon2id passphrase seals the keys, the approve key under a salt of its
// own. Protection `file-open`: the same bytes under the empty passphrase; whoever reads the file
// has the keys.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/ports.hpp"
#include "shell/keystore/format.hpp"

namespace troth::shell {

class FileKeystore final : public Keystore {
 public:
  // Makes new keys; exists when the home has a keystore. An empty passphrase makes `file-open`.
  [[nodiscard]] static Result<> create(const std::string& home, const SecretBytes& passphrase,
                                       crypto::Argon2Params kdf, Rng& rng);
  [[nodiscard]] static bool exists(const std::string& home);
  // Reads both files; locked afterwards, except `file-open`, which needs no passphrase. rng
  // outlives it.
  [[nodiscard]] static Result<std::unique_ptr<FileKeystore>> open(const std::string& home,
                                                                  Rng& rng);

  [[nodiscard]] Protection protection() const override { return image_.protection; }
  [[nodiscard]] const DevicePublicKeys& public_keys() const override { return image_.keys; }
  void unlock(SecretBytes passphrase, Now now, Done done) override;
  void lock() override;
  [[nodiscard]] bool locked() const override { return !open_; }
  [[nodiscard]] std::uint64_t retry_after(WallMs now) const override;
  [[nodiscard]] std::uint32_t wrong_in_a_row() const override { return state_.wrong_in_a_row; }
  [[nodiscard]] Result<Secret32> at_rest_key() const override;
  void perform(const KeyRequest& request, Now now, KeyDone done) override;
  void prove_presence(SecretBytes passphrase, Presence how, Now now, Done done) override;
  void end_presence(Presence how) override;
  [[nodiscard]] bool present(MonoMs now) const override;
  void change_passphrase(SecretBytes old_one, SecretBytes new_one, Now now, Done done) override;
  [[nodiscard]] const RollbackGuard& guard() const override { return state_.guard; }
  [[nodiscard]] Result<> set_guard(const RollbackGuard& guard) override;

  // The cost of a passphrase that change_passphrase sets; tests lower it.
  void set_kdf(crypto::Argon2Params kdf) { new_kdf_ = kdf; }

 private:
  struct Opened {
    crypto::P256KeyPair sign;
    crypto::P256KeyPair agree;
    Secret32 at_rest;
  };
  struct Approval {
    crypto::P256KeyPair key;
    Presence how;
    MonoMs until;
  };

  FileKeystore(std::string home, KeystoreImage image, KeystoreState state, Rng& rng)
      : home_(std::move(home)), image_(image), state_(state), rng_(rng) {}
  Result<Opened> try_unlock(const SecretBytes& passphrase) const;
  Result<crypto::P256KeyPair> try_approve(const SecretBytes& passphrase) const;
  Result<> try_change(const SecretBytes& old_one, const SecretBytes& new_one);
  // Back-off around every use of a passphrase; f answers Result<>.
  template <class F>
  Result<> with_back_off(Now now, F&& f);
  Result<> count_wrong(WallMs now);
  Result<> count_right();
  Result<Bytes> answer(const KeyRequest& request, Now now);

  std::string home_;
  KeystoreImage image_;
  KeystoreState state_;
  Rng& rng_;
  crypto::Argon2Params new_kdf_;
  std::optional<Opened> open_;
  std::optional<Approval> approval_;
};

}  // namespace troth::shell
