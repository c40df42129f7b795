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
[[nodiscard]] InitDevice init_command(const Context& context);

}  // namespace troth::app
