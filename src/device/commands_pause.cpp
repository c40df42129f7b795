// Commands about pausing: they change what this device does, never what is agreed.
#include "device/commands.hpp"

namespace troth::device {

Commands::Answer Commands::act(const Pause& command, Ticket) {
  const bool named = command.category || command.device;
  if (named && !core_.alive()) return fail(Errc::not_live);
  if (command.category && core_.view().category(*command.category) == nullptr)
    return fail(Errc::unknown_category);
  if (command.device && core_.view().device(*command.device) == nullptr)
    return fail(Errc::unknown_device);
  if (command.device && !core_.view().live(*command.device)) return fail(Errc::not_live);
  TROTH_CHECK(pauses_.add(command));
  return Outcome{};
}

// What is paused by something wider stays so: to say that it goes on would not be true.
Commands::Answer Commands::act(const Resume& command, Ticket) {
  const bool named = command.category || command.device;
  if (!pauses_.remove(command) && named) return fail(Errc::not_found, "not_paused");
  core_.data_grew_ = true;
  peers_.resume();
  return Outcome{};
}

}  // namespace troth::device
