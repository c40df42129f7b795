// Commands: carries out what apps and people ask. Each returns at once; the outcome is an event.
#pragma once

#include "device/author.hpp"
#include "device/files.hpp"
#include "device/pair_flow.hpp"
#include "device/pauses.hpp"

namespace troth::device {

class Commands {
 public:
  Commands(Core& core, KeyDesk& keys, Author& author, Duties& duties, Peers& peers,
           PairFlow& pairing, Files& files, Pauses& pauses)
      : core_(core),
        keys_(keys),
        author_(author),
        duties_(duties),
        peers_(peers),
        pairing_(pairing),
        files_(files),
        pauses_(pauses) {}
  void run(const Command& command, Ticket ticket);

 private:
  // Each answers now (Done or Failed is emitted by run) or says `later` and emits by itself.
  struct Outcome {
    bool later = false;
    Bytes id;
  };
  using Answer = Result<Outcome>;
  Answer act(const InitDevice&, Ticket);
  Answer act(const StartPairing&, Ticket);
  Answer act(const AnswerApplicant&, Ticket);
  Answer act(const JoinCircle&, Ticket);
  Answer act(const AnswerOffer&, Ticket);
  Answer act(const CancelPairing&, Ticket);
  Answer act(const ConnectDevice&, Ticket);
  Answer act(const RenameDevice&, Ticket);
  Answer act(const RemoveDevice&, Ticket);
  Answer act(const LeaveCircle&, Ticket);
  Answer act(const UndoPairing&, Ticket);
  Answer act(const CreateCategory&, Ticket);
  Answer act(const UpdateCategory&, Ticket);
  Answer act(const RetireCategory&, Ticket);
  Answer act(const GrantConsent&, Ticket);
  Answer act(const WithdrawConsent&, Ticket);
  Answer act(const AcceptOffer&, Ticket);
  Answer act(const DeclineOffer&, Ticket);
  Answer act(const RotateKeys&, Ticket);
  Answer act(const PutItem&, Ticket);
  Answer act(const PutItems&, Ticket);
  Answer act(const DeleteItem&, Ticket);
  Answer act(const UndeleteItem&, Ticket);
  Answer act(const Pause&, Ticket);
  Answer act(const Resume&, Ticket);
  Answer act(const AddFolder&, Ticket);
  Answer act(const RemoveFolder&, Ticket);
  Answer act(const AcknowledgeAlert&, Ticket);
  Answer act(const AdoptSetAside&, Ticket);

  Answer propose(Author::Build build, Ticket ticket, bool return_category = false);
  void write_checkpoint(Ticket ticket, const EntryId& after, std::function<void()> done);
  // Of an offer to this device, what it did not take so far.
  [[nodiscard]] std::vector<circle::GrantRef> open_terms(const EntryId& offer) const;
  Answer begin_new_circle(const InitDevice& command, Ticket ticket);
  [[nodiscard]] Result<> may_edit(const CategoryId& category);
  void ask_for_consent(const CategoryId& category, const consent::Verdict& verdict);
  void remember_no(const CategoryId& category);
  Result<> check_one(const PutItem& item);
  Result<> put_one(const PutItem& item);
  void edited(const CategoryId& category, const ItemId& item, bool deleted);
  Answer remove_device(const DeviceId& device, circle::RemoveWhy why, bool strict,
                       std::optional<std::uint64_t> revert_since_ms, Ticket ticket);

  Core& core_;
  KeyDesk& keys_;
  Author& author_;
  Duties& duties_;
  Peers& peers_;
  PairFlow& pairing_;
  Files& files_;
  Pauses& pauses_;
};

}  // namespace troth::device
