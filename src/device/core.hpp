// Core: what one device is made of, shared by the parts that act on it. Only the engine builds one.
// Storage errors are noted here and end the engine at commit: one recovery path (design 2).
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "audit/log.hpp"
#include "circle/log.hpp"
#include "consent/expiry.hpp"
#include "consent/permits.hpp"
#include "device/outbox.hpp"
#include "keyring/keyring.hpp"
#include "pairing/attempts.hpp"
#include "store/audit_store.hpp"
#include "store/key_store.hpp"
#include "store/log_store.hpp"
#include "store/meta_store.hpp"
#include "store/sync_store.hpp"
#include "sync/replica.hpp"
#include "troth/engine.hpp"

namespace troth::device {

// Facts about this device that are kept sealed in the settings.
// What this device signed in a pairing whose end it has not seen. It signs no other for the same
// keys (rule 11): where the first one arrived, two would be a fork.
struct PendingJoin {
  CircleId circle;
  DeviceId sponsor;
  EntryId device_add;
  Bytes accept;  // the signed entry
  std::vector<CategoryId> accepted;
  using Fields =
      wire::FieldList<wire::Field<1, &PendingJoin::circle>, wire::Field<2, &PendingJoin::sponsor>,
                      wire::Field<3, &PendingJoin::device_add>,
                      wire::Field<4, &PendingJoin::accept, limits::kEntryBytes>,
                      wire::Field<5, &PendingJoin::accepted, limits::kCategories>>;
};

struct OwnRecord {
  circle::DeviceDescriptor descriptor;
  std::string member_name;
  bool waiting_to_join = false;
  bool removed = false;  // a live device told us so
  sync::Incarnation incarnation;
  std::optional<PendingJoin> pending;
  std::optional<DeviceId> lost_sponsor;  // who added us was removed without knowing of us (rule 11)
  std::uint64_t reserved = 0;            // what the keystore was told last (rule 19)
  bool behind = false;  // an older state was put back; no peer has caught us up yet
  using Fields =
      wire::FieldList<wire::Field<1, &OwnRecord::descriptor>,
                      wire::Field<2, &OwnRecord::member_name, limits::kNameBytes>,
                      wire::Field<3, &OwnRecord::waiting_to_join>,
                      wire::Field<4, &OwnRecord::removed>, wire::Field<5, &OwnRecord::incarnation>,
                      wire::Field<6, &OwnRecord::lost_sponsor>, wire::Field<7, &OwnRecord::pending>,
                      wire::Field<8, &OwnRecord::reserved>, wire::Field<9, &OwnRecord::behind>>;
};

// Something that a person should look at.
struct Alert {
  std::uint64_t id = 0;
  WallMs at;
  std::string kind;  // text key
  DeviceId device;
  bool acknowledged = false;
  using Fields =
      wire::FieldList<wire::Field<1, &Alert::id>, wire::Field<2, &Alert::at>,
                      wire::Field<3, &Alert::kind, limits::kNameBytes>,
                      wire::Field<4, &Alert::device>, wire::Field<5, &Alert::acknowledged>>;
};

class Core final : public sync::KeySource {
 public:
  static Result<std::unique_ptr<Core>> open(const Ports& ports, const Config& config, Now now);

  // ---- the step
  void enter(Now now);
  // Before the first write of a step; full = durable at commit.
  void touch(store::Durability durability);
  // Notes a failure of storage; returns whether the result was good.
  template <class T>
  bool good(const Result<T>& result) {
    if (!result) note(result.error());
    return result.has_value();
  }
  void note(const Error& error);
  [[nodiscard]] std::optional<Error> fatal() const { return fatal_; }
  Result<> commit();
  [[nodiscard]] bool begun() const { return begun_; }

  // ---- rows that are not what was written (spec 11 §6.1)
  // Of what only reads: the device goes on, and the category is mended first of all. What was
  // mended in this run and is wrong again ends it: nothing would be done about it.
  template <class T>
  Result<T> watched(const CategoryId& category, Result<T> result) {
    const bool wrong = !result && result.error().code == Errc::damaged && replica_;
    if (wrong && !replica_->doubt(category)) good_in(category, result);
    return result;
  }
  // Of what writes: the step is lost, and the next opening mends the category first of all.
  template <class T>
  bool good_in(const CategoryId& category, const Result<T>& result) {
    if (!result && result.error().code == Errc::damaged) doubts_.insert(category);
    return good(result);
  }
  [[nodiscard]] bool in_doubt(const CategoryId& category) const {
    return replica_ && replica_->in_doubt(category);
  }
  [[nodiscard]] bool any_in_doubt() const;

  // ---- this device
  [[nodiscard]] bool in_circle() const { return log_.has_value(); }
  [[nodiscard]] const circle::CircleView& view() const { return log_->view(); }
  [[nodiscard]] bool alive() const;  // in a circle, live, not told to be removed
  void save_own();
  // Rule 19: whenever counters of this device may have gone back, it goes on as another author.
  void be_new_author();
  void rolled_back();  // the same, and the user is told; our entries wait for a level session
  void reserve();      // the keystore remembers that this database was here
  void begin_run();    // in its first step: is this database older than the keystore?
  void hear_of_self(const std::vector<EntryId>& admitted);  // what a peer sent
  void caught_up();                                         // a peer's log and ours are level
  [[nodiscard]] bool level()
      const;  // and it was so in this run for the log as it is, or we are alone
  [[nodiscard]] bool behind() const;  // with somebody who could catch us up
  Result<> begin_circle(const std::vector<circle::Entry>& entries);  // genesis first, all admitted
  // Stores what an offer admitted and held; returns true when the log grew.
  bool keep(const circle::OfferResult& result);
  [[nodiscard]] std::uint64_t next_ticket() { return ++tickets_; }
  // What a peer spoke was refused for its suite or version: a fact an hour at most, and an alert
  // when it happens again and again (design 4).
  void suite_refused();
  // The first of ours that the circle's policy allows.
  [[nodiscard]] Result<crypto::Suite> suite() const;
  void audit(audit::FactKind kind, ByteView subject, std::uint64_t number = 0);
  // One that is there already, not acknowledged and of the same kind about the same device, gets
  // the newest time instead of company.
  void alert(std::string_view kind, const DeviceId& about);
  Result<> acknowledge(std::uint64_t alert);
  Result<std::vector<Alert>> alerts() const;
  void changed(const CategoryId& category, const ItemId& item, bool deleted);  // an app should look
  [[nodiscard]] bool is_deleted(const CategoryId& category, const ItemId& item);

  // ---- consent
  [[nodiscard]] bool permits(consent::Action action, const CategoryId& category,
                             const DeviceId& device) const;
  [[nodiscard]] sync::Admission admits(const sync::BatchClaims& claims) const;
  [[nodiscard]] consent::ClockState clock() const;
  [[nodiscard]] WallMs expiry_clock() const;  // never behind what was seen before
  void keep_clock();
  [[nodiscard]] DeviceId creator_of(const CategoryId& category) const;

  // ---- cuts (rule 10)
  [[nodiscard]] std::vector<AuthorId> authors_of(const DeviceId& device,
                                                 const CategoryId& category) const;
  void append_cuts(const DeviceId& device, const CategoryId& category,
                   std::vector<circle::Cut>& out) const;
  // What this device had applied of an author before it heard of the end, and the cut that bounds
  // it.
  struct AboveCut {
    CategoryId category;
    AuthorId author;
    sync::VectorEntry cut;
    sync::VectorEntry stated;  // by the end itself, before anybody raised it
    bool strict = false;
  };
  [[nodiscard]] std::vector<AboveCut> above(const circle::EndInfo& end);
  void append_raises(const circle::EndInfo& end, std::vector<circle::Raise>& out);
  void apply_end(const circle::EndInfo& end);
  void apply_cut(const circle::EndInfo& end, const AboveCut& one, const sync::VectorEntry& at);
  [[nodiscard]] std::optional<sync::VectorEntry> place_of(const AboveCut& one);
  [[nodiscard]] bool can_cut(const std::vector<AboveCut>& all);
  void names_another(const circle::EndInfo& end, const std::vector<AboveCut>& all);
  [[nodiscard]] std::optional<sync::VectorEntry> decisive(const sync::BatchClaims& claims,
                                                          const sync::VectorEntry& cut) const;
  void seek_from(const CategoryId& category, const AuthorId& author) const;
  [[nodiscard]] std::optional<MonoMs> seek_due() const {
    return alive() && !sought_.empty() ? seek_at_ : std::nullopt;
  }
  std::optional<MonoMs> seek();  // asks for chains that ends name; when to call it again
  void disowned(const CategoryId& category, const DeviceId& device,
                const Result<std::vector<ItemId>>& changed);
  // Rule 23: what the device signed since then and that may be taken back.
  [[nodiscard]] std::set<EntryId> from_before(const DeviceId& device, std::uint64_t since_ms) const;
  void append_reverts(const DeviceId& device, std::uint64_t since_ms,
                      std::vector<EntryId>& out) const;

  // ---- sync::KeySource
  [[nodiscard]] std::optional<sync::EpochKey> key_of(const sync::MailboxId& mailbox) const override;
  [[nodiscard]] std::optional<crypto::P256Public> sign_key(const DeviceId& device) const override;
  [[nodiscard]] std::optional<sync::EpochKey> epoch_key(const keyring::EpochRef& ref) const;
  [[nodiscard]] static sync::EpochName epoch_name(const keyring::EpochRef& ref);

  // ---- data
  using ItemsChanged = std::function<void(const CategoryId&, const std::vector<ItemId>&)>;
  void retry_held(const ItemsChanged& changed);  // the log has grown: ask again
  void forget(const CategoryId& category);       // begins to erase a category whose consent ended
  bool erase_more(const CategoryId& category);   // a slice of its rows; true when none are left

  // ---- claims
  [[nodiscard]] sync::Vector claimed(const CategoryId& category) const;
  // Spec 07 §11. Does this device's own consent count from now on; what of its claims is for a
  // peer; what it may send it (nothing: all).
  [[nodiscard]] bool from_now(const CategoryId& category) const;
  [[nodiscard]] bool lacks_older(const CategoryId& category) const;
  [[nodiscard]] sync::Vector claimed_for(const DeviceId& peer, const CategoryId& category);
  [[nodiscard]] std::optional<sync::Choice> choice_for(const DeviceId& peer,
                                                       const CategoryId& category) const;
  void data_touched(const CategoryId& category) { touched_.insert(category); }
  [[nodiscard]] std::set<CategoryId> take_durable();  // categories whose durable vector changed
  [[nodiscard]] bool needs_durable() const { return !db_->all_durable(); }
  Result<> make_durable();

  Rng* rng_ = nullptr;
  Config config_;
  Now now_{};
  MonoMs behind_since_{};  // of this run
  std::unique_ptr<store::Db> db_;
  std::unique_ptr<store::Vault> vault_;
  std::unique_ptr<store::MetaStore> meta_;
  std::unique_ptr<store::LogStore> log_store_;
  std::unique_ptr<store::SealedKeyStore> key_store_;
  std::unique_ptr<store::SyncStore> sync_store_;
  std::unique_ptr<store::SqlAuditStore> audit_store_;
  std::optional<audit::AuditLog> audit_log_;
  std::optional<OwnRecord> own_;
  DeviceId self_;
  std::optional<circle::Log> log_;
  std::optional<keyring::Keyring> keyring_;
  std::optional<sync::Replica> replica_;
  Outbox out_;
  std::optional<std::int64_t> clock_ahead_;  // peers' time less our monotonic one, when one told
  bool log_grew_ = false;                    // duties are due
  bool data_grew_ = false;                   // drafts or keys may be sealed
  std::map<CategoryId, std::vector<ItemId>> taken_back_;  // changed by cuts, to be told to others
  std::set<CategoryId> fetch_anew_;  // ask for them again when what was given up is durable

 private:
  static constexpr std::string_view kOwn = "own";
  Result<> load();
  void tell_offers(const std::vector<EntryId>& admitted);
  void alert_held(const circle::HeldEntry& held);
  void audit_entry(const circle::EntryBody& body, const EntryId& id);
  void tell_fork(const EntryId& id);
  WallMs seen_clock_;
  void reserve_once();
  void audit_unlock();
  void remember_doubts();
  WallMs opened_at_;
  std::optional<MonoMs> suite_refused_at_;
  std::size_t suites_refused_ = 0;  // since then
  [[nodiscard]] sync::Incarnation fresh_incarnation();
  std::vector<EntryId> level_at_;  // heads that a peer of this run had too
  bool begun_ = false;
  bool reserved_ = false;
  std::optional<Error> fatal_;
  std::set<CategoryId> doubts_;  // whose rows ended the step
  bool doubts_kept_ = false;
  std::uint64_t tickets_ = 0;
  struct Durable {
    sync::Vector held;
    sync::Vector whole;  // of each author, up to the first batch that was left out
    sync::Vector sound;  // up to the first that was held once and is lost
  };
  [[nodiscard]] Durable in_memory(const CategoryId& category) const;
  [[nodiscard]] sync::Vector durable_claims(const CategoryId& category) const;
  std::map<CategoryId, Durable> durable_;
  std::set<CategoryId> touched_;
  std::set<CategoryId> durable_changed_;
  mutable std::map<CategoryId, std::set<AuthorId>> sought_;  // an end names another chain of theirs
  mutable std::optional<MonoMs> seek_at_;
  mutable bool seeking_ = false;
  std::size_t sought_times_ = 0;
};

}  // namespace troth::device
