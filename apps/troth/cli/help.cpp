// What the program says about itself: version, help, completion. All of it comes from the table of
// commands.
#include <algorithm>

#include "apps/troth/cli/runs.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

constexpr std::string_view kGlobals =
    "--home= --approve-file= --input= --json --no-input --yes --quiet --verbose --remember --help";

// "up|--name --join": the path of a command and its options. valued: those that take a value.
std::string options_of(std::string_view args, std::string& valued) {
  std::string out;
  while (!args.empty()) {
    const auto end = std::min(args.find(' '), args.size());
    std::string word(args.substr(0, end));
    args.remove_prefix(std::min(end + 1, args.size()));
    if (!word.starts_with("--")) continue;
    const bool takes = word.ends_with('=');
    if (takes) word.pop_back();
    if (word.ends_with('*')) word.pop_back();
    if (takes && valued.find(" " + word + " ") == std::string::npos) valued += word + " ";
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

// Words that are no command end the path; after that files are completed, as after options with a
// value. Nothing of what was typed is run or taken for a pattern.
constexpr std::string_view kScript = R"(_troth() {
  local IFS=$' \t\n' cur="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
  local path='' words='' ended='' word line rest i
  COMPREPLY=()
  [[ $before == '=' ]] && before="${COMP_WORDS[COMP_CWORD-2]}"
  [[ $cur == '=' || "$_troth_valued" == *" $before "* ]] && return
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ "$_troth_valued" == *" $word "* ]]; then
      [[ ${COMP_WORDS[i+1]} == '=' ]] && ((i++))
      ((i++))
    elif [[ $word != -* ]]; then
      rest="${path:+$path }$word"
      case $'\n'"$_troth_table" in
        *$'\n'"$rest|"* | *$'\n'"$rest "*) path="$rest" ;;
        *) ended=1; break ;;
      esac
    fi
  done
  while IFS='|' read -r line rest; do
    if [[ $cur == -* ]]; then
      [[ $line == "$path" ]] && words+=" $rest"
    elif [[ -z $ended && -z $path ]]; then
      words+=" ${line%% *}"
    elif [[ -z $ended && $line == "$path "* ]]; then
      line="${line#"$path "}"
      words+=" ${line%% *}"
    fi
  done <<< "$_troth_table"
  [[ $cur == -* ]] && words+=" $_troth_globals"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _troth troth)";

std::string bash_script() {
  std::string valued = " ";
  std::string table;
  for (const auto& command : commands())
    table += std::string(command.path) + "|" + options_of(command.args, valued) + "\n";
  const std::string globals = options_of(kGlobals, valued);
  return "_troth_table='" + table + "'\n_troth_globals='" + globals + "'\n_troth_valued='" +
         valued + "'\n" + std::string(kScript);
}

Json command_json(const Command& command) {
  std::string key = "help." + std::string(command.path);
  std::replace(key.begin(), key.end(), ' ', '.');
  return Json{{"v", 1},
              {"command", command.path},
              {"built", command.run != run_unsupported},
              {"help", shell::find_text(key)}};
}

void list_commands(const Output& out) {
  out.line(shell::say("help.more"));
  for (const auto& command : commands()) {
    const bool built = command.run != run_unsupported;
    if (out.json) out.object(command_json(command));
    out.line("  " + std::string(command.path) +
             (built ? "" : "   " + shell::say("help.not_built")));
  }
}

void list_errors(const Output& out) {
  for (const auto& text : shell::all_error_texts()) {
    const int exit = static_cast<int>(text.exit);
    if (out.json) {
      out.object(Json{{"v", 1},
                      {"code", text.name},
                      {"exit", exit},
                      {"retry", text.retry},
                      {"message", text.message},
                      {"hint", text.hint}});
    }
    out.line(std::string(text.name) + "  " + std::to_string(exit) + "  " +
             std::string(text.message));
  }
}

}  // namespace

int run_version(Context& c) { return print_version(c.out()); }

int run_completion(Context& c) {
  if (c.in().value("SHELL") != "bash") return c.out().error(Errc::unsupported, "only_bash");
  const std::string script = bash_script();
  if (c.out().json) c.out().object(Json{{"v", 1}, {"shell", "bash"}, {"script", script}});
  c.out().line(script);
  return 0;
}

// The help of one command is printed where the words are read (parse.cpp).
int run_help(Context& c) {
  if (c.in().all("TOPIC").empty()) {
    list_commands(c.out());
  } else {
    list_errors(c.out());
  }
  return 0;
}

}  // namespace troth::app
