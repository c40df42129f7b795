// What a command writes: data on stdout, errors and questions on stderr (cli.md "Global").
#pragma once

#include <string>
#include <string_view>

#include "apps/troth/json.hpp"
#include "troth/result.hpp"

namespace troth::app {

struct Output {
  bool json = false;
  bool quiet = false;
  std::string_view command{};  // its path: whose help a wrong usage points to

  void line(std::string_view text) const;   // data for people; nothing with --json
  void note(std::string_view text) const;   // what a person must see to go on, on stderr
  void aside(std::string_view text) const;  // progress on stderr; nothing with --quiet
  void progress(std::string_view text, bool last) const;  // over the line before, on a terminal
  void object(const Json& json) const;                    // one line of JSON, flushed
  // Says what went wrong in both forms and gives the exit code.
  int error(const Json& error) const;  // {"code","message","hint","retry"}
  int error(Errc code, std::string_view reason = {}) const;
};

// Before the end: what was printed has arrived, or the end is an error.
void end_output();
int print_usage_error(std::string_view what, bool json, std::string_view command = {});
int print_version(const Output& out);
// What is wrong with a file that was named on the command line.
[[nodiscard]] Json file_error(const std::string& path, Errc code);
[[nodiscard]] Json secret_file_error(const std::string& path, Errc code);
// What was given where a whole number is wanted; what: the option or argument.
[[nodiscard]] Json number_error(std::string_view what, std::string_view given);
[[nodiscard]] int exit_of(std::string_view code_name);

}  // namespace troth::app
