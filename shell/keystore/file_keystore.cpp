#include "shell/keystore/file_keystore.hpp"

#include <algorithm>
#include <filesystem>

#include "base/limits.hpp"
#include "shell/keystore/seal.hpp"
#include "shell/os/file.hpp"

namespace troth::shell {

namespace {

constexpr std::uint64_t kBackOffCapMs = 60 * limits::kSecond;
constexpr std::uint64_t kRememberMs = 5 * limits::kMinute;
// One command ends its presence itself; this bounds a command that never ends (a long pairing).
constexpr std::uint64_t kOnceMs = 15 * limits::kMinute;
constexpr crypto::Argon2Params kOpenKdf{1, 8};  // stretching nothing buys nothing

std::string keystore_path(const std::string& home) { return home + "/keystore"; }
std::string state_path(const std::string& home) { return home + "/keystore.state"; }

Result<crypto::P256KeyPair> pair_of(ByteView scalar, const crypto::P256Public& expected) {
  auto pair = crypto::P256KeyPair::from_scalar(scalar);
  if (!pair || pair->public_key() != expected) return fail(Errc::damaged);
  return std::move(*pair);
}

std::uint64_t presence_ms(Presence how) {
  switch (how) {
    case Presence::once:
      return kOnceMs;
    case Presence::remembered:
      return kRememberMs;
    case Presence::until_joined:
      return 365 * limits::kDay;
  }
  TROTH_UNREACHABLE();
}

// 1, 2, 4 .. 60 seconds.
std::uint64_t back_off_ms(std::uint32_t wrong_in_a_row) {
  if (wrong_in_a_row == 0) return 0;
  const std::uint32_t doublings = std::min(wrong_in_a_row - 1, 6U);
  return std::min((std::uint64_t{1} << doublings) * limits::kSecond, kBackOffCapMs);
}

crypto::Argon2Params kdf_for(const SecretBytes& passphrase, crypto::Argon2Params wanted) {
  return passphrase.empty() ? kOpenKdf : wanted;
}

}  // namespace

bool FileKeystore::exists(const std::string& home) {
  std::error_code ec;
  return std::filesystem::exists(keystore_path(home), ec);
}

Result<> FileKeystore::create(const std::string& home, const SecretBytes& passphrase,
                              crypto::Argon2Params kdf, Rng& rng) {
  if (exists(home)) return fail(Errc::exists);
  const auto sign = crypto::P256KeyPair::generate(rng);
  const auto agree = crypto::P256KeyPair::generate(rng);
  const auto approve = crypto::P256KeyPair::generate(rng);
  Secret32 at_rest;
  rng.fill(at_rest.expose_mutable());
  const PlainKeys plain{sign.scalar().clone(), agree.scalar().clone(), approve.scalar().clone(),
                        std::move(at_rest)};
  TROTH_TRY(const auto image,
            seal_keystore(plain, {sign.public_key(), agree.public_key(), approve.public_key()},
                          passphrase, kdf_for(passphrase, kdf), rng));
  KeystoreState state;
  rng.fill(state.guard.home);
  // The state goes first: a keystore without one would be damaged, a state alone is overwritten.
  TROTH_CHECK(write_atomic(state_path(home), encode(state)));
  return write_atomic(keystore_path(home), encode(image));
}

Result<std::unique_ptr<FileKeystore>> FileKeystore::open(const std::string& home, Rng& rng) {
  TROTH_TRY(const auto bytes, read_file(keystore_path(home), kKeystoreBytes + 1));
  TROTH_TRY(const auto image, decode_keystore(bytes));
  auto state_bytes = read_file(state_path(home), kKeystoreStateBytes + 1);
  if (!state_bytes) return fail(Errc::damaged);
  TROTH_TRY(const auto state, decode_keystore_state(*state_bytes));
  std::unique_ptr<FileKeystore> store(new FileKeystore(home, image, state, rng));
  if (image.protection == Protection::file_open) {
    TROTH_TRY(store->open_, store->try_unlock(SecretBytes()));
  }
  return store;
}

Result<FileKeystore::Opened> FileKeystore::try_unlock(const SecretBytes& passphrase) const {
  TROTH_TRY(const SecretBytes body, open_part(image_, SealedPart::body, passphrase));
  const auto view = body.expose();
  TROTH_TRY(auto sign, pair_of(view.first(32), image_.keys.sign));
  TROTH_TRY(auto agree, pair_of(view.subspan(32, 32), image_.keys.agree));
  return Opened{std::move(sign), std::move(agree), Secret32(view.subspan(64, 32))};
}

Result<crypto::P256KeyPair> FileKeystore::try_approve(const SecretBytes& passphrase) const {
  TROTH_TRY(const SecretBytes scalar, open_part(image_, SealedPart::approve, passphrase));
  return pair_of(scalar.expose(), image_.keys.approve);
}

std::uint64_t FileKeystore::retry_after(WallMs now) const {
  if (state_.not_before.ms <= now.ms) return 0;
  // A clock that was set back must not lock the user out for longer than the cap.
  return std::min(state_.not_before.ms - now.ms, kBackOffCapMs);
}

Result<> FileKeystore::count_wrong(WallMs now) {
  state_.wrong_in_a_row = std::min(state_.wrong_in_a_row + 1, 0xFFFFU);
  state_.not_before.ms = now.ms + back_off_ms(state_.wrong_in_a_row);
  return write_atomic(state_path(home_), encode(state_));
}

Result<> FileKeystore::count_right() {
  if (state_.wrong_in_a_row == 0) return {};
  state_.wrong_in_a_row = 0;
  state_.not_before = {};
  return write_atomic(state_path(home_), encode(state_));
}

template <class F>
Result<> FileKeystore::with_back_off(Now now, F&& f) {
  if (retry_after(now.wall) > 0) return fail(Errc::again);
  Result<> done = f();
  if (done) {
    (void)count_right();  // what was done is done; on a full disk a longer wait is all that stays
    return done;
  }
  if (done.error().code == Errc::wrong_passphrase) TROTH_CHECK(count_wrong(now.wall));
  return done;
}

void FileKeystore::unlock(SecretBytes passphrase, Now now, Done done) {
  done(with_back_off(now, [&]() -> Result<> {
    TROTH_TRY(open_, try_unlock(passphrase));
    return {};
  }));
}

void FileKeystore::lock() {
  approval_.reset();
  if (image_.protection != Protection::file_open) open_.reset();
}

Result<Secret32> FileKeystore::at_rest_key() const {
  if (!open_) return fail(Errc::locked);
  return open_->at_rest.clone();
}

void FileKeystore::prove_presence(SecretBytes passphrase, Presence how, Now now, Done done) {
  done(with_back_off(now, [&]() -> Result<> {
    TROTH_TRY(auto key, try_approve(passphrase));
    approval_.emplace(Approval{std::move(key), how, MonoMs{now.mono.ms + presence_ms(how)}});
    return {};
  }));
}

void FileKeystore::end_presence(Presence how) {
  if (approval_ && approval_->how == how) approval_.reset();
}

bool FileKeystore::present(MonoMs now) const { return approval_ && now < approval_->until; }

Result<Bytes> FileKeystore::answer(const KeyRequest& request, Now now) {
  if (!open_) return fail(Errc::locked);
  switch (request.op) {
    case KeyOp::sign:
      return to_bytes(ByteView(open_->sign.sign(request.input, rng_)));
    case KeyOp::agree: {
      TROTH_TRY(const auto peer, crypto::P256Public::parse(request.input));
      return to_bytes(ByteView(open_->agree.agree(peer).expose()));
    }
    case KeyOp::approve:
      if (!present(now.mono)) {
        approval_.reset();
        return fail(Errc::presence_needed);
      }
      return to_bytes(ByteView(approval_->key.sign(request.input, rng_)));
  }
  TROTH_UNREACHABLE();
}

void FileKeystore::perform(const KeyRequest& request, Now now, KeyDone done) {
  done(answer(request, now));
}

Result<> FileKeystore::try_change(const SecretBytes& old_one, const SecretBytes& new_one) {
  TROTH_TRY(const auto opened, try_unlock(old_one));
  TROTH_TRY(const auto approve, try_approve(old_one));
  const PlainKeys plain{opened.sign.scalar().clone(), opened.agree.scalar().clone(),
                        approve.scalar().clone(), opened.at_rest.clone()};
  TROTH_TRY(const auto image,
            seal_keystore(plain, image_.keys, new_one, kdf_for(new_one, new_kdf_), rng_));
  TROTH_CHECK(write_atomic(keystore_path(home_), encode(image)));
  image_ = image;
  return {};
}

void FileKeystore::change_passphrase(SecretBytes old_one, SecretBytes new_one, Now now, Done done) {
  done(with_back_off(now, [&] { return try_change(old_one, new_one); }));
}

Result<> FileKeystore::set_guard(const RollbackGuard& guard) {
  KeystoreState next = state_;
  next.guard = guard;
  TROTH_CHECK(write_atomic(state_path(home_), encode(next)));
  state_ = next;
  return {};
}

}  // namespace troth::shell
