// The command table: what exists, what it takes, who carries it out. Help, parsing and completion
// all come from it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troth::app {

struct Globals {
  std::optional<std::string> home;
  std::optional<std::string> approve_file;  // passphrase of the file keystore, for the approve key
  bool json = false;
  bool no_input = false;
  bool yes = false;
  bool quiet = false;
  bool verbose = false;
  bool remember = false;    // the approval lasts 5 minutes
  bool input_json = false;  // --input json: answers are JSON lines
};

class Context;
using Run = int (*)(Context&);

// args: NAME required, NAME? optional, NAME* any number, --flag, --option= takes a value,
// --option*= takes one and may be repeated.
struct Command {
  std::string_view path;  // "device list"
  std::string_view args;
  Run run = nullptr;
};
[[nodiscard]] std::span<const Command> commands();

struct Invocation {
  Globals globals;
  const Command* command = nullptr;
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::set<std::string, std::less<>> flags;

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] std::string value(std::string_view name) const { return find(name).value_or(""); }
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const { return flags.contains(name); }
};

struct Parsed {
  Invocation invocation;
  std::optional<int> exit;  // set when help was shown or the words were not understood
};
[[nodiscard]] Parsed parse_command_line(int argc, char** argv);

}  // namespace troth::app
