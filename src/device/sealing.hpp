// Sealing: turns drafts into batches as soon as consent, a clean key and a certificate allow it,
// and says what is missing when they do not (rules 0, 17, 19).
#pragma once

#include "device/backoff.hpp"
#include "device/keys.hpp"
#include "device/peers.hpp"

namespace troth::device {

class Sealing {
 public:
  Sealing(Core& core, KeyDesk& keys, Peers& peers) : core_(core), keys_(keys), peers_(peers) {}

  // Seals what can be sealed now, a bounded number of batches a step.
  void run(const std::function<bool(const CategoryId&)>& paused);
  // A category has drafts that wait for a new key: duties make one.
  [[nodiscard]] const std::set<CategoryId>& wants_rotation() const { return wants_rotation_; }
  [[nodiscard]] std::optional<MonoMs> deadline() const { return retry_at_; }
  void opened(MonoMs at) { opened_ = at; }
  // Text key of why a category's drafts wait; empty when they do not.
  [[nodiscard]] std::string waiting(const CategoryId& category) const;
  [[nodiscard]] bool more() const { return more_; }
  // The log has more heads than a batch can name: an ack joins them first (spec 07 §6).
  [[nodiscard]] bool wants_ack() const { return wants_ack_; }

 private:
  bool seal_one(const CategoryId& category);
  bool ensure_signer();
  bool ensure_confirmed(const CategoryId& category);
  bool heard_of_all();
  // By a device that is live, and connected if that is asked.
  [[nodiscard]] bool read_by_others(const CategoryId& category, bool connected) const;
  void retry(MonoMs at);

  Core& core_;
  KeyDesk& keys_;
  Peers& peers_;
  std::optional<crypto::Ed25519KeyPair> signing_;  // waits for its certificate
  Backoff signing_retry_;
  bool more_ = false;
  bool wants_ack_ = false;
  std::optional<MonoMs> retry_at_;
  MonoMs opened_{};
  std::set<CategoryId> wants_rotation_;
  std::map<CategoryId, const char*> waiting_;
};

}  // namespace troth::device
