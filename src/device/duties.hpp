// Duties: what follows from the log, worked off after every step in which it grew. They are derived
// from state, never remembered, so a crash between any two of them changes nothing (design 2).
#pragma once

#include "device/author.hpp"
#include "device/backoff.hpp"
#include "device/peers.hpp"
#include "device/sealing.hpp"
#include "keyring/plan.hpp"

namespace troth::device {

class Duties {
 public:
  Duties(Core& core, KeyDesk& keys, Author& author, Peers& peers, Sealing& sealing)
      : core_(core), keys_(keys), author_(author), peers_(peers), sealing_(sealing) {}

  void run();   // after the log or the keys grew, and at deadline()
  void tick();  // work that is done in slices
  [[nodiscard]] std::optional<MonoMs> deadline() const;
  // An ack although nothing ended; false when one is being written already.
  bool ack_soon() { return !acking_ && !std::exchange(ack_due_, true); }
  // command: of the person who asks for it. Then a category gets no second new key in ten minutes
  // without need; `again` when that leaves none.
  void rotate(std::vector<CategoryId> categories, Ticket command, Author::Done done);
  void set_forget(std::function<void(const CategoryId&)> forget) { forget_ = std::move(forget); }

 private:
  struct Turn {
    bool rotate = false;
    MonoMs at;
  };
  [[nodiscard]] std::optional<Turn> turn(const keyring::PlanContext& context,
                                         const CategoryId& category);
  [[nodiscard]] std::optional<std::uint64_t> stale_delay(const keyring::Survey& survey) const;
  [[nodiscard]] std::optional<MonoMs> scheduled(const keyring::Survey& survey) const;
  MonoMs due(std::map<CategoryId, MonoMs>& dues, const CategoryId& category, std::uint64_t delay);
  [[nodiscard]] Result<std::vector<CategoryId>> less_those_of_late(
      const std::vector<CategoryId>& categories) const;
  void open_boxes();
  void bad_box(const circle::BoxInfo& box);
  [[nodiscard]] bool waits(const Backoff& backoff);
  void written(Backoff& backoff, const Result<EntryId>& entry);
  void close_links();
  void erase_withdrawn();
  void write_keys();
  void write_expiries();
  void write_ack();
  void write_proof();
  void join_forks();
  [[nodiscard]] std::vector<EntryId> forks_to_join() const;
  [[nodiscard]] std::optional<circle::ForkProof> fork_to_prove() const;
  [[nodiscard]] std::vector<circle::EndInfo> unacknowledged();
  [[nodiscard]] bool needs_ack(const circle::EndInfo& end);
  [[nodiscard]] Result<keyring::PlanContext> plan_context() const;
  void keep_secrets(std::vector<keyring::EpochSecret> secrets);
  void wake_at(MonoMs at);

  Core& core_;
  KeyDesk& keys_;
  Author& author_;
  Peers& peers_;
  Sealing& sealing_;
  std::function<void(const CategoryId&)> forget_;
  bool opening_ = false;
  bool writing_keys_ = false;
  bool missed_ = false;  // something about keys came up while an entry of them was being written
  bool ack_due_ = false;
  bool acking_ = false;
  bool expiring_ = false;
  bool proving_ = false;
  std::set<EntryId> settled_;  // ends above whose cuts nothing is held
  std::optional<MonoMs> expiry_at_;
  std::optional<MonoMs> proof_at_;
  std::optional<MonoMs> join_at_;
  std::optional<MonoMs> joined_at_;
  std::uint64_t join_again_ms_ = limits::kForkAckMs;
  Backoff boxes_wait_, keys_wait_, expiry_wait_, ack_wait_, proof_wait_;
  std::map<CategoryId, MonoMs> wraps_due_;
  std::map<CategoryId, MonoMs> stale_due_;
  std::optional<keyring::KeysPlan> plan_;  // of the keys entry that is being signed
  std::optional<MonoMs> next_;
};

}  // namespace troth::device
