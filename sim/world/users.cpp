#include "sim/world/users.hpp"

#include <algorithm>

namespace troth::sim {

namespace {

constexpr std::size_t kItems = 12;
constexpr const char* kCategories[] = {"notes", "photos"};

Command init(const std::string& name, bool join) {
  InitDevice command;
  command.name = name;
  command.member = "Ada";
  command.model = "Simulated";
  command.join = join;
  return command;
}

}  // namespace

const char* name_of(Act act) {
  static constexpr const char* kNames[] = {"pair",
                                           "refuse",
                                           "mistype",
                                           "edit",
                                           "erase",
                                           "grant",
                                           "withdraw",
                                           "remove",
                                           "rotate",
                                           "decline",
                                           "type_wrong_number",
                                           "start_over",
                                           "forge",
                                           "cancel_inviting",
                                           "cancel_joining",
                                           "answer_twice",
                                           "accept_then_withdraw",
                                           "decline_then_accept",
                                           "leave",
                                           "undo_pairing",
                                           "undelete",
                                           "rename",
                                           "update_category",
                                           "pause",
                                           "resume",
                                           "bind_folder",
                                           "unbind_folder",
                                           "write_file",
                                           "erase_file"};
  return kNames[static_cast<std::size_t>(act)];
}

Users::Users(World& world, bool whims)
    : world_(world),
      choices_(world.seed() ^ 0x75736572),
      whims_(world.seed() ^ 0x7768696d),
      office_(world.seed() ^ 0x6f666669),
      whimsical_(whims && whims_.chance(75)),
      papery_(whims && office_.chance(40)) {
  for (std::size_t i = 0; i < kItems; ++i) items_.push_back(random_id<ItemId>(world.rng()));
  world_.on_event([this](SimDevice& device, const Event& event) { on_event(device, event); });
  world_.on_restart([this](SimDevice& device) {
    std::erase_if(asked_, [&](const auto& one) { return one.first.first == &device; });
    // A device whose first start was cut short has no identity yet: its user starts it again.
    const auto identity = device.engine->query(IdentityQuery{}, device.at(world_.now()));
    if (identity && identity->state == EngineState::new_device) {
      world_.after(1, [this, &device] {
        // Who starts over chooses another name.
        const auto name = device.life > 1 ? device.name + " again" : device.name;
        (void)world_.submit(device, init(name, &device != &first()));
      });
    }
    if (talk_ && (talk_->sponsor == &device || talk_->applicant == &device)) talk_.reset();
  });
}

void Users::begin(std::size_t devices) {
  wanted_ = devices;
  for (std::size_t i = 0; i < devices; ++i) {
    world_.add("device" + std::to_string(i));
    world_.run_until(MonoMs{world_.now().ms + 50});
  }
}

std::vector<SimDevice*> Users::members() {
  std::vector<SimDevice*> out;
  for (auto& device : world_.devices()) {
    if (device->up() && device->core().alive()) out.push_back(device.get());
  }
  return out;
}

SimDevice* Users::any_member() {
  const auto all = members();
  return all.empty() ? nullptr : all[world_.rng().below(all.size())];
}

void Users::hurry() {
  changing_ = false;
  talk_.reset();
}

void Users::meet() {
  for (auto* device : members()) {
    if (whimsical_) (void)world_.submit(*device, Resume{});
    for (const auto& other : world_.devices()) {
      const bool known = device != other.get() && device->up() && device->core().in_circle() &&
                         device->core().view().device(other->id) != nullptr;
      if (known) (void)world_.submit(*device, ConnectDevice{other->id, other->name});
    }
  }
}

void Users::act() {
  if (!categories_.empty()) misbehave();
  if (whimsical_ && !categories_.empty()) whim();
  if (papery_ && categories_.size() == std::size(kCategories)) paperwork();
  auto* device = any_member();
  if (device == nullptr) return;
  if (categories_.size() < std::size(kCategories)) {
    if (device->core().view().categories().size() < std::size(kCategories)) {
      CreateCategory create;
      create.name = kCategories[device->core().view().categories().size()];
      create.purpose = "to test";
      (void)world_.submit(*device, create);
    }
    return;
  }
  const auto dice = world_.rng().below(100);
  if (!talk_ && dice < 12) {
    for (auto& other : world_.devices()) {
      if (other->up() && !other->core().in_circle() && other->core().own_)
        return pair(*device, *other);
    }
  }
  if (dice < 60) return put(*device);
  if (dice < 66) return erase(*device);
  if (dice < 80) return give(*device);
  if (dice < 85) return take_back(*device);
  if (dice < 87) return remove(*device);
  if (dice < 89) {
    did(Act::rotate);
    (void)world_.submit(*device, RotateKeys{});
  }
}

void Users::put(SimDevice& device) {
  PutItem put;
  put.category = categories_[world_.rng().below(categories_.size())];
  put.item = items_[world_.rng().below(items_.size())];
  const std::string field = world_.rng().chance(50) ? "title" : "body";
  Bytes value = to_bytes(device.name + ":" + std::to_string(++value_));
  put.fields.push_back({field, value});
  const auto key = std::make_tuple(put.category, put.item, field);
  const auto ticket = world_.submit(device, put);
  did(Act::edit);
  // What was asked for may become visible even if the answer never came: it is not invented.
  written_[key].insert(value);
  (void)ticket;
}

void Users::erase(SimDevice& device) {
  did(Act::erase);
  const DeleteItem gone{categories_[world_.rng().below(categories_.size())],
                        items_[world_.rng().below(items_.size())]};
  erased_.emplace_back(gone.category, gone.item);
  (void)world_.submit(device, gone);
}

void Users::give(SimDevice& device) {
  auto* other = any_member();
  if (other == nullptr || other == &device) return;
  GrantConsent grant;
  grant.device = other->id;
  grant.terms.category = categories_[world_.rng().below(categories_.size())];
  grant.terms.direction = world_.rng().chance(80) ? Direction::both : Direction::receive;
  if (world_.rng().chance(30))
    grant.terms.until_ms = device.at(world_.now()).wall.ms + 60'000 + world_.rng().below(600'000);
  if (device.core().view().granted(other->id, grant.terms.category, Direction::receive)) return;
  if (choices_.chance(30)) grant.terms.history = History::from_now;
  did(Act::grant);
  (void)world_.submit(device, grant);
}

void Users::take_back(SimDevice& device) {
  auto* other = any_member();
  if (other == nullptr) return;
  // Nobody withdraws the last holder's consent here: what that means is tested by hand.
  const auto category = categories_[world_.rng().below(categories_.size())];
  if (device.core().creator_of(category) == other->id) return;
  did(Act::withdraw);
  (void)world_.submit(device, WithdrawConsent{category, other->id});
}

void Users::remove(SimDevice& device) {
  if (members().size() < 3 || acts(Act::remove) >= 2) return;
  auto* other = any_member();
  if (other == nullptr || other == &device || other == &first()) return;
  did(Act::remove);
  (void)world_.submit(device, RemoveDevice{other->id, world_.rng().chance(50), {}});
}

void Users::pair(SimDevice& sponsor, SimDevice& applicant) {
  Talk talk;
  talk.sponsor = &sponsor;
  talk.applicant = &applicant;
  talk.refuse = world_.rng().chance(8);
  talk.mistype = world_.rng().chance(8);
  talk.wrong_number = choices_.chance(10);
  if (whimsical_) plan_whims(talk);
  const auto ticket = world_.submit(
      sponsor, StartPairing{"so that you can write here", world_.rng().chance(30), 180'000});
  if (!ticket) return;
  talk.sponsor_ticket = *ticket;
  talk_ = talk;
  const auto started = *ticket;
  world_.after(400'000, [this, started] {
    if (talk_ && talk_->sponsor_ticket == started) talk_.reset();
  });
}

void Users::on_event(SimDevice& device, const Event& event) {
  world_.say(device, event);
  if (const auto* done = std::get_if<Done>(&event)) {
    const auto item = done->id.size() == ItemId::kSize ? id_from<ItemId>(done->id) : ItemId{};
    if (auto kept = item ? pending_.extract(*item) : decltype(pending_)::node_type{}; !kept.empty())
      keepsakes_.push_back(std::move(kept.mapped()));
    return on_done(device, *done);
  }
  if (!changing_) return;
  if (std::holds_alternative<CircleChanged>(event)) {
    // Somebody offered something: its user looks a while later and mostly accepts.
    world_.after(200 + world_.rng().below(3000), [this, &device] {
      if (!device.up()) return;
      const auto offers = device.engine->query(OffersQuery{}, device.at(world_.now()));
      if (!offers) return;
      for (const auto& offer : *offers) {
        const bool accept = world_.rng().chance(85);
        if (accept) {
          (void)world_.submit(device, AcceptOffer{offer.offer, {}});
        } else {
          did(Act::decline);
          (void)world_.submit(device, DeclineOffer{offer.offer});
        }
        if (whimsical_) think_again(device, offer.offer, accept);
        return;
      }
    });
  }
  if (!talk_) return;
  if (&device == talk_->sponsor) sponsor_event(device, event);
  if (talk_ && &device == talk_->applicant) applicant_event(device, event);
}

void Users::on_done(SimDevice& device, const Done& done) {
  if (const auto act = asked_.extract({&device, done.ticket}); !act.empty()) did(act.mapped());
  done_.emplace(&device, done.ticket);
  if (done.id.size() == DeviceId::kSize && device.id.is_zero()) {
    device.id = *id_from<DeviceId>(done.id);
    if (device.old_keys) reborn_.insert(device.id);
    if (&device == &first()) device.member = true;
  }
  if (done.id.size() == CategoryId::kSize && device.core().in_circle()) {
    const auto category = *id_from<CategoryId>(done.id);
    const bool known =
        std::find(categories_.begin(), categories_.end(), category) != categories_.end();
    const auto* found = device.core().view().category(category);
    if (!known && found != nullptr && found->name != kPapers) categories_.push_back(category);
  }
}

namespace {

// One that is live and said nothing but its accept is half paired, and may come again (spec 08 §5).
bool came_before(const device::Core& core, const DeviceId& id) {
  if (core.view().device(id) == nullptr) return false;
  const auto order = core.log_->order();
  return !core.view().live(id) || std::any_of(order.begin(), order.end(), [&](const EntryId& one) {
    const auto* body = core.log_->body(one);
    return body->author == id && body->kind != circle::Kind::accept;
  });
}

}  // namespace

void Users::sponsor_event(SimDevice& device, const Event& event) {
  if (const auto* code = std::get_if<PairingCode>(&event)) {
    auto typed = world_.rng().chance(20) ? code->qr : code->code;
    talk_->code = code->code;
    if (talk_->mistype && typed == code->code) {
      did(Act::mistype);
      typed[2] = typed[2] == '1' ? '2' : '1';  // mostly told by the check digit, sometimes a guess
    }
    came_again_ = came_again_ || (talk_->applicant->old_keys &&
                                  device.core().view().device(talk_->applicant->id) != nullptr);
    JoinCircle join{typed, talk_->sponsor->name, ""};
    const auto ticket = world_.submit(*talk_->applicant, join);
    if (talk_ && ticket) talk_->applicant_ticket = *ticket;
    if (talk_) cancel(*talk_);
  } else if (std::holds_alternative<PairingApplicant>(event)) {
    talk_->key_known = came_before(device.core(), talk_->applicant->id);
    const auto ticket = talk_->sponsor_ticket;
    world_.after(500 + world_.rng().below(5000), [this, ticket] {
      if (!talk_ || talk_->sponsor_ticket != ticket) return;
      AnswerApplicant answer{ticket, talk_->refuse, talk_->check, {}};
      if (talk_->wrong_number && !answer.check.empty()) {
        did(Act::type_wrong_number);
        answer.check.back() = answer.check.back() == '1' ? '2' : '1';
      }
      if (talk_->refuse) did(Act::refuse);
      for (const auto& category : categories_) {
        const bool own = talk_->sponsor->up() && talk_->sponsor->core().view().granted(
                                                     talk_->sponsor->id, category, Direction::both);
        if (own && world_.rng().chance(80))
          answer.share.push_back({category, Direction::both, 0, History::all});
      }
      const auto twice = talk_->answer_twice ? talk_->sponsor : nullptr;
      (void)world_.submit(*talk_->sponsor, answer);
      if (twice != nullptr && world_.submit(*twice, answer)) did(Act::answer_twice);
    });
  } else if (std::holds_alternative<Paired>(event) ||
             std::holds_alternative<PairingFailed>(event)) {
    if (std::holds_alternative<Paired>(event)) {
      did(Act::pair);
      fooled_ = fooled_ || talk_->wrong_number;
      reused_ = reused_ || (talk_->key_known && talk_->applicant->old_keys);
    }
    const auto ticket = talk_->sponsor_ticket;
    world_.after(100, [this, ticket] {
      if (talk_ && talk_->sponsor_ticket == ticket) talk_.reset();
    });
  }
}

void Users::applicant_event(SimDevice& device, const Event& event) {
  if (std::holds_alternative<Failed>(event) || std::holds_alternative<PairingFailed>(event)) {
    if (!talk_->mistype) return;
    // A slip of the finger: read the code again.
    talk_->mistype = false;
    const auto started = talk_->sponsor_ticket;
    return world_.after(1000, [this, started] {
      if (!talk_ || talk_->sponsor_ticket != started) return;
      (void)world_.submit(*talk_->applicant, JoinCircle{talk_->code, talk_->sponsor->name, ""});
    });
  }
  if (const auto* check = std::get_if<PairingCheck>(&event)) {
    talk_->check = check->check;
  } else if (const auto* offer = std::get_if<PairingOffer>(&event)) {
    AnswerOffer answer{offer->pairing, world_.rng().chance(5), {}};
    if (answer.refuse) did(Act::refuse);
    for (const auto& share : offer->share) {
      if (world_.rng().chance(90)) answer.accept.push_back(share.category);
    }
    const bool twice = talk_->answer_twice;
    world_.after(300 + world_.rng().below(4000), [this, &device, answer, twice] {
      (void)world_.submit(device, answer);
      if (twice && world_.submit(device, answer)) did(Act::answer_twice);
    });
  } else if (std::holds_alternative<Paired>(event)) {
    device.member = true;
  }
}

}  // namespace troth::sim
