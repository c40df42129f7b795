// Commands about items, and the question that a refused one leads to.
#include "consent/needed.hpp"
#include "device/commands.hpp"

namespace troth::device {

namespace {

// When a person was last asked about a category: the time, and whether the answer was no.
std::string asked_name(const CategoryId& category) { return "asked/" + to_hex(category.bytes); }
std::uint64_t pack(const consent::Asked& asked) {
  return asked.last.ms << 1U | (asked.declined ? 1U : 0U);
}
consent::Asked unpack(std::uint64_t packed) { return {WallMs{packed >> 1U}, (packed & 1U) != 0}; }

}  // namespace

// An edit has to be one that may be shown here and can be sent some day: what a device that only
// receives writes would stay on it for ever, and look like everybody's.
Result<> Commands::may_edit(const CategoryId& category) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().category(category) == nullptr) return fail(Errc::unknown_category);
  for (const auto action : {consent::Action::show, consent::Action::seal}) {
    const auto verdict =
        consent::permits(action, category, core_.self_, core_.view(), {}, core_.expiry_clock());
    if (verdict.allowed()) continue;
    ask_for_consent(category, verdict);
    return fail(consent::error_of(verdict.why), consent::reason_key(verdict.why));
  }
  return {};
}

// In context, and not again and again (spec 06 §6).
void Commands::ask_for_consent(const CategoryId& category, const consent::Verdict& verdict) {
  const auto name = asked_name(category);
  const auto stored = core_.meta_->get_u64(name);
  if (!core_.good(stored)) return;
  consent::AskMemory memory;
  if (*stored) memory[{category, core_.self_}] = unpack(**stored);
  const auto now = core_.expiry_clock();
  const auto need = consent::consent_needed(verdict, category, core_.self_, memory, now);
  if (!need) return;
  core_.touch(store::Durability::normal);
  core_.good(core_.meta_->put_u64(name, pack({now, false}), *core_.rng_));
  core_.out_.emit(ConsentNeeded{need->category, need->device, need->why});
}

void Commands::remember_no(const CategoryId& category) {
  core_.good(
      core_.meta_->put_u64(asked_name(category), pack({core_.expiry_clock(), true}), *core_.rng_));
}

namespace {
std::vector<sync::FieldEdit> edits_of(const PutItem& item) {
  std::vector<sync::FieldEdit> out;
  for (const auto& field : item.fields) out.push_back({field.name, 1, 0, field.value});
  return out;
}
}  // namespace

Result<> Commands::check_one(const PutItem& item) {
  TROTH_CHECK(may_edit(item.category));
  return core_.watched(item.category, core_.replica_->check_put(item.category, item.item,
                                                                edits_of(item), core_.now_.wall));
}

Result<> Commands::put_one(const PutItem& item) {
  TROTH_CHECK(may_edit(item.category));
  const auto edits = edits_of(item);
  core_.touch(store::Durability::full);
  const auto put = core_.watched(item.category,
                                 core_.replica_->put(item.category, item.item, edits,
                                                     sync::Delivery::interactive, core_.now_.wall));
  if (!put) return put;
  edited(item.category, item.item, false);
  return {};
}

Commands::Answer Commands::act(const PutItem& command, Ticket) {
  TROTH_CHECK(put_one(command));
  return Outcome{false, to_bytes(command.item.bytes)};
}
Commands::Answer Commands::act(const PutItems& command, Ticket) {
  if (command.items.size() > limits::kOpsPerBatch) return fail(Errc::limit);
  // All or none: nobody is told how far it came.
  for (const auto& item : command.items) TROTH_CHECK(check_one(item));
  for (const auto& item : command.items) TROTH_CHECK(put_one(item));
  return Outcome{};
}

void Commands::edited(const CategoryId& category, const ItemId& item, bool deleted) {
  core_.data_grew_ = true;
  core_.changed(category, item, deleted);
  files_.items_changed(category, {item});
}

// Rule 10: only by hand, as new changes of this device.
Commands::Answer Commands::act(const AdoptSetAside& command, Ticket) {
  TROTH_CHECK(may_edit(command.category));
  core_.touch(store::Durability::full);
  TROTH_TRY(const auto items,
            core_.watched(command.category,
                          core_.replica_->adopt(command.category, command.id,
                                                sync::Delivery::interactive, core_.now_.wall)));
  for (const auto& item : items) {
    TROTH_TRY(const auto view,
              core_.watched(command.category,
                            core_.replica_->get(command.category, item, core_.now_.wall)));
    edited(command.category, item, !view.alive);
  }
  return Outcome{};
}

Commands::Answer Commands::act(const DeleteItem& command, Ticket) {
  TROTH_CHECK(may_edit(command.category));
  core_.touch(store::Durability::full);
  TROTH_CHECK(core_.watched(command.category,
                            core_.replica_->remove(command.category, command.item,
                                                   sync::Delivery::interactive, core_.now_.wall)));
  edited(command.category, command.item, true);
  return Outcome{};
}
Commands::Answer Commands::act(const UndeleteItem& command, Ticket) {
  TROTH_CHECK(may_edit(command.category));
  core_.touch(store::Durability::full);
  TROTH_CHECK(core_.watched(command.category,
                            core_.replica_->restore(command.category, command.item,
                                                    sync::Delivery::interactive, core_.now_.wall)));
  edited(command.category, command.item, false);
  return Outcome{};
}

}  // namespace troth::device
