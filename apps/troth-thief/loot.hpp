// Loot: everything that a home gives to somebody who has it whole, with its passphrase. No rule of
// consent is asked: what the keys open is open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device/core.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/rng.hpp"

namespace troth::thief {

struct Loot {
  shell::OsRng rng;
  std::unique_ptr<shell::FileKeystore> keystore;
  std::unique_ptr<device::Core> core;
  std::size_t stored_keys = 0;  // epochs that lay in the database
  std::size_t boxed_keys = 0;   // more of them, from boxes in the log and links between epochs

  // Every ECDH that the keystore would do for the device, it does for the thief.
  [[nodiscard]] Result<Bytes> agree(ByteView point);
};

// Opens keystore and database, then every box and link that the agree key and the history keys
// reach, again and again, also those that the device itself had wiped.
[[nodiscard]] Result<std::unique_ptr<Loot>> open_home(const std::string& home,
                                                      const std::string& passphrase_file);

// All epoch keys of all homes, as batches need them.
[[nodiscard]] std::vector<sync::EpochKey> epoch_keys(
    const std::vector<std::unique_ptr<Loot>>& homes);

void print_loot(Loot& loot);

}  // namespace troth::thief
