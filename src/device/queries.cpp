#include "device/queries.hpp"

#include <algorithm>

#include "device/grants.hpp"
#include "device/words.hpp"
#include "keyring/plan.hpp"

namespace troth::device {

namespace {

// By its own choice, not by another's.
bool has_left(const circle::DeviceInfo* self) {
  if (self == nullptr) return false;
  return std::any_of(self->removals.begin(), self->removals.end(),
                     [](const auto& removal) { return removal.why == circle::RemoveWhy::left; });
}

}  // namespace

EngineState Queries::state() const {
  if (!core_.own_) return EngineState::new_device;
  if (core_.own_->waiting_to_join) return EngineState::waiting_to_join;
  if (!core_.in_circle()) return EngineState::new_device;  // its first entry is not signed yet
  if (!core_.alive()) return EngineState::removed;
  if (core_.view().frozen()) return EngineState::frozen;
  if (core_.view().data_stopped() || forked() || peers_.not_accepted())
    return EngineState::needs_action;
  return EngineState::ok;
}

// Text key: what a person should know about the state.
std::string Queries::state_reason() const {
  const auto at = state();
  if (at == EngineState::removed)
    return core_.own_->lost_sponsor                     ? "sponsor_removed"
           : has_left(core_.view().device(core_.self_)) ? "left"
                                                        : "removed";
  if (at == EngineState::frozen) return "frozen";
  if (at == EngineState::waiting_to_join) return "not_joined";
  if (at != EngineState::needs_action) return "";
  if (core_.view().data_stopped()) return "upgrade_needed";
  return forked() ? "needs_removal" : "not_accepted";
}

bool Queries::forked() const {
  const auto& view = core_.view();
  const auto in_circle = [&view](const auto& device) { return view.live(device); };
  const auto& proven = view.proven_forked();
  const auto& forks = view.forks();
  return std::any_of(proven.begin(), proven.end(), in_circle) ||
         std::any_of(forks.begin(), forks.end(),
                     [&](const auto& fork) { return in_circle(fork.author); }) ||
         forked_here();
}

// A removal that names the chain that is held here leaves nothing to ask for.
bool Queries::forked_here() const {
  if (!core_.replica_) return false;
  const auto all = core_.replica_->forked();
  return std::any_of(all.begin(), all.end(), [this](const AuthorId& author) {
    const auto* device = core_.view().device(device_of(author));
    return device == nullptr || device->state == circle::DeviceState::live;
  });
}

Result<IdentityQuery::Answer> Queries::answer(const IdentityQuery&) const {
  IdentityQuery::Answer out;
  out.state = state();
  out.protection = core_.config_.protection;
  if (!core_.own_) return out;
  out.device = core_.self_;
  out.name = core_.own_->descriptor.name;
  out.member = core_.own_->descriptor.member;
  if (!core_.in_circle()) return out;
  if (const auto* self = core_.view().device(core_.self_)) out.name = self->name;
  out.circle = core_.log_->circle();
  out.circle_words = circle_words(out.circle);
  return out;
}

Result<DevicesQuery::Answer> Queries::answer(const DevicesQuery&) const {
  DevicesQuery::Answer out;
  if (!core_.in_circle()) return out;
  for (const auto& [id, device] : core_.view().devices()) {
    DeviceInfo info;
    info.device = id;
    info.name = device.name;
    info.model = device.descriptor.model;
    info.os = device.descriptor.os.value_or("");
    info.protection = device.descriptor.protection;
    info.is_self = id == core_.self_;
    // Of its own removal a device may know only that it was told.
    const bool out_here = info.is_self && core_.own_ && core_.own_->removed;
    info.state = device.state == circle::DeviceState::live && !out_here ? DeviceState::live
                                                                        : DeviceState::removed;
    info.added_ms = device.at.ms;
    info.added_by = device.added_by;
    info.key_words = key_words(id);
    info.connected = peers_.connected_to(id);
    info.address = peers_.address(id);
    out.push_back(std::move(info));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.added_ms < b.added_ms; });
  return out;
}

CategoryInfo Queries::category_info(const circle::CategoryInfo& category) const {
  CategoryInfo info;
  info.category = category.id;
  info.name = category.name;
  info.purpose = category.purpose;
  info.data_class = category.data_class;
  const auto totals = core_.replica_->totals(category.id);
  info.items = totals.items - totals.dead;
  info.holds_key = core_.keyring_->holds(category.id);
  if (const auto held = core_.replica_->side_count(category.id, sync::SideKind::held))
    info.held = held->batches;
  if (const auto asides = set_asides(category.id, limits::kReviewStatus, {})) {
    for (const auto& aside : *asides) info.set_aside += aside.left;
  }
  if (info.held > 0) info.held_reason = "held.waiting_for_log";
  const auto verdict = consent::permits(consent::Action::show, category.id, core_.self_,
                                        core_.view(), {}, core_.expiry_clock());
  if (category.retired) {
    info.state = "retired";
  } else if (!verdict.allowed()) {
    info.state = "no_consent";
  } else if (!core_.alive()) {
    info.state = "removed";
  } else if (pauses_.paused(&category.id, nullptr)) {
    info.state = "paused";
  } else {
    // To see it and to change it are two consents: that of a reader stands.
    auto waiting = sealing_.waiting(category.id);
    if (waiting == "no_consent") waiting = "cannot_send";
    info.state = !info.holds_key ? "waiting_for_key" : waiting.empty() ? "ready" : waiting;
  }
  return info;
}

Result<CategoriesQuery::Answer> Queries::answer(const CategoriesQuery&) const {
  CategoriesQuery::Answer out;
  if (!core_.in_circle()) return out;
  for (const auto& [id, category] : core_.view().categories()) {
    if (!category.is_void) out.push_back(category_info(category));
  }
  return out;
}

// Active by the log, and its device waits for somebody to hand it the key.
GrantInfo Queries::told(const circle::GrantInfo& grant) const {
  const auto clock = core_.expiry_clock();
  auto info = grant_info(grant, clock);
  if (info.state != GrantState::active) return info;
  const auto survey = keyring::survey(core_.view(), grant.terms.category, clock);
  const auto waiting = keyring::waiting_for_key(survey);
  if (std::find(waiting.begin(), waiting.end(), grant.terms.subject) != waiting.end())
    info.state = GrantState::waiting_for_key;
  return info;
}

Result<ConsentQuery::Answer> Queries::answer(const ConsentQuery& query) const {
  ConsentQuery::Answer out;
  if (!core_.in_circle()) return out;
  for (const auto& [ref, grant] : core_.view().grants()) {
    auto info = told(grant);
    const bool current = info.state == GrantState::active || info.state == GrantState::offered ||
                         info.state == GrantState::waiting_for_key;
    if (query.all || current) out.push_back(std::move(info));
  }
  return out;
}

Result<ReceiptQuery::Answer> Queries::answer(const ReceiptQuery& query) const {
  if (!core_.in_circle()) return fail(Errc::not_found);
  TROTH_TRY(auto made,
            consent::make_receipt(*core_.log_, {query.entry, query.index}, core_.expiry_clock()));
  return ReceiptQuery::Answer{receipt_facts(made.proven), std::move(made.bytes)};
}

OfferedCategory Queries::offered(const circle::GrantTerms& terms) const {
  OfferedCategory out;
  out.category = terms.category;
  if (const auto* category = core_.view().category(terms.category)) {
    out.name = category->name;
    out.purpose = category->purpose;
  }
  out.direction = terms.direction;
  out.history = terms.history;
  out.until_ms = terms.until ? terms.until->ms : 0;
  return out;
}

Result<OffersQuery::Answer> Queries::answer(const OffersQuery&) const {
  OffersQuery::Answer out;
  if (!core_.alive()) return out;
  for (const auto& ref : core_.view().offers_to(core_.self_)) {
    const auto* grant = core_.view().grant(ref);
    if (grant->terms.until && *grant->terms.until <= core_.expiry_clock()) continue;
    if (out.empty() || out.back().offer != ref.entry)
      out.push_back({ref.entry, grant->by, grant->at.ms, {}});
    out.back().share.push_back(offered(grant->terms));
  }
  return out;
}

// ---- items

Result<> Queries::readable(const CategoryId& category) const {
  if (!core_.in_circle() || !core_.replica_) return fail(Errc::not_live);
  if (core_.view().category(category) == nullptr) return fail(Errc::unknown_category);
  const auto verdict = consent::permits(consent::Action::show, category, core_.self_, core_.view(),
                                        {}, core_.expiry_clock());
  if (!verdict.allowed()) return fail(consent::error_of(verdict.why));
  return {};
}

DeviceId Queries::device_of(const AuthorId& author) const {
  if (author == core_.replica_->author()) return core_.self_;
  const auto* certificate = core_.replica_->certificates().newest(author);
  return certificate != nullptr ? certificate->body.device : DeviceId{};
}

Result<AlertsQuery::Answer> Queries::answer(const AlertsQuery& query) const {
  AlertsQuery::Answer out;
  TROTH_TRY(const auto alerts, core_.alerts());
  for (const auto& alert : alerts) {
    if (query.all || !alert.acknowledged)
      out.push_back({alert.id, alert.at.ms, alert.kind, alert.device, alert.acknowledged});
  }
  return out;
}

Result<AuditQuery::Answer> Queries::answer(const AuditQuery& query) const {
  AuditQuery::Answer out;
  const auto end =
      std::min<std::uint64_t>(core_.audit_log_->head().size,
                              query.from + std::min<std::uint64_t>(query.limit, limits::kListPage));
  for (std::uint64_t i = query.from; i < end; ++i) {
    TROTH_TRY(const auto fact, core_.audit_log_->fact(i));
    Bytes subject;
    if (fact.device) subject = to_bytes(fact.device->bytes);
    if (fact.category) subject = to_bytes(fact.category->bytes);
    if (fact.entry) subject = to_bytes(fact.entry->bytes);
    out.push_back(
        {i, fact.at_ms, std::string(audit::name_of(fact.kind)), subject, fact.number.value_or(0)});
  }
  return out;
}

Result<AuditCheckQuery::Answer> Queries::answer(const AuditCheckQuery&) const {
  AuditCheckQuery::Answer out;
  out.size = core_.audit_log_->head().size;
  out.root = to_bytes(core_.audit_log_->head().root.bytes);
  out.ok = core_.audit_log_->verify(0, out.size).has_value();
  return out;
}
}  // namespace troth::device
