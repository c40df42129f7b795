// Making a home and starting its daemon: what init, daemon and up have in common.
#pragma once

#include "apps/troth/cli/context.hpp"
#include "troth/command.hpp"

namespace troth::app {

// Makes keys and, unless join is set, a new circle, without a daemon. The answer of `init`.
[[nodiscard]] Result<Json> init_alone(const std::string& home, const SecretBytes& passphrase,
                                      const InitDevice& command);
// The passphrase of a new keystore: file, or typed twice, or none on purpose. nullopt: exit is set.
[[nodiscard]] std::optional<SecretBytes> new_passphrase(Context& context, std::string_view option,
                                                        int& exit);
// What can be known to fail before keys are made: names that are too long, a file in the place of
// the home. False: said already, exit is set.
[[nodiscard]] bool check_new_home(const Context& context, int& exit);
// Made and not left half-way: keys whose making was interrupted are gone on with.
[[nodiscard]] bool home_is_taken(const std::string& home);
// --name, else what the machine is called.
[[nodiscard]] std::string device_name(const Context& context);
[[nodiscard]] InitDevice init_command(const Context& context);

}  // namespace troth::app
