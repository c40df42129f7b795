// The person at the terminal: lines typed, passphrases typed unseen, Ctrl-C.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/troth/cli/client.hpp"
#include "base/secret.hpp"

namespace troth::app {

// Lines of standard input, read without a stream's own buffer, so that poll tells the truth.
class LineSource {
 public:
  // A line, or nullopt at the end of input.
  [[nodiscard]] std::optional<std::string> next();
  // Waits for a line or for the daemon to say something first (nullopt, and daemon_spoke is set).
  [[nodiscard]] std::optional<std::string> next_or(const Client& client, bool& daemon_spoke);

  // Waits until the daemon spoke. False when standard input ended first with nothing left to read:
  // nobody will answer any more.
  [[nodiscard]] bool wait_for(const Client& client);

 private:
  bool fill();
  std::optional<std::string> take();
  std::string buffer_;
  bool ended_ = false;
};

[[nodiscard]] bool terminal_in();    // standard input and standard error are terminals
[[nodiscard]] bool terminal_out();   // standard output is one
[[nodiscard]] bool colour_wanted();  // terminal_out and no NO_COLOR
// Asks on the terminal without echo; nullopt at Ctrl-D. The characters never become a string.
[[nodiscard]] std::optional<SecretBytes> ask_secret(std::string_view question);
// Ctrl-C ends with 130; that and other signals that end it put the terminal back first.
void install_interrupt();

}  // namespace troth::app
