#include "pairing/messages.hpp"

#include <array>
#include <utility>

namespace troth::pairing {

namespace {

constexpr std::array<std::pair<EndReason, Errc>, 14> kReasons{{
    {EndReason::cancelled, Errc::cancelled},
    {EndReason::timed_out, Errc::expired},
    {EndReason::bad_code, Errc::code_mismatch},
    {EndReason::too_many, Errc::too_many_attempts},
    {EndReason::crowded, Errc::crowded},
    {EndReason::no_suite, Errc::no_suite},
    {EndReason::version, Errc::unknown_version},
    {EndReason::not_verified, Errc::auth_failed},
    {EndReason::check_mismatch, Errc::check_mismatch},
    {EndReason::refused, Errc::rejected},
    {EndReason::unknown_code, Errc::not_found},
    {EndReason::key_unavailable, Errc::locked},
    {EndReason::conflict, Errc::key_reused},
    {EndReason::internal, Errc::internal},
}};

}  // namespace

EndReason to_reason(Errc code) {
  if (code == Errc::bad_point) return EndReason::bad_code;
  if (code == Errc::bad_signature) return EndReason::not_verified;
  for (const auto& [reason, errc] : kReasons) {
    if (errc == code) return reason;
  }
  return EndReason::internal;
}

Errc to_errc(EndReason reason) {
  for (const auto& [known, errc] : kReasons) {
    if (known == reason) return errc;
  }
  return Errc::internal;
}

}  // namespace troth::pairing
