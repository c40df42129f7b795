// CLI11 lives in this file only: it costs seconds to compile.
#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>
#include <memory>

#include "apps/troth/cli/command.hpp"
#include "apps/troth/cli/output.hpp"
#include "apps/troth/cli/runs.hpp"
#include "apps/troth/daemon/request.hpp"
#include "base/bytes.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
    const auto end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string help_of(std::string_view path) {
  std::string key = "help." + std::string(path);
  std::replace(key.begin(), key.end(), ' ', '.');
  return std::string(shell::find_text(key));
}

// Of one command when it has its own words for it, else the same everywhere.
std::string help_of_option(const Command& command, std::string_view name) {
  const std::string own = help_of(std::string(command.path) + ".option." + std::string(name));
  return own.empty() ? help_of("option." + std::string(name)) : own;
}

// Where CLI11 writes what one option collected.
struct Slot {
  std::string name;
  bool is_flag = false;
  bool flag = false;
  std::vector<std::string> values;
};
struct Leaf {
  CLI::App* app = nullptr;
  const Command* command = nullptr;
  std::deque<Slot> slots;  // a deque: CLI11 keeps references into it
};

void add_argument(Leaf& leaf, std::string word) {
  Slot& slot = leaf.slots.emplace_back();
  const bool option = word.starts_with("--");
  const bool valued = word.ends_with('=');
  if (valued) word.pop_back();
  const bool repeated = word.ends_with('*');
  const bool optional = word.ends_with('?');
  if (repeated || optional) word.pop_back();
  slot.name = option ? word.substr(2) : word;
  if (option && !valued) {
    slot.is_flag = true;
    leaf.app->add_flag(word, slot.flag, help_of_option(*leaf.command, slot.name));
    return;
  }
  auto* added = leaf.app->add_option(word, slot.values, help_of_option(*leaf.command, slot.name));
  if (option) {
    added->take_all()->expected(1)->allow_extra_args(false);
    if (!repeated) added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  } else if (repeated) {
    added->expected(0, 100'000);
  } else {
    const bool needed = !optional && leaf.command->run != run_unsupported;
    added->expected(1)->allow_extra_args(false)->required(needed);
  }
}

void add_globals(CLI::App& app, Globals& globals, std::string& input) {
  app.add_option("--home", globals.home, help_of("option.home"));
  app.add_option("--approve-file", globals.approve_file, help_of("option.approve-file"));
  app.add_option("--input", input, help_of("option.input"))->check(CLI::IsMember({"json"}));
  app.add_flag("--json", globals.json, help_of("option.json"));
  app.add_flag("--no-input", globals.no_input, help_of("option.no-input"));
  app.add_flag("--yes", globals.yes, help_of("option.yes"));
  app.add_flag("--quiet", globals.quiet, help_of("option.quiet"));
  app.add_flag("-v,--verbose", globals.verbose, help_of("option.verbose"));
  app.add_flag("--remember", globals.remember, help_of("option.remember"));
}

// The app of a path, made with its parents on the way.
CLI::App* app_at(CLI::App& root, const std::vector<std::string>& path) {
  CLI::App* at = &root;
  std::string so_far;
  for (const auto& word : path) {
    so_far += so_far.empty() ? word : " " + word;
    const auto made =
        at->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
    CLI::App* next = made.empty() ? nullptr : made.front();
    if (next == nullptr) {
      next = at->add_subcommand(word, help_of(so_far));
      next->fallthrough();
    }
    at = next;
  }
  return at;
}

// The deepest subcommand that was named; its parents were named on the way.
const CLI::App* chosen(const CLI::App& root) {
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

// What is not built yet says so, whatever comes behind it.
bool takes_anything(const std::deque<Leaf>& leaves, const CLI::App* at) {
  return std::any_of(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
    return leaf.app == at && leaf.command->run == run_unsupported;
  });
}

std::string not_built(const Command& command) {
  return help_of(command.path) + " (" + shell::say("help.not_built") + ")";
}

// `help COMMAND`: the help of that command, or 2 when there is none of that name.
int help_topic(CLI::App& root, const std::vector<std::string>& topic, bool json) {
  CLI::App* at = &root;
  std::string before;
  for (const auto& word : topic) {
    const auto next =
        at->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
    if (next.empty()) return print_usage_error(shell::say("no_topic", {word}), json);
    before += (before.empty() ? "" : " ") + at->get_name();
    at = next.front();
  }
  std::cout << at->help(before) << std::flush;
  return 0;
}

void keep(const Leaf& leaf, Invocation& into) {
  into.command = leaf.command;
  for (const auto& slot : leaf.slots) {
    if (slot.is_flag && slot.flag) into.flags.insert(slot.name);
    if (!slot.is_flag && !slot.values.empty()) into.values[slot.name] = slot.values;
  }
}

// What may be said as nothing. Everywhere else an empty word is a variable that was not set, and
// taking it for "all of them" or "the only one" would do what nobody asked for (spec 13 §6).
constexpr std::string_view kMayBeEmpty[] = {"CODE", "VALUE", "FIELD", "why", "class", "member"};

std::string_view empty_one(const Invocation& invocation) {
  for (const auto& [name, values] : invocation.values) {
    if (std::find(std::begin(kMayBeEmpty), std::end(kMayBeEmpty), name) != std::end(kMayBeEmpty))
      continue;
    if (std::find(values.begin(), values.end(), "") != values.end()) return name;
  }
  return {};
}

// Files that this process opens itself may have any name; all else goes into JSON, and what is no
// text would be stored as another one.
constexpr std::string_view kLocalFiles[] = {"FILE", "from", "html", "passphrase-file",
                                            "new-passphrase-file"};

std::optional<std::string> broken_text(const Invocation& invocation) {
  for (const auto& [name, values] : invocation.values) {
    if (std::find(std::begin(kLocalFiles), std::end(kLocalFiles), name) != std::end(kLocalFiles))
      continue;
    for (const auto& value : values) {
      if (!is_utf8(as_bytes(value))) return name;
    }
  }
  return std::nullopt;
}

// "device rename", of what was named before the words stopped making sense.
std::string path_of(const CLI::App& root) {
  std::string path;
  for (const CLI::App* at = &root; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    path += (path.empty() ? "" : " ") + at->get_name();
  }
  return path;
}

bool wants_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  CLI::App root(std::string(shell::find_text("help.troth")), "troth");
  root.require_subcommand(0, 1);
  Parsed parsed;
  std::string input;
  bool version = false;
  root.add_flag("--version", version, help_of("version"));
  add_globals(root, parsed.invocation.globals, input);
  std::deque<Leaf> leaves;
  for (const Command& command : commands()) {
    Leaf& leaf = leaves.emplace_back();
    leaf.app = app_at(root, words_of(command.path));
    leaf.command = &command;
    if (command.run == run_unsupported) leaf.app->description(not_built(command));
    for (const auto& word : words_of(command.args)) add_argument(leaf, word);
  }
  try {
    root.allow_extras();  // only here: what is made from root would take it over
    root.parse(argc, argv);
    if (root.remaining_size() > 0 && !takes_anything(leaves, chosen(root)))
      throw CLI::ExtrasError(root.get_name(), root.remaining());
  } catch (const CLI::CallForHelp& help) {
    std::cout << root.help() << std::flush;  // of the command that was named, with its whole name
    parsed.exit = 0;
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.exit = print_usage_error(error.what(), wants_json(argc, argv), path_of(root));
    return parsed;
  }
  parsed.invocation.globals.input_json = input == "json";
  const CLI::App* at = chosen(root);
  for (const auto& leaf : leaves) {
    if (leaf.app == at) keep(leaf, parsed.invocation);
  }
  const auto topic = parsed.invocation.all("TOPIC");
  if (!topic.empty() && topic != std::vector<std::string>{"errors"}) {
    root.clear();  // else it would give the help of `help`
    parsed.exit = help_topic(root, topic, wants_json(argc, argv));
    return parsed;
  }
  if (const auto name = empty_one(parsed.invocation); !name.empty()) {
    parsed.exit = print_usage_error(shell::say("empty_argument", {name}), wants_json(argc, argv),
                                    path_of(root));
    return parsed;
  }
  if (const auto name = broken_text(parsed.invocation)) {
    parsed.exit = Output{wants_json(argc, argv), false}.error(
        error_json(Errc::bad_utf8, "argument_no_text", {}, {*name}));
    return parsed;
  }
  if (version && parsed.invocation.command == nullptr) {
    parsed.exit = print_version(Output{wants_json(argc, argv), false});
    return parsed;
  }
  if (parsed.invocation.command == nullptr) {
    std::cerr << root.help() << std::flush;
    parsed.exit =
        at == &root && argc == 1 ? 2 : print_usage_error("", wants_json(argc, argv), path_of(root));
  }
  return parsed;
}

}  // namespace troth::app
