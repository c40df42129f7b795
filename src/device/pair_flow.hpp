// PairFlow: the pairing runs of this device, with its users, its log and its keys (spec 08). At
// most one invitation and one join at a time; one live run; the attempt is counted durably before
// the answer that depends on the secret leaves.
#pragma once

#include "device/author.hpp"
#include "device/duties.hpp"
#include "device/peers.hpp"
#include "pairing/applicant.hpp"
#include "pairing/sponsor.hpp"

namespace troth::device {

class PairFlow {
 public:
  PairFlow(Core& core, KeyDesk& keys, Author& author, Duties& duties, Peers& peers)
      : core_(core), keys_(keys), author_(author), duties_(duties), peers_(peers) {}
  Result<> load();
  void set_joined(std::function<void()> joined) { joined_ = std::move(joined); }

  // ---- commands
  Result<> start(const StartPairing& command, Ticket ticket);
  Result<> answer_applicant(const AnswerApplicant& command);
  Result<> join(const JoinCircle& command, Ticket ticket);
  Result<> answer_offer(const AnswerOffer& command);
  Result<> cancel(const CancelPairing& command);

  // ---- connections, given by Peers
  Result<> incoming(ConnId id, const Link& link);
  [[nodiscard]] bool outgoing_ready(std::uint64_t attempt, ConnId id);
  void dial_failed(std::uint64_t attempt);
  void receive(ConnId id, ByteView bytes);
  void closed(ConnId id);
  std::size_t pull(ConnId id, MutableBytes out);

  // ---- the local network (spec 15), given by Finder
  [[nodiscard]] std::optional<std::string> shows() const;      // nameplate of the open invitation
  [[nodiscard]] std::optional<std::string> looks_for() const;  // of the code that was typed here
  void found(const std::string& nameplate, const std::string& address);

  void tick();
  [[nodiscard]] std::optional<MonoMs> deadline() const;
  [[nodiscard]] const pairing::AttemptBook& attempts() const { return book_; }
  // Connections whose run is over and that have not closed yet; and whether one stands.
  [[nodiscard]] std::size_t leftovers() const { return leftovers_.size(); }
  [[nodiscard]] bool sponsors() const { return sponsoring_.has_value(); }

 private:
  struct Wire {  // frames of one connection
    ConnId id;
    Bytes in;
    Bytes out;
    std::size_t out_sent = 0;
    bool close_when_sent = false;
  };
  struct Invitation {
    Ticket ticket;
    pairing::MadeCode code;
    std::string why;
    MonoMs ends;
    bool code_shown = true;  // false: locked out, QR only
    std::optional<MonoMs> told_at;  // the last failed run that no code counts was a fact
  };
  struct Sponsoring {
    Wire wire;
    std::unique_ptr<pairing::SponsorRun> run;
    MonoMs began;
    bool in_book = false;  // it was one of the tries at a typed code
    std::vector<ShareTerms> share;
    std::vector<ShareTerms> chosen_now;  // by a user who does not know that it is taken up again
    circle::DeviceDescriptor applicant;
    std::optional<circle::Entry> device_add;
    std::vector<CategoryId> accepted;
    bool again = false;   // the entry stands in the log already: its device never heard so
    bool stored = false;  // device_add and accept are in the log
  };
  // A join without an address: who shows the nameplate nearby is tried, one after the other.
  struct Search {
    MonoMs ends;
    std::vector<std::string> candidates;
    std::size_t tried = 0;
    std::optional<pairing::Ended> last;
  };
  struct Joining {
    Ticket ticket;
    std::optional<Search> search;
    std::uint64_t attempt = 0;
    std::string address;
    Wire wire;
    std::unique_ptr<pairing::ApplicantRun> run;
    std::optional<pairing::TypedCode> code;
    std::string name;
    CircleId circle;
    circle::DeviceDescriptor sponsor;
    std::optional<circle::Entry> device_add;
    std::vector<circle::GrantTerms> offered;
    Hash th2;
    std::vector<circle::Entry> entries;
    std::size_t log_bytes = 0;  // of entries
    bool asked = false;
    std::vector<CategoryId> accepted;
  };
  void invite(Ticket ticket, const StartPairing& command);
  void end_invitation(bool paired);
  [[nodiscard]] bool make_room();
  void tell_crowded(ConnId id);
  [[nodiscard]] pairing::SponsorSetup setup() const;
  void audit_failed(const Sponsoring& run, const pairing::Ended& ended);
  [[nodiscard]] Result<> fits(const std::vector<ShareTerms>& share) const;
  void drive_sponsor();
  void act(Sponsoring& run, pairing::Action& action);
  void sponsor_card(const Bytes& descriptor);
  [[nodiscard]] bool half_paired(const circle::DeviceDescriptor& card) const;
  void sponsor_build(const pairing::BuildEntry& build);
  void sponsor_build_again();
  void sponsor_accept(const Bytes& accept);
  [[nodiscard]] Result<> sponsor_store(const circle::Entry& accept);
  void sponsor_publish();
  void sponsor_paired();
  void offer_the_rest(const Sponsoring& run);
  void sponsor_ended(const pairing::Ended& ended);
  void drive_join();
  void act(Joining& run, pairing::Action& action);
  void join_offer(const pairing::ShowOffer& offer);
  bool join_again(const DeviceId& sponsor);
  Result<> join_sign(std::vector<std::uint32_t> indexes);
  void join_signed(Bytes body);
  void join_entries(const pairing::TakeEntries& taken);
  Result<> join_fold();
  void join_ended(const pairing::Ended& ended);
  bool search_on(const pairing::Ended& ended);
  void search_longer();
  void try_next();
  void end_search();
  void save_book();
  void let_go(Wire wire);  // once it has sent what it has
  void feed(Wire& wire, ByteView bytes, const std::function<void(ByteView)>& take);
  void put_frame(Wire& wire, const Bytes& body);
  // A run stands whose other side knows the code: it has bounds of its own.
  [[nodiscard]] bool code_proven() const { return sponsoring_ && sponsoring_->run->proven(); }
  [[nodiscard]] std::vector<pairing::OfferCard> cards(const std::vector<ShareTerms>& share) const;
  [[nodiscard]] circle::GrantTerms terms_for(const ShareTerms& share, const DeviceId& subject,
                                             const std::string& device_name) const;

  Core& core_;
  KeyDesk& keys_;
  Author& author_;
  Duties& duties_;
  Peers& peers_;
  std::function<void()> joined_;
  pairing::AttemptBook book_;
  std::optional<Ticket> starting_;  // waits for its user's presence
  std::optional<Invitation> invitation_;
  std::optional<Sponsoring> sponsoring_;
  std::optional<Joining> joining_;
  std::vector<Wire> leftovers_;  // connections that only have a last frame to send
};

}  // namespace troth::device
