// What each error says to a person and to a script: frozen code names, exit codes, message and
// hint.
#pragma once

#include <span>
#include <string_view>

#include "troth/result.hpp"

namespace troth::shell {

// Exit codes of cli.md.
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,
  not_permitted = 3,
  not_found = 4,
  timed_out = 5,
  refused = 6,
  locked = 7,
  no_daemon = 8,
  answer_needed = 9,
  again = 10,
  damaged = 11,
  interrupted = 130
};

struct ErrorText {
  Errc code;
  std::string_view name;  // frozen: JSON "code"
  Exit exit;
  bool retry;                // the same command may work later without a change
  std::string_view message;  // one sentence, no full stop
  std::string_view hint;     // the next step
};
[[nodiscard]] const ErrorText& error_text(Errc code);
[[nodiscard]] const ErrorText* error_text_by_name(std::string_view name);
[[nodiscard]] std::span<const ErrorText> all_error_texts();

}  // namespace troth::shell
