#include "keyring/epoch.hpp"

#include "base/bytes.hpp"
#include "base/plant.hpp"
#include "crypto/labels.hpp"

namespace troth::keyring {
namespace labels = crypto::labels;

EpochId epoch_id(std::uint64_t number, const Hash& commitment) {
  EpochId id;
  id.number = number;
  std::copy_n(commitment.bytes.begin(), id.prefix.bytes.size(), id.prefix.bytes.begin());
  return id;
}

void append_epoch_id(Bytes& out, const EpochId& id) {
  append_be64(out, id.number);
  append(out, id.prefix.view());
}

namespace {

crypto::Prk scoped_prk(std::string_view label, const CircleId& circle, const CategoryId& category,
                       const Secret32& key) {
  Bytes salt = to_bytes(label);
  append(salt, circle.view());
  append(salt, category.view());
  return crypto::Prk::extract(salt, key.expose());
}

Hash commitment_of(const crypto::Prk& prk) {
  // A commitment is public, so it may leave locked memory.
  Hash out;
  prk.expand(labels::kCommit, {}, out.bytes);
  return out;
}

}  // namespace

std::optional<EpochSecret::History> EpochSecret::history_of(const CircleId& circle,
                                                            const CategoryId& category,
                                                            const CarriedKey& carried) {
  if (!carried.history) return std::nullopt;
  return History{carried.key.clone(),
                 scoped_prk(labels::kHistoryPrk, circle, category, carried.key)};
}

EpochSecret::EpochSecret(const CircleId& circle, const CategoryId& category, std::uint64_t number,
                         const CarriedKey& carried)
    : history_(history_of(circle, category, carried)),
      k_(history_ ? history_->prk.expand32(labels::kEpochKey) : carried.key.clone()),
      prk_(scoped_prk(labels::kCategoryPrk, circle, category, k_)),
      commitment_(commitment_of(prk_)),
      ref_{category, epoch_id(number, commitment_)} {}

EpochSecret EpochSecret::generate(const CircleId& circle, const CategoryId& category,
                                  std::uint64_t number, bool history, Rng& rng) {
  CarriedKey fresh{history, {}};
  rng.fill(fresh.key.expose_mutable());
  return EpochSecret(circle, category, number, fresh);
}

CarriedKey EpochSecret::carry(bool history) const {
  const bool whole = history && has_history();
  return {whole, whole ? history_->h.clone() : k_.clone()};
}

Secret32 EpochSecret::noise_psk() const { return prk_.expand32(labels::kNoisePsk); }
Secret32 EpochSecret::discovery_key() const { return prk_.expand32(labels::kDiscovery); }

MailboxId EpochSecret::mailbox() const {
  MailboxId out;
  prk_.expand(labels::kMailbox, {}, out.bytes);
  return out;
}

Hash EpochSecret::rank(const DeviceId& device) const {
  Hash out;
  prk_.expand(labels::kRotateRank, device.view(), out.bytes);
  return out;
}

Secret32 EpochSecret::link_key(const EpochId& from) const {
  Bytes context;
  append_epoch_id(context, from);
  append_epoch_id(context, id());
  if (planted(Plant::link_under_k)) return prk_.expand32(labels::kLink, context);
  TROTH_ASSERT(has_history());
  return history_->prk.expand32(labels::kLink, context);
}

}  // namespace troth::keyring
