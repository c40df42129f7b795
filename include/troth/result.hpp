// Result<T>: the one way a fallible function answers. Values are errors, never exceptions; a
// dropped result is a compiler error. Errc numbers are frozen: they cross the C ABI and stand in
// audit records.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#if defined(__cpp_lib_expected) && defined(TROTH_USE_STD_EXPECTED)
#include <expected>
namespace troth::detail {
template <class T, class E>
using expected = std::expected<T, E>;
template <class E>
using unexpected = std::unexpected<E>;
}  // namespace troth::detail
#else
#include <tl/expected.hpp>
namespace troth::detail {
template <class T, class E>
using expected = tl::expected<T, E>;
template <class E>
using unexpected = tl::unexpected<E>;
}  // namespace troth::detail
#endif

namespace troth {

enum class Errc : std::uint16_t {
  // 1-99 wire
  truncated = 1,
  non_canonical = 2,
  unknown_field = 3,
  missing_field = 4,
  too_long = 5,
  trailing_bytes = 6,
  bad_utf8 = 7,
  wrong_type = 8,
  bad_value = 9,
  unknown_version = 10,
  unknown_kind = 11,
  bad_magic = 12,
  // 100-199 pairing
  unexpected_message = 100,
  code_mismatch = 101,
  expired = 102,
  too_many_attempts = 103,
  check_mismatch = 104,
  rejected = 105,
  cancelled = 106,
  locked_out = 107,
  crowded = 108,
  bad_code_format = 109,
  key_reused = 110,
  half_paired = 111,
  // 200-299 consent and policy
  not_permitted = 200,
  revoked = 201,
  no_grant = 202,
  grant_expired = 203,
  paused = 204,
  frozen = 205,
  policy = 206,
  send_only_unsupported = 207,
  granted_already = 208,
  last_holder = 209,
  // 300-399 crypto and channel
  auth_failed = 300,
  bad_point = 301,
  bad_signature = 302,
  no_suite = 303,
  suite_refused = 304,
  closed = 305,
  truncated_stream = 306,
  no_credit = 307,
  commitment_mismatch = 308,
  no_key = 309,
  crypto_failed = 310,
  // 400-499 circle log
  bad_entry = 400,
  missing_parent = 401,
  held = 402,
  fork = 403,
  not_live = 404,
  unknown_device = 405,
  unknown_category = 406,
  void_entry = 407,
  // 500-599 sync and files
  gap = 500,
  bad_chain = 501,
  above_cut = 502,
  parked = 503,
  clock_ahead = 504,
  unknown_item = 505,
  bad_name = 506,
  file_changed = 507,
  special_file = 508,
  bad_hash = 509,
  // 600-699 storage and keystore
  disk_full = 600,
  io_error = 601,
  damaged = 602,
  locked = 603,
  wrong_passphrase = 604,
  busy = 605,
  rolled_back = 606,
  newer_schema = 607,
  not_found = 608,
  exists = 609,
  // 700-799 general
  usage = 700,
  ambiguous = 701,
  timed_out = 702,
  limit = 703,
  again = 704,
  refused = 705,
  presence_needed = 706,
  no_daemon = 707,
  unsupported = 708,
  internal = 799,
};

struct Error {
  Errc code;
  const char* where = "";  // static string only: never peer data, never user data
  unsigned line = 0;
};

template <class T = void>
class [[nodiscard]] Result : public detail::expected<T, Error> {
  using Base = detail::expected<T, Error>;

 public:
  using Base::Base;
};

[[nodiscard]] inline detail::unexpected<Error> fail(Errc code, const char* where = __builtin_FILE(),
                                                    unsigned line = __builtin_LINE()) {
  return detail::unexpected<Error>(Error{code, where, line});
}
[[nodiscard]] inline detail::unexpected<Error> fail(const Error& error) {
  return detail::unexpected<Error>(error);
}
[[nodiscard]] inline Result<> require(bool condition, Errc code,
                                      const char* where = __builtin_FILE(),
                                      unsigned line = __builtin_LINE()) {
  if (condition) return {};
  return fail(code, where, line);
}

}  // namespace troth

#define TROTH_CONCAT_INNER(a, b) a##b
#define TROTH_CONCAT(a, b) TROTH_CONCAT_INNER(a, b)
// TROTH_TRY(auto x, f()) declares x from a Result or returns its error. TROTH_CHECK propagates
// only.
#define TROTH_TRY_IMPL(tmp, decl, ...)          \
  auto tmp = (__VA_ARGS__);                     \
  if (!tmp) return ::troth::fail(tmp.error());  \
  decl = std::move(*tmp)
#define TROTH_TRY(decl, ...) TROTH_TRY_IMPL(TROTH_CONCAT(troth_try_, __LINE__), decl, __VA_ARGS__)
#define TROTH_CHECK(...)                                       \
  do {                                                         \
    auto troth_check = (__VA_ARGS__);                          \
    if (!troth_check) return ::troth::fail(troth_check.error()); \
  } while (false)
