#include "tests/unit/keyring/world.hpp"

#include <algorithm>

namespace troth::keyring {
namespace {

using circle::Entry;
using circle::EntryBody;

Result<> no_check(const crypto::P256Public&, ByteView, ByteView) { return {}; }

// Signature keys are only names here, so they are points without a known scalar's use.
circle::DeviceDescriptor descriptor_of(TestRng& rng, const crypto::P256Public& agree,
                                       const MemberId& member) {
  circle::DeviceDescriptor out;
  out.name = "device";
  out.model = "test";
  out.sign = crypto::P256KeyPair::generate(rng).public_key();
  out.approve = crypto::P256KeyPair::generate(rng).public_key();
  out.agree = agree;
  out.member = member;
  rng.fill(out.box_secret);
  return out;
}

std::map<DeviceId, EntryId> excluded_in(const Survey& survey) {
  std::map<DeviceId, EntryId> out;
  for (const auto& end : survey.ends) out.emplace(end.device, end.entry);
  return out;
}

}  // namespace

World::World(std::uint64_t seed, std::size_t count) : rng(seed) {
  const auto member = random_id<MemberId>(rng);
  for (std::size_t i = 0; i < count; ++i) {
    TestDevice device;
    device.agree = crypto::P256KeyPair::generate(rng);
    device.descriptor = descriptor_of(rng, device.agree->public_key(), member);
    device.id = circle::device_id(device.descriptor);
    devices.push_back(std::move(device));
  }
  circle::Genesis genesis;
  genesis.device = devices[0].descriptor;
  genesis.member_name = "Ada";
  rng.fill(genesis.random);
  const Entry entry{circle::make_genesis(genesis, now).value(), {}};
  devices[0].log = circle::Log::begin(entry, &no_check).value();
  devices[0].ring.emplace(devices[0].log->circle());
  all_entries.emplace(entry.id(), entry);
  rotate(0, circle::kControl);
}

PlanContext World::context(std::size_t device) const {
  return {view(device), *devices[device].ring, devices[device].id, now, suite};
}

std::optional<EntryId> World::write(std::size_t device, const circle::Payload& payload) {
  auto& log = *devices[device].log;
  auto body = log.make_body(payload, devices[device].id, now);
  if (!body) {
    problems.push_back("make_body failed");
    return std::nullopt;
  }
  const Entry entry{std::move(*body), {}};
  const auto result = log.offer(std::span(&entry, 1));
  if (result.admitted.size() != 1) {
    // Only a device that is out here may find its own entry held.
    if (log.view().live(devices[device].id)) {
      problems.push_back(
          std::string("own entry held: ") +
          (result.held.empty() ? "refused" : circle::reason_key(result.held[0].reason)));
    }
    return std::nullopt;
  }
  all_entries.emplace(entry.id(), entry);
  if (const auto* accept = std::get_if<circle::Accept>(&payload)) {
    if (!accept->accepted.empty()) devices[device].accepts.push_back(entry.id());
  }
  settle(device);
  if (log.valid(entry.id())) return entry.id();
  problems.push_back(std::string("not valid: ") + circle::reason_key(log.birth(entry.id())));
  return std::nullopt;
}

void World::join(std::size_t sponsor, std::size_t applicant,
                 std::vector<circle::GrantTerms> grants) {
  circle::DeviceAdd add;
  add.device = devices[applicant].descriptor;
  add.grants = std::move(grants);
  rng.fill(add.th2.bytes);
  const auto entry = write(sponsor, add);
  if (!entry) return;
  std::vector<Entry> entries;
  for (const auto& stored : devices[sponsor].log->missing_for({})) entries.push_back(*stored.entry);
  devices[applicant].log = circle::Log::restore(entries, &no_check).value();
  devices[applicant].ring.emplace(devices[applicant].log->circle());
  devices[applicant].partition = devices[sponsor].partition;
  circle::Accept accept;
  accept.entry = *entry;
  accept.th2 = add.th2;
  accept.sign_signature.emplace();
  for (std::uint32_t i = 0; i < add.grants.size(); ++i) accept.accepted.push_back(i);
  write(applicant, accept);
  exchange(sponsor, applicant);
  wrap(sponsor);
  exchange(sponsor, applicant);
}

circle::GrantTerms World::terms(std::size_t subject, const CategoryId& category,
                                History history) const {
  circle::GrantTerms out;
  out.subject = devices[subject].id;
  out.category = category;
  out.purpose = "test";
  out.locale = "en";
  out.history = history;
  return out;
}

std::optional<CategoryId> World::create_category(std::size_t device) {
  circle::CategoryCreate create;
  create.name = "notes";
  create.purpose = "test";
  create.data_class = "notes";
  create.terms = terms(device, CategoryId{}, History::all);
  const auto entry = write(device, create);
  if (!entry) return std::nullopt;
  categories.push_back(circle::category_id(*entry));
  rotate(device, categories.back());
  return categories.back();
}

void World::accept_all(std::size_t device) {
  for (const auto& offer : view(device).offers_to(devices[device].id)) {
    const auto* payload = devices[device].log->payload(offer.entry);
    if (payload == nullptr || !std::holds_alternative<circle::Grant>(*payload)) continue;
    circle::Accept accept;
    accept.entry = offer.entry;
    accept.accepted = {offer.index};
    write(device, accept);
    return;  // the offers were of a view that is gone now
  }
}

void World::learn(std::size_t device, EpochSecret secret) {
  devices[device].ever.insert(secret.ref());
  devices[device].ring->add(std::move(secret));
}

bool World::append(std::size_t device, KeysPlan plan) {
  if (plan.empty()) return false;
  // The secrets come first: settling the entry must not find an own box to open.
  for (auto& secret : plan.secrets) learn(device, std::move(secret));
  return write(device, plan.payload).has_value();
}

bool World::rotate(std::size_t device, const CategoryId& category) {
  auto plan = plan_rotation(context(device), std::span(&category, 1), rng);
  return plan && append(device, std::move(*plan));
}

bool World::wrap(std::size_t device) {
  auto plan = plan_wraps(context(device), rng);
  if (!plan) {
    problems.push_back("plan_wraps failed");
    return false;
  }
  for (const auto& name : plan->payload.wraps) {
    const auto found = survey(view(device), name.category, now);
    if (cleanness(found, found.epochs->at(name.epoch)) != Cleanness::clean) {
      problems.push_back("wrap under an unclean epoch");
    }
  }
  return append(device, std::move(*plan));
}

bool World::seal(std::size_t device, const CategoryId& category) {
  const auto& id = devices[device].id;
  auto state = key_state(survey(view(device), category, now), *devices[device].ring, id);
  if (state.state == KeyState::needs_rotation) {
    if (!rotate(device, category)) problems.push_back("a needed rotation was refused");
    state = key_state(survey(view(device), category, now), *devices[device].ring, id);
    if (state.state != KeyState::ready) problems.push_back("a fresh epoch is not clean");
  }
  if (state.state != KeyState::ready) return false;
  const auto found = survey(view(device), category, now);
  seals.push_back({device, {category, *state.epoch}, view(device).heads(), excluded_in(found)});
  return true;
}

void World::open_boxes(std::size_t device) {
  auto& self = devices[device];
  for (;;) {
    const auto pending = pending_boxes(view(device), *self.ring, self.id);
    if (pending.empty()) return;
    const auto& box = pending.front();
    const auto dh = self.agree->agree(box.enc);
    auto opened = open_box_info(view(device), self.id, box, dh);
    if (!opened) {
      problems.push_back("a box did not open");
      self.ring->mark_bad(box.entry);
      continue;
    }
    for (auto& secret : *opened) learn(device, std::move(secret));
    settle(device);
  }
}

// What follows from every change of the log: links are opened, withdrawn categories erased.
void World::settle(std::size_t device) {
  auto& self = devices[device];
  std::vector<CategoryId> all{circle::kControl};
  for (const auto& [id, category] : view(device).categories()) all.push_back(id);
  for (const auto& category : all) {
    const auto closure = self.ring->close(view(device).epochs(category));
    self.ever.insert(closure.learnt.begin(), closure.learnt.end());
    if (!closure.broken.empty()) problems.push_back("a link is broken");
  }
  for (const auto& category : to_erase(view(device), *self.ring, self.id))
    self.ring->erase(category);
}

void World::deliver(std::size_t from, std::size_t to) {
  std::vector<Entry> entries;
  for (const auto& stored : devices[from].log->missing_for(devices[to].log->heads())) {
    entries.push_back(*stored.entry);
  }
  if (entries.empty()) return;
  static_cast<void>(devices[to].log->offer(entries));  // what is held is part of the test
  settle(to);
  if (live(to)) open_boxes(to);
}

void World::exchange(std::size_t a, std::size_t b) {
  if (a == b || !joined(a) || !joined(b)) return;
  deliver(a, b);
  deliver(b, a);
}

void World::heal() {
  for (int round = 0; round < 12; ++round) {
    // Twice around, so that everyone hears of everything, then an ack each, so that what one took
    // reaches the others as an ancestor (rule 4.4).
    for (int around = 0; around < 2; ++around) {
      for (std::size_t a = 0; a < devices.size(); ++a) {
        for (std::size_t b = 0; b < devices.size(); ++b) {
          if (a != b && joined(a) && joined(b) && live(a) && view(a).live(devices[b].id)) {
            exchange(a, b);
          }
        }
      }
      for (std::size_t d = 0; d < devices.size() && around == 0 && round < 2; ++d) {
        if (joined(d) && live(d)) write(d, circle::Ack{});
      }
    }
    bool changed = false;
    for (std::size_t d = 0; d < devices.size(); ++d) {
      if (!joined(d) || !live(d)) continue;
      changed = wrap(d) || changed;
      for (std::size_t other = 0; other < devices.size(); ++other) {
        if (joined(other) && view(d).live(devices[other].id)) exchange(d, other);
      }
    }
    if (!changed) return;
  }
  problems.push_back("wraps never end");
}

Keyring World::thief(std::size_t device) const {
  const auto& self = devices[device];
  Keyring out(devices[0].log->circle());
  std::map<CategoryId, EpochMap> epochs;
  std::vector<std::pair<DeviceId, circle::Keys>> entries;
  for (const auto& [id, entry] : all_entries) {
    const auto body = circle::decode_body(entry.body).value();
    if (body.kind != circle::Kind::keys) continue;
    const auto payload = circle::decode_payload(body.kind, body.payload).value();
    const auto& keys = std::get<circle::Keys>(payload);
    for (const auto& def : keys.epochs) {
      circle::EpochInfo info;
      info.category = def.category;
      info.id = def.id();
      info.commitment = def.commitment;
      info.history = def.history;
      info.links = def.links;
      epochs[def.category].emplace(info.id, info);
    }
    entries.emplace_back(body.author, keys);
  }
  const auto name = [](const circle::Keys& keys, std::uint32_t i) {
    if (i < keys.epochs.size()) return EpochRef{keys.epochs[i].category, keys.epochs[i].id()};
    const auto& wrap = keys.wraps[i - keys.epochs.size()];
    return EpochRef{wrap.category, wrap.epoch};
  };
  for (const auto& [author, keys] : entries) {
    for (const auto& box : keys.boxes) {
      if (box.device != self.id) continue;
      BoxBinding binding{devices[0].log->circle(), author, self.id, {}};
      for (const auto& key : box.keys) {
        const auto ref = name(keys, key.epoch);
        const auto& info = epochs.at(ref.category).at(ref.id);
        binding.epochs.push_back({ref.category, ref.id.number, info.commitment});
      }
      auto opened =
          open_box(self.agree->agree(box.enc), binding,
                   {self.descriptor.agree, self.descriptor.box_secret}, box.enc, box.ciphertext);
      if (!opened) continue;
      for (auto& secret : *opened) out.add(std::move(secret));
    }
  }
  for (const auto& [category, map] : epochs) {
    [[maybe_unused]] const auto closure = out.close(map);
  }
  return out;
}

}  // namespace troth::keyring
