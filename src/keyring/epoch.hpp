// One epoch of a category: its key K, its optional history key H and what is derived from them
// (spec 05 §2, rules 7, 16). Move-only; every key lives in locked memory.
#pragma once

#include <compare>
#include <optional>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "circle/payloads.hpp"
#include "crypto/kdf.hpp"
#include "wire/codec.hpp"

namespace troth::keyring {

using circle::EpochId;
using MailboxId = Id<struct MailboxTag, 16>;

// Names an epoch across categories.
struct EpochRef {
  CategoryId category;
  EpochId id;
  friend auto operator<=>(const EpochRef&, const EpochRef&) = default;
};

[[nodiscard]] EpochId epoch_id(std::uint64_t number, const Hash& commitment);
// 8 bytes big-endian number | 16 bytes of the commitment: how an epoch id enters a derivation.
void append_epoch_id(Bytes& out, const EpochId& id);

// How a key travels in a box or link. With history, `key` is the history key H, from which K
// follows; else it is K itself, from which nobody gets back to H (rule 7). So the commitment, which
// is made from K, binds H as well (ADR 0007).
struct CarriedKey {
  bool history = false;
  Secret32 key;
  using Fields =
      wire::FieldList<wire::Field<1, &CarriedKey::history>, wire::Field<2, &CarriedKey::key>>;
  [[nodiscard]] CarriedKey clone() const { return {history, key.clone()}; }
};

class EpochSecret {
 public:
  // With history: H is random and K follows from it. Without: K is random.
  [[nodiscard]] static EpochSecret generate(const CircleId& circle, const CategoryId& category,
                                            std::uint64_t number, bool history, Rng& rng);
  EpochSecret(const CircleId& circle, const CategoryId& category, std::uint64_t number,
              const CarriedKey& carried);

  [[nodiscard]] const CategoryId& category() const { return ref_.category; }
  [[nodiscard]] const EpochId& id() const { return ref_.id; }
  [[nodiscard]] const EpochRef& ref() const { return ref_; }
  [[nodiscard]] const Hash& commitment() const { return commitment_; }
  [[nodiscard]] bool has_history() const { return history_.has_value(); }
  // For a box, a link or the store. History can be left out, never made up.
  [[nodiscard]] CarriedKey carry(bool history) const;

  // The PRK of rule 18: batch keys, salts, sums and discovery tags are expansions and macs of it.
  [[nodiscard]] const crypto::Prk& prk() const { return prk_; }
  [[nodiscard]] Secret32 noise_psk() const;      // rule 14; control epochs only
  [[nodiscard]] Secret32 discovery_key() const;  // tag = HMAC(this, device | slot)
  [[nodiscard]] MailboxId mailbox() const;       // names the relay queue of this epoch
  // Rotation order among holders: the lowest rank acts first.
  [[nodiscard]] Hash rank(const DeviceId& device) const;
  // The key of Link(from -> this). Needs has_history().
  [[nodiscard]] Secret32 link_key(const EpochId& from) const;

 private:
  struct History {
    Secret32 h;
    crypto::Prk prk;
  };
  [[nodiscard]] static std::optional<History> history_of(const CircleId&, const CategoryId&,
                                                         const CarriedKey&);

  std::optional<History> history_;
  Secret32 k_;
  crypto::Prk prk_;
  Hash commitment_;
  EpochRef ref_;
};

}  // namespace troth::keyring
