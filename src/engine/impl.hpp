// What an Engine holds: the parts of one device and how they are tied together. Only the engine,
// the simulator's checkers and tests look inside.
#pragma once

#include "device/commands.hpp"
#include "device/finder.hpp"
#include "device/queries.hpp"
#include "device/row_check.hpp"
#include "troth/engine.hpp"

namespace troth {

struct EngineImpl {
  explicit EngineImpl(std::unique_ptr<device::Core> opened)
      : core(std::move(opened)),
        keys(*core),
        author(*core, keys),
        peers(*core, keys),
        sealing(*core, keys, peers),
        duties(*core, keys, author, peers, sealing),
        pairing(*core, keys, author, duties, peers),
        finder(*core, peers, pairing),
        files(*core, peers),
        pauses(*core),
        rows(*core, files),
        commands(*core, keys, author, duties, peers, pairing, files, pauses),
        queries(*core, peers, files, pauses, sealing) {}

  Result<> start();
  void enter(Now now);
  void follow();
  void tell_changed(const CategoryId& category, const std::vector<ItemId>& items);
  void tell_taken_back();
  void rest();
  void rest_later();
  // Also while its rows are being put right: nothing of them is given, taken or sealed.
  [[nodiscard]] bool paused(const CategoryId* category, const DeviceId* device) const {
    return (category != nullptr && core->in_doubt(*category)) || pauses.paused(category, device);
  }

  std::unique_ptr<device::Core> core;
  device::KeyDesk keys;
  device::Author author;
  device::Peers peers;
  device::Sealing sealing;
  device::Duties duties;
  device::PairFlow pairing;
  device::Finder finder;
  device::Files files;
  device::Pauses pauses;
  device::RowCheck rows;
  device::Commands commands;
  device::Queries queries;
  std::optional<MonoMs> make_durable_at;
  std::optional<MonoMs> rest_at;
  std::uint64_t steps_seen = 0;    // committed ones, when rest_at was last due
  std::uint64_t steps_rested = 0;  // and when the database was last tidied
};

struct EngineInspector {
  static EngineImpl& look(Engine& engine) { return *engine.impl_; }
};

}  // namespace troth
