#include "sync/types.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::sync {

Result<> check_field_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kFieldNameBytes) return fail(Errc::bad_name);
  if (!is_utf8(as_bytes(name))) return fail(Errc::bad_utf8);
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return fail(Errc::bad_name);
  }
  return {};
}

AuthorId author_of(const DeviceId& device, const Incarnation& incarnation) {
  const auto hash =
      crypto::sha256({as_bytes(crypto::labels::kAuthor), device.view(), incarnation.view()});
  return id_prefix<AuthorId>(hash);
}

}  // namespace troth::sync
