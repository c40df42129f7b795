// troth: the daemon and its command line in one program.
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "apps/troth/cli/runs.hpp"
#include "shell/os/home.hpp"

namespace {

std::string own_path(const char* argv0) {
  char path[4096];
  const auto size = ::readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string(argv0);
}

// What looks at no home works also where nothing says where that would be.
bool needs_home(const troth::app::Command& command) {
  using namespace troth::app;
  constexpr Run kWithout[] = {run_version, run_help, run_verify, run_completion, run_unsupported};
  return std::find(std::begin(kWithout), std::end(kWithout), command.run) == std::end(kWithout);
}

int run(int argc, char** argv) {
  using namespace troth::app;
  Parsed parsed = parse_command_line(argc, argv);
  if (parsed.exit) return *parsed.exit;
  const Globals globals = parsed.invocation.globals;
  const auto home = troth::shell::find_home(troth::shell::HomeInputs::from_process(globals.home));
  if (!home && needs_home(*parsed.invocation.command))
    return Output{globals.json, false}.error(home.error().code, "no_home_known");
  const Run run = parsed.invocation.command->run;
  Context context(std::move(parsed.invocation), home.value_or(std::string()), own_path(argv[0]));
  return run(context);
}

}  // namespace

int main(int argc, char** argv) {
  troth::app::install_interrupt();
  const int exit = run(argc, argv);
  troth::app::end_output();
  return exit;
}
