#include "shell/keystore/format.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace troth::shell {

namespace {

constexpr std::string_view kMagic = "TROTHKEY";
constexpr std::string_view kStateMagic = "TROTHKST";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksum = 32;

// Reads fixed fields one after another from a view whose size was checked before.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : rest_(bytes) {}
  ByteView take(std::size_t count) {
    TROTH_ASSERT(count <= rest_.size());
    const auto part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }
  std::uint64_t number(std::size_t width) { return read_be(take(width)); }
  void into(MutableBytes out) {
    const auto part = take(out.size());
    std::copy(part.begin(), part.end(), out.begin());
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

// The checksum finds accidents before a passphrase is asked for; the seals find people.
void append_checksum(Bytes& out) { append(out, crypto::sha256(out).view()); }

Result<ByteView> checked(ByteView bytes, std::size_t size, std::string_view magic) {
  if (bytes.size() != size) return fail(Errc::damaged);
  const auto content = bytes.first(size - kChecksum);
  if (!equal(crypto::sha256(content).view(), bytes.last(kChecksum))) return fail(Errc::damaged);
  if (!equal(content.first(magic.size()), as_bytes(magic))) return fail(Errc::damaged);
  if (content[magic.size()] != kVersion) return fail(Errc::unknown_version);
  return content.subspan(magic.size() + 1);
}

Result<Protection> protection_of(std::uint64_t value) {
  if (value == static_cast<std::uint64_t>(Protection::file_open)) return Protection::file_open;
  if (value == static_cast<std::uint64_t>(Protection::file)) return Protection::file;
  return fail(Errc::damaged);
}

Result<> read_key(Cursor& in, crypto::P256Public& key) {
  auto parsed = crypto::P256Public::parse(in.take(crypto::kP256Point));
  if (!parsed) return fail(Errc::damaged);
  key = *parsed;
  return {};
}

}  // namespace

std::string_view protection_name(Protection protection) {
  switch (protection) {
    case Protection::file_open:
      return "file-open";
    case Protection::file:
      return "file";
    case Protection::tpm:
      return "tpm";
    case Protection::enclave:
      return "enclave";
  }
  TROTH_UNREACHABLE();
}

Bytes keystore_header(const KeystoreImage& image) {
  Bytes out = to_bytes(kMagic);
  out.push_back(kVersion);
  out.push_back(static_cast<std::uint8_t>(image.protection));
  append_be32(out, image.kdf.passes);
  append_be32(out, image.kdf.memory_kib);
  append(out, image.unlock_salt);
  append(out, image.approve_salt);
  append(out, image.keys.sign.view());
  append(out, image.keys.agree.view());
  append(out, image.keys.approve.view());
  return out;
}

Bytes encode(const KeystoreImage& image) {
  Bytes out = keystore_header(image);
  append(out, image.unlock_check.view());
  append(out, image.approve_check.view());
  append(out, image.sealed_body);
  append(out, image.sealed_approve);
  append_checksum(out);
  TROTH_ASSERT(out.size() == kKeystoreBytes);
  return out;
}

Result<KeystoreImage> decode_keystore(ByteView bytes) {
  TROTH_TRY(const ByteView content, checked(bytes, kKeystoreBytes, kMagic));
  Cursor in(content);
  KeystoreImage image;
  TROTH_TRY(image.protection, protection_of(in.number(1)));
  image.kdf.passes = static_cast<std::uint32_t>(in.number(4));
  image.kdf.memory_kib = static_cast<std::uint32_t>(in.number(4));
  // A hostile header must not buy hours of work (spec 12 §2).
  const bool affordable =
      image.kdf.passes >= 1 && image.kdf.passes <= crypto::kArgon2Ceiling.passes &&
      image.kdf.memory_kib >= 8 && image.kdf.memory_kib <= crypto::kArgon2Ceiling.memory_kib;
  TROTH_CHECK(require(affordable, Errc::damaged));
  in.into(image.unlock_salt);
  in.into(image.approve_salt);
  TROTH_CHECK(read_key(in, image.keys.sign));
  TROTH_CHECK(read_key(in, image.keys.agree));
  TROTH_CHECK(read_key(in, image.keys.approve));
  in.into(image.unlock_check.bytes);
  in.into(image.approve_check.bytes);
  in.into(image.sealed_body);
  in.into(image.sealed_approve);
  TROTH_ASSERT(in.done());
  return image;
}

Bytes encode(const KeystoreState& state) {
  Bytes out = to_bytes(kStateMagic);
  out.push_back(kVersion);
  append(out, Bytes(3, 0));
  append(out, state.guard.home);
  append(out, state.guard.incarnation);
  append_be64(out, state.guard.reserved);
  append_be32(out, std::min(state.wrong_in_a_row, 0xFFFFU));
  append_be64(out, state.not_before.ms);
  append_checksum(out);
  TROTH_ASSERT(out.size() == kKeystoreStateBytes);
  return out;
}

Result<KeystoreState> decode_keystore_state(ByteView bytes) {
  TROTH_TRY(const ByteView content, checked(bytes, kKeystoreStateBytes, kStateMagic));
  Cursor in(content);
  KeystoreState state;
  TROTH_CHECK(require(in.number(3) == 0, Errc::damaged));
  in.into(state.guard.home);
  in.into(state.guard.incarnation);
  state.guard.reserved = in.number(8);
  state.wrong_in_a_row = static_cast<std::uint32_t>(in.number(4));
  state.not_before.ms = in.number(8);
  TROTH_CHECK(require(state.wrong_in_a_row <= 0xFFFF, Errc::damaged));
  TROTH_ASSERT(in.done());
  return state;
}

}  // namespace troth::shell
