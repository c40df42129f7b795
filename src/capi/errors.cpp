#include "capi/errors.hpp"

namespace troth {

// clang-format off
#define TROTH_CODES(X) \
  X(truncated) X(non_canonical) X(unknown_field) X(missing_field) X(too_long) \
  X(trailing_bytes) X(bad_utf8) X(wrong_type) X(bad_value) X(unknown_version) \
  X(unknown_kind) X(bad_magic) X(unexpected_message) X(code_mismatch) X(expired) \
  X(too_many_attempts) X(check_mismatch) X(rejected) X(cancelled) X(locked_out) \
  X(crowded) X(bad_code_format) X(key_reused) X(half_paired) \
  X(not_permitted) X(revoked) X(no_grant) \
  X(grant_expired) X(paused) X(frozen) X(policy) X(send_only_unsupported) X(granted_already) \
  X(last_holder) X(auth_failed) \
  X(bad_point) X(bad_signature) X(no_suite) X(suite_refused) X(closed) \
  X(truncated_stream) X(no_credit) X(commitment_mismatch) X(no_key) X(crypto_failed) \
  X(bad_entry) X(missing_parent) X(held) X(fork) X(not_live) X(unknown_device) \
  X(unknown_category) X(void_entry) X(gap) X(bad_chain) X(above_cut) X(parked) \
  X(clock_ahead) X(unknown_item) X(bad_name) X(file_changed) X(special_file) X(bad_hash) \
  X(disk_full) X(io_error) X(damaged) X(locked) X(wrong_passphrase) X(busy) \
  X(rolled_back) X(newer_schema) X(not_found) X(exists) X(usage) X(ambiguous) \
  X(timed_out) X(limit) X(again) X(refused) X(presence_needed) X(no_daemon) \
  X(unsupported) X(internal)
// clang-format on
#define TROTH_CODE_NAME(code) \
  case Errc::code:            \
    return #code;

// A switch without default: the compiler names the code that was forgotten.
const char* errc_name(unsigned code) {
  if (code > 0xFFFF) return nullptr;
  switch (static_cast<Errc>(code)) { TROTH_CODES(TROTH_CODE_NAME) }
  return nullptr;
}

}  // namespace troth
