// troth: the daemon and its command line in one program.
#include <unistd.h>

#include "apps/troth/cli/context.hpp"
#include "shell/os/home.hpp"

namespace {

std::string own_path(const char* argv0) {
  char path[4096];
  const auto size = ::readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string(argv0);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace troth::app;
  install_interrupt();
  Parsed parsed = parse_command_line(argc, argv);
  if (parsed.exit) return *parsed.exit;
  const Globals globals = parsed.invocation.globals;
  const auto home = troth::shell::find_home(troth::shell::HomeInputs::from_process(globals.home));
  if (!home) return Output{globals.json, false}.error(home.error().code);
  const Run run = parsed.invocation.command->run;
  Context context(std::move(parsed.invocation), *home, own_path(argv[0]));
  return run(context);
}
