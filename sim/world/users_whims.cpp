// Users who think better of it: they cancel, answer twice, take back what they agreed to, leave,
// undo, bring back, give other names and pause.
#include "sim/world/users.hpp"

namespace troth::sim {

void Users::ask(SimDevice& device, Command command, Act act) {
  done_.clear();
  const auto ticket = world_.submit(device, std::move(command));
  if (!ticket) return;
  if (done_.contains({&device, *ticket})) return did(act);
  asked_[{&device, *ticket}] = act;
}

void Users::whim() {
  const auto all = members();
  if (all.empty() || !changing_) return;
  auto& device = *all[whims_.below(all.size())];
  const auto dice = whims_.below(1000);
  if (dice < 10) return go(device);
  if (dice < 35) return hold_up(device);
  if (dice < 65) return restore(device);
  if (dice < 80) return relabel(device);
}

// Few, and never the one that everything began with: an empty circle tests nothing.
void Users::go(SimDevice& device) {
  if (members().size() < 3 || acts(Act::leave) + acts(Act::undo_pairing) > 0) return;
  if (whims_.chance(60)) return ask(device, UndoPairing{}, Act::undo_pairing);
  if (&device != &first()) ask(device, LeaveCircle{}, Act::leave);
}

void Users::hold_up(SimDevice& device) {
  Pause pause;
  if (whims_.chance(50)) pause.category = categories_[whims_.below(categories_.size())];
  const auto all = members();
  if (whims_.chance(30)) pause.device = all[whims_.below(all.size())]->id;
  if (whims_.chance(30)) pause.for_ms = 1000 + whims_.below(60'000);
  ask(device, pause, Act::pause);
  world_.after(1000 + whims_.below(30'000), [this, &device, pause] {
    if (device.up()) ask(device, Resume{pause.category, pause.device}, Act::resume);
  });
}

void Users::restore(SimDevice& device) {
  if (erased_.empty()) return;
  const auto& [category, item] = erased_[whims_.below(erased_.size())];
  ask(device, UndeleteItem{category, item}, Act::undelete);
}

void Users::relabel(SimDevice& device) {
  const auto name = "name " + std::to_string(++value_);
  if (whims_.chance(50)) {
    const auto all = members();
    const auto& whom = all[whims_.below(all.size())]->id;
    return ask(device, RenameDevice{whom, name}, Act::rename);
  }
  const auto& category = categories_[whims_.below(categories_.size())];
  ask(device, UpdateCategory{category, name, "for another reason"}, Act::update_category);
}

void Users::plan_whims(Talk& talk) {
  talk.cancel_inviting = whims_.chance(10);
  talk.cancel_joining = whims_.chance(10);
  talk.answer_twice = whims_.chance(20);
}

// Whoever stopped on the new device reads the code again: the invitation is still open.
void Users::cancel(Talk& talk) {
  const auto started = talk.sponsor_ticket;
  if (talk.cancel_joining) {
    talk.cancel_joining = false;
    world_.after(whims_.below(8000), [this, started] {
      if (!talk_ || talk_->sponsor_ticket != started || !talk_->applicant->up()) return;
      ask(*talk_->applicant, CancelPairing{talk_->applicant_ticket}, Act::cancel_joining);
    });
    world_.after(10'000, [this, started] {
      if (!talk_ || talk_->sponsor_ticket != started || !changing_) return;
      const auto again =
          world_.submit(*talk_->applicant, JoinCircle{talk_->code, talk_->sponsor->name, ""});
      if (talk_ && again) talk_->applicant_ticket = *again;
    });
  }
  if (!talk.cancel_inviting) return;
  talk.cancel_inviting = false;
  world_.after(whims_.below(12'000), [this, started] {
    if (!talk_ || talk_->sponsor_ticket != started || !talk_->sponsor->up()) return;
    ask(*talk_->sponsor, CancelPairing{started}, Act::cancel_inviting);
  });
}

// A yes can be taken back at any time; a no was an answer, and what comes after it is refused.
void Users::think_again(SimDevice& device, const EntryId& offer, bool accepted) {
  if (!accepted) {
    if (!whims_.chance(50)) return;
    return world_.after(100 + whims_.below(2000), [this, &device, offer] {
      if (!changing_ || !device.up()) return;
      if (world_.submit(device, AcceptOffer{offer, {}})) did(Act::decline_then_accept);
    });
  }
  if (!whims_.chance(15)) return;
  world_.after(100 + whims_.below(3000), [this, &device, offer] {
    if (!changing_ || !device.up() || !device.core().alive()) return;
    const auto* grant = device.core().view().grant({offer, 0});
    if (grant == nullptr || device.core().creator_of(grant->terms.category) == device.id) return;
    ask(device, WithdrawConsent{grant->terms.category, device.id}, Act::accept_then_withdraw);
  });
}

// A person looks at what the devices say, and takes the one out that speaks twice (spec 04 §6).
void Users::decide() {
  for (const auto& device : world_.devices()) {
    if (!device->twin || !first().up() || !first().core().alive()) continue;
    if (!first().core().view().live(device->id)) continue;
    (void)world_.submit(first(), RemoveDevice{device->id, true, {}});
  }
}

}  // namespace troth::sim
