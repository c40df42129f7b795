// Keyring: the epoch secrets that this device holds, and what they reach (spec 05 §5, §7). It knows
// keys and links; who should hold what is decided in survey and plan.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "keyring/link.hpp"
#include "keyring/survey.hpp"

namespace troth::keyring {

// A link that does not open what the log says it opens: an alarm about its author.
struct BrokenLink {
  EpochRef to;
  EpochId from;
  DeviceId author;
  friend auto operator<=>(const BrokenLink&, const BrokenLink&) = default;
};

struct Closure {
  std::vector<EpochRef> learnt;  // new, or now with a history key: to be persisted in this step
  std::vector<BrokenLink> broken;
};

// Epochs that somebody gets at; `through` are those whose links it opens as well.
struct Reach {
  std::set<EpochId> keys;
  std::set<EpochId> through;
};

class Keyring {
 public:
  explicit Keyring(const CircleId& circle) : circle_(circle) {}

  // True when it is new, or brought a history key that was missing.
  bool add(EpochSecret secret);
  [[nodiscard]] const EpochSecret* find(const EpochRef& ref) const;
  [[nodiscard]] const EpochSecret* find(const CategoryId& category, const EpochId& id) const {
    return find(EpochRef{category, id});
  }
  [[nodiscard]] bool holds(const CategoryId& category) const;
  // The epoch whose relay queue this is: how a sealed batch names its key. Null: not held.
  [[nodiscard]] const EpochSecret* by_mailbox(const MailboxId& mailbox) const;
  // Newest first: what a responder tries (rule 14), what a relay client polls.
  [[nodiscard]] std::vector<const EpochSecret*> newest(const CategoryId& category,
                                                       std::size_t count) const;
  [[nodiscard]] std::vector<CategoryId> categories() const;
  [[nodiscard]] std::size_t size() const { return secrets_.size(); }

  // A box that did not open, or held a wrong key: not tried again while this object lives.
  void mark_bad(const EntryId& entry) { bad_boxes_.insert(entry); }
  [[nodiscard]] bool is_bad(const EntryId& entry) const { return bad_boxes_.contains(entry); }

  // Opens every link that held history keys open, again and again until nothing new is learnt.
  [[nodiscard]] Closure close(const EpochMap& epochs);
  // Adds what somebody gets at who is given this epoch's key, and with `history` its history key:
  // the epoch, and whatever links that opened here lead to from it.
  void extend(Reach& reach, const EpochRef& from, bool history) const;

  // Withdrawal and removal on the receiving device: wipes the category's keys.
  void erase(const CategoryId& category);

 private:
  struct LinkKey {
    EpochRef to;
    EpochId from;
    friend auto operator<=>(const LinkKey&, const LinkKey&) = default;
  };
  // half: gives K without the H that the log says exists. An author with new consent to all history
  // may not hold that H yet; it leads no further, and whoever holds more links around it.
  enum class LinkState : std::uint8_t { opens, half, broken };
  bool open_one(const EpochSecret& to, const circle::EpochInfo& to_info,
                const circle::EpochInfo& from, ByteView sealed, Closure& out);
  bool close_epoch(const EpochMap& epochs, const circle::EpochInfo& to_info, Closure& out);

  CircleId circle_;
  std::map<EpochRef, EpochSecret> secrets_;
  std::map<MailboxId, EpochRef> mailboxes_;
  std::map<LinkKey, LinkState> links_;
  std::set<EntryId> bad_boxes_;
};

}  // namespace troth::keyring
