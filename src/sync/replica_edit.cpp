// Local edits and sealing them.
#include <algorithm>
#include <set>

#include "base/plant.hpp"
#include "sync/replica.hpp"

namespace troth::sync {
namespace {

Result<> check_edits(std::span<const FieldEdit> fields) {
  if (fields.empty() || fields.size() > limits::kItemFields) return fail(Errc::limit);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    TROTH_CHECK(check_field_name(fields[i].field));
    if (fields[i].field == kAliveField) return fail(Errc::bad_name);
    if (fields[i].body.size() > limits::kValueBytes) return fail(Errc::too_long);
    for (std::size_t j = 0; j < i; ++j) {
      if (fields[i].field == fields[j].field) return fail(Errc::bad_value);
    }
  }
  return {};
}

Draft alive_draft(const CategoryId& category, const ItemId& item, bool alive, Delivery delivery) {
  Draft draft{category, item, {std::string(kAliveField), 1, 0}, {}, delivery, {}};
  draft.body = {alive ? kAlive : kDead};
  return draft;
}

// How many names the item has with these. Of a short item, which nearly every one is, at most.
std::size_t names_with(const std::optional<ItemState>& state, std::span<const Draft> drafts,
                       std::span<const FieldEdit> fields) {
  const std::size_t held = state ? state->fields.size() : 0;
  const std::size_t most = held + drafts.size() + fields.size();
  if (most <= limits::kItemNames) return most;
  std::set<std::string_view> names;
  if (state) {
    for (const auto& field : state->fields) names.insert(field.name);
  }
  for (const auto& draft : drafts) names.insert(draft.shape.field);
  for (const auto& field : fields) names.insert(field.field);
  return names.size();
}

}  // namespace

Result<Replica::Standing> Replica::standing(const Category& in, const ItemId& item,
                                            std::span<const FieldEdit> fields, WallMs now) {
  Standing out;
  Hlc newest, shown_at;
  TROTH_TRY(const auto state, store_->item(in.handle, item));
  if (const auto* field = state ? state->find(kAliveField) : nullptr) {
    newest = field->winner.rank.hlc;
    out.newest = !field->winner.dead;
    Losers lost;
    TROTH_TRY(const auto best, shown(in, item, *state, *field, now, lost));
    if (best) shown_at = best->winner.rank.hlc;
    out.shown = !best || !best->winner.dead;
  }
  TROTH_TRY(const auto drafts, store_->item_drafts(in.handle, item));
  for (const auto& draft : drafts) {
    if (draft.shape.field != kAliveField) continue;
    const bool alive = draft.body != Bytes{kDead};
    if (draft.hlc >= newest) out.newest = alive;
    if (draft.hlc >= shown_at) out.shown = alive;
  }
  out.known = state || !drafts.empty();
  TROTH_CHECK(require(names_with(state, drafts, fields) <= limits::kItemNames, Errc::limit));
  return out;
}

Result<> Replica::add_draft(Category& in, Draft draft, WallMs now) {
  clock_ = Hlc::next(clock_, now);
  draft.hlc = clock_;
  // What is read when a home opens is sealed; the rows of drafts are not counted by then.
  in.totals.hlc = clock_;
  TROTH_CHECK(store_->put_totals(in.handle, in.totals));
  return store_->put_draft(in.handle, draft);
}

Result<> Replica::check_put(const CategoryId& category, const ItemId& item,
                            std::span<const FieldEdit> fields, WallMs now) {
  TROTH_CHECK(check_edits(fields));
  const auto* in = find(category);
  if (in == nullptr) return {};  // the first edit makes it
  TROTH_CHECK(require(!in->totals.erasing, Errc::again));
  TROTH_TRY([[maybe_unused]] const auto stands, standing(*in, item, fields, now));
  return {};
}

Result<> Replica::put(const CategoryId& category, const ItemId& item,
                      std::span<const FieldEdit> fields, Delivery delivery, WallMs now) {
  TROTH_CHECK(check_edits(fields));
  TROTH_TRY(auto* in, writable(category));
  TROTH_TRY(const auto stands, standing(*in, item, fields, now));
  if (!stands.newest || !stands.shown) {
    TROTH_CHECK(add_draft(*in, alive_draft(category, item, true, delivery), now));
  }
  for (const auto& field : fields) {
    TROTH_CHECK(add_draft(
        *in, {category, item, {field.field, field.type, field.schema}, {}, delivery, field.body},
        now));
  }
  return {};
}

Result<> Replica::set_alive(const CategoryId& category, const ItemId& item, bool alive,
                            Delivery delivery, WallMs now) {
  TROTH_TRY(auto* in, writable(category));
  TROTH_TRY(const auto stands, standing(*in, item, {}, now));
  if (!stands.known) return fail(Errc::unknown_item);
  // What is not shown yet does not decide what a person sees done.
  if (stands.newest == alive && stands.shown == alive) return {};
  return add_draft(*in, alive_draft(category, item, alive, delivery), now);
}

Result<> Replica::remove(const CategoryId& category, const ItemId& item, Delivery delivery,
                         WallMs now) {
  return set_alive(category, item, false, delivery, now);
}

Result<> Replica::restore(const CategoryId& category, const ItemId& item, Delivery delivery,
                          WallMs now) {
  return set_alive(category, item, true, delivery, now);
}

Result<std::array<QueueCount, kDeliveries>> Replica::queue(const CategoryId& category) {
  const auto* in = find(category);
  if (in == nullptr) return std::array<QueueCount, kDeliveries>{};
  return store_->count_drafts(in->handle);
}

Certificate Replica::next_certificate(const crypto::Ed25519Public& key, WallMs now) const {
  Certificate out;
  out.circle = self_.circle;
  out.device = self_.device;
  out.incarnation = self_.incarnation;
  out.key = key;
  out.issued = now;
  out.lifetime_ms = limits::kCertificateMs;
  if (const auto* before = book_.newest(author_)) {
    out.number = before->body.number + 1;
    out.previous = before->id;
  }
  for (const auto& [id, in] : categories_) {
    const auto it = in.authors.find(author_);
    if (it == in.authors.end() || it->second.entry.counter == 0) continue;
    out.starts.push_back({id, it->second.entry.counter, it->second.entry.chain});
  }
  return out;
}

Result<> Replica::install(const SignedCertificate& certificate, crypto::Ed25519KeyPair key) {
  const auto sign_key = keys_->sign_key(self_.device);
  if (!sign_key) return fail(Errc::unknown_device);
  TROTH_TRY(auto known, verify_certificate(wire::encode(certificate), self_.circle, *sign_key));
  // What was sealed while the keystore was asked would stand under two certificates.
  auto expected = next_certificate(key.public_key(), known.body.issued);
  expected.lifetime_ms = known.body.lifetime_ms;
  if (wire::encode(expected) != certificate.body) return fail(Errc::again);
  TROTH_CHECK(book_.add(known));
  TROTH_CHECK(store_->put_certificate(known.id, known.encoded));
  signer_.reset();
  signer_.emplace(std::move(known), std::move(key));
  return {};
}

bool Replica::signer_usable(WallMs now) const { return signer_ && signer_->usable(now); }

bool Replica::may_seal(const CategoryId& category) const {
  if (fresh_) return true;
  const auto* in = find(category);
  return in != nullptr && in->confirmed;
}

Result<Confirmed> Replica::confirm(const CategoryId& category, const VectorEntry& theirs) {
  TROTH_TRY(auto* in, writable(category));
  const auto it = in->authors.find(author_);
  const auto mine = it == in->authors.end() ? VectorEntry{} : it->second.entry;
  if (theirs.counter > mine.counter) return Confirmed::rolled_back;
  if (theirs.counter > 0) {
    TROTH_TRY(const auto chain, runs_through(category, author_, theirs));
    if (chain == OneChain::unknown) return fail(Errc::damaged);
    if (chain == OneChain::other) return Confirmed::rolled_back;
  }
  in->confirmed = true;
  return Confirmed::ok;
}

Result<> Replica::confirm_alone(const CategoryId& category) {
  TROTH_TRY(auto* in, writable(category));
  in->confirmed = true;
  return {};
}

void Replica::reincarnate(const Incarnation& incarnation) {
  self_.incarnation = incarnation;
  author_ = author_of(self_.device, incarnation);
  signer_.reset();
  fresh_ = true;
}

Result<std::optional<Sealed>> Replica::seal_due(const CategoryId& category,
                                                const SealInputs& inputs, WallMs now, Rng& rng) {
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return std::optional<Sealed>{};
  TROTH_TRY(const auto drafts,
            store_->drafts(in->handle, limits::kOpsPerBatch, limits::kBatchBodyBytes));
  if (drafts.empty()) return std::optional<Sealed>{};
  if (!may_seal(category) || !signer_usable(now)) return fail(Errc::again);

  const auto mine = in->authors[author_].entry;
  const auto start = start_of(signer_->certificate().body, category);
  SealContext context{self_.circle,     inputs.key,   mine.chain,
                      mine.counter + 1, inputs.heads, inputs.suite};
  context.delivery = drafts.front().delivery;
  // Whoever holds this epoch and none before it learns the certificate here (§6).
  context.carry_certificate =
      mine.counter == start.counter || in->sealed_under != inputs.key.mailbox;
  const auto count = planted(Plant::lose_draft) ? (drafts.size() + 1) / 2 : drafts.size();
  auto sealed = seal(std::span(drafts).first(count), context, *signer_, rng);
  if (!sealed) return fail(sealed.error());
  Sealed out{std::move(sealed->sealed),
             inputs.key.epoch,
             {},
             context.delivery,
             context.first,
             sealed->open.last(),
             {}};
  // First, because it may say that a row is in its way: then the drafts stay where they are.
  TROTH_TRY(out.seq, accept(*in, std::move(sealed->open), out.sealed, now, out.items));
  TROTH_CHECK(store_->remove_drafts(in->handle, context.delivery, drafts.back().hlc));
  in->sealed_under = inputs.key.mailbox;
  return std::optional<Sealed>(std::move(out));
}

}  // namespace troth::sync
