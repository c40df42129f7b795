// Users who write what must not be lost, start over after a removal, or lie.
#include "keyring/key_state.hpp"
#include "sim/world/users.hpp"
#include "sync/seal.hpp"

namespace troth::sim {

void Users::misbehave() {
  for (auto& device : world_.devices()) {
    const bool out = device->up() && device->core().in_circle() && !device->core().alive();
    if (out && choices_.chance(10)) start_over(*device);
  }
  const auto all = members();
  if (all.empty()) return;
  auto& device = *all[choices_.below(all.size())];
  const auto dice = choices_.below(100);
  if (dice < 12) return keep(device);
  if (dice < 16) return forge(device);
}

void Users::keep(SimDevice& device) {
  PutItem put;
  put.category = categories_[choices_.below(categories_.size())];
  put.item = random_id<ItemId>(choices_);
  const Bytes value = to_bytes(device.name + " keeps " + std::to_string(++value_));
  put.fields.push_back({"title", value});
  written_[{put.category, put.item, "title"}].insert(value);
  pending_[put.item] = {&device,      device.id, device.core().replica_->author(),
                        put.category, put.item,  value};
  did(Act::edit);
  (void)world_.submit(device, put);
}

// Mostly with new keys, as the program makes them; some keep their old ones, which nobody takes
// (rule 11). Whoever was turned away so makes new ones.
void Users::start_over(SimDevice& device) {
  if (&device == &first()) return;
  did(Act::start_over);
  const bool old_keys = choices_.chance(50);
  world_.wipe(device, !old_keys);
  if (!old_keys) return;
  world_.after(120'000, [this, &device] {
    if (changing_ && device.up() && !device.core().in_circle()) world_.wipe(device, true);
  });
}

// An insider holds the category's key and knows everybody's certificates; what it lacks is the key
// behind them (rule 17). It seals what another might have written next, and signs with its own.
void Users::forge(SimDevice& insider) {
  auto& core = insider.core();
  for (auto* victim : members()) {
    if (victim == &insider || victim->core().view().heads() != core.view().heads()) continue;
    for (const auto& category : categories_) {
      const auto survey = keyring::survey(core.view(), category, WallMs{0});
      const auto epoch = keyring::sealing_epoch(survey, *core.keyring_);
      const auto key = epoch ? core.epoch_key(keyring::EpochRef{category, *epoch}) : std::nullopt;
      if (!key) continue;
      for (const auto& [author, tail] : victim->core().replica_->vector(category)) {
        const auto* certificate = core.replica_->certificates().newest(author);
        if (certificate == nullptr || certificate->body.device == victim->core().self_ ||
            certificate->body.device == core.self_)
          continue;
        const auto clock = sync::Hlc::next({}, insider.at(world_.now()).wall);
        const sync::Draft draft{category, items_.front(),    {"title", 1, 0}, clock,
                                {},       to_bytes("forged")};
        auto own = crypto::Ed25519KeyPair::generate(choices_);
        auto stolen = *certificate;
        stolen.body.key = own.public_key();
        const sync::BatchSigner liar(std::move(stolen), std::move(own));
        sync::SealContext context{core.log_->circle(), *key, tail.chain, tail.counter + 1,
                                  core.view().heads()};
        const auto sealed = sync::seal({&draft, 1}, context, liar, choices_);
        if (!sealed) continue;
        did(Act::forge);
        auto& peers = EngineInspector::look(*victim->engine).peers;
        (void)peers.take_batch(insider.id, category, sealed->sealed, {});
        return world_.settle(*victim);
      }
    }
  }
}

}  // namespace troth::sim
