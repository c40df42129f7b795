// Checkers: what must hold at any time (safety) and what must hold once faults have stopped
// (liveness). Each counts how often it was evaluated: a checker that never ran proves nothing.
#pragma once

#include "sim/world/users.hpp"

namespace troth::sim {

enum class Check : std::uint8_t {
  same_log_same_view,     // equal heads: equal devices, categories, grants
  removed_stays_removed,  // no device that was removed is live again anywhere
  no_fork,                // honest devices never fork
  claims_are_durable,     // nothing that was claimed is gone after a crash
  nothing_invented,       // every visible value was written by somebody
  salts_unique,           // no batch key is used twice (rule 18)
  clean_seal,     // no batch of a device that had seen an end opens with what its target ever held
  consent_shown,  // nothing of a category is readable without consent
  attempts_counted,    // what left of a pairing run was counted before
  logs_equal,          // liveness: all live devices hold the same log
  data_equal,          // liveness: devices that share a category hold the same items
  queues_empty,        // liveness: no draft waits without a reason that a person can act on
  says_equal,          // liveness: peers know that they are equal
  log_admission,       // rule 4.4: nothing late of a removed device was taken
  links_need_history,  // rule 7: an epoch's key alone opens no earlier epoch
  clean_wraps,         // rule 0: no box of an epoch that was not clean when it was made
  keys_once,           // rule 11: no two devices have a key in common
  check_number,        // nobody is paired over a check number that was not typed right
  kept,                // what an app was told is written shows until somebody changes it
  rollback_told,       // rule 19: a state that went back is told of, and has a new author
  sums_right,          // the sums over the rows of sync are those of the rows (spec 11 §6.1)
  clone_told,          // of a home that lives twice somebody says so (rule 19)
  folders_equal,       // liveness: folders that are kept equal hold the same files
};
inline constexpr std::size_t kChecks = 23;
[[nodiscard]] const char* name_of(Check check);

struct Violation {
  Check check;
  std::string what;
};

// What a device shows of a category, as one comparable value.
using Shown = std::map<ItemId, std::map<std::string, Bytes>>;
[[nodiscard]] Shown shown(SimDevice& device, const CategoryId& category, Now now);

class Checkers {
 public:
  Checkers(World& world, Users& users);
  void safety();
  void liveness();
  void twins();                  // before people have taken a home out that lives twice
  [[nodiscard]] bool settled();  // liveness would pass: stop waiting early
  // Something kept logs apart that may: what a device signed that is out, or speaks twice. Who
  // holds such a thing is not compared with who does not.
  [[nodiscard]] bool disputed() const { return disputed_; }
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] const std::array<std::uint64_t, kChecks>& evaluated() const { return evaluated_; }

 private:
  bool require(bool ok, Check check, const std::string& what);
  void views();
  void attempts(SimDevice& device);
  void put_back(SimDevice& device);
  [[nodiscard]] bool may_fork(const DeviceId& author) const;
  [[nodiscard]] bool gave_up(SimDevice& device, const CategoryId& category,
                             const AuthorId& author) const;
  void claims_of(SimDevice& device);
  [[nodiscard]] std::vector<SimDevice*> staying();
  [[nodiscard]] bool apart_by_right(SimDevice& a, SimDevice& b) const;
  void admissions(SimDevice& device);
  void same_keys(SimDevice& device);
  void links(SimDevice& device);
  void wraps(SimDevice& device);
  void keepsakes();
  void sums();
  void learn_authors();
  void claims();
  void values();
  void batches();
  void logs();
  void data();
  struct Both {
    sync::Vector at_a, at_b;
    bool lost = false;  // something that only its author could bring is missing
  };
  [[nodiscard]] Both hold(SimDevice& a, SimDevice& b, const CategoryId& category);
  void compare(SimDevice& a, SimDevice& b, const CategoryId& category);
  [[nodiscard]] static bool in_full(SimDevice& device, const CategoryId& category);
  void pair(SimDevice& a, SimDevice& b);
  void queues(SimDevice& device);
  void files_written();
  [[nodiscard]] bool keeps_folder(SimDevice& device);
  [[nodiscard]] bool may_differ(SimDevice& a, SimDevice& b);
  void folders();
  [[nodiscard]] std::vector<SimDevice*> up_members();
  [[nodiscard]] bool may_open(SimDevice& target, const Bytes& sealed);

  World& world_;
  Users& users_;
  std::array<std::uint64_t, kChecks> evaluated_{};
  std::optional<Violation> violation_;
  std::set<DeviceId> ever_removed_;
  std::set<EntryId> seen_wraps_;
  std::map<AuthorId, DeviceId> authors_;  // that were ever seen
  bool disputed_ = false;
};

}  // namespace troth::sim
