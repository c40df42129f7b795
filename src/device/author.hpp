// Author: writes this device's own entries of the circle log, one after another, because two that
// name the same previous entry would be a fork (rule 4.5). Build, check policy, sign, admit, store.
#pragma once

#include <deque>

#include "device/keys.hpp"

namespace troth::device {

class Author {
 public:
  using Build = std::function<Result<circle::Payload>()>;
  using Done = std::function<void(Result<EntryId>)>;
  Author(Core& core, KeyDesk& keys) : core_(core), keys_(keys) {}

  // build is called when its turn comes, against the log as it is then.
  void propose(Build build, Ticket command, Done done);
  // Signs without taking the entry into the log; commit() does that, if it still follows our newest
  // entry (again otherwise). Background entries wait meanwhile; release() lets them go on.
  using Signed = std::function<void(Result<circle::Entry>)>;
  void sign_ahead(Build build, Ticket command, Signed done);
  [[nodiscard]] Result<EntryId> commit(const circle::Entry& entry);
  void release();
  void tick();  // something may no longer have to wait
  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  struct Proposal {
    Build build;
    Ticket command;
    Done done;
    Signed ahead;  // set: sign only
  };
  void start();
  [[nodiscard]] std::optional<MonoMs> waits_until(const Proposal& proposal) const;
  [[nodiscard]] bool may_begin(const Proposal& proposal) const;
  Result<> begin(Proposal& proposal);
  Result<EntryId> finish(Bytes body, const SecretBytes& signature);
  void signed_by(const Proposal& proposal, const Bytes& body, Result<SecretBytes> signature);

  Core& core_;
  KeyDesk& keys_;
  std::deque<Proposal> queue_;
  bool busy_ = false;
  bool holding_ = false;
};

}  // namespace troth::device
