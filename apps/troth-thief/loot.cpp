#include "apps/troth-thief/loot.hpp"

#include <cstdio>
#include <map>

#include "base/bytes.hpp"
#include "device/words.hpp"
#include "keyring/key_state.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/file.hpp"
#include "shell/texts/safe_text.hpp"

namespace troth::thief {

namespace {

constexpr std::size_t kSamples = 3;

Config config_of(const std::string& home, const shell::Keystore& keystore) {
  const auto& keys = keystore.public_keys();
  const auto& guard = keystore.guard();
  Config config;
  config.database = home + "/troth.db";
  config.sign_key = keys.sign.bytes();
  config.agree_key = keys.agree.bytes();
  config.approve_key = keys.approve.bytes();
  config.protection = keystore.protection();
  config.home_id = guard.home;
  config.incarnation = guard.incarnation;
  config.reserved = guard.reserved;
  return config;
}

void open_boxes(Loot& loot) {
  auto& core = *loot.core;
  for (const auto& box : core.view().boxes_for(core.self_)) {
    const auto request = keyring::box_request(box.enc);
    const auto dh = loot.agree(request.input);
    if (!dh) continue;
    auto secrets = keyring::open_box_info(core.view(), core.self_, box, Secret32(ByteView(*dh)));
    if (!secrets) continue;
    for (auto& secret : *secrets) core.keyring_->add(std::move(secret));
  }
  std::vector<CategoryId> categories = core.keyring_->categories();
  for (const auto& category : categories) {
    (void)core.keyring_->close(core.view().epochs(category));
  }
}

// The first byte of a value of the command line says what kind it is; the rest is shown.
std::string shown(ByteView body) {
  if (!is_utf8(body)) return std::to_string(body.size()) + " bytes";
  const bool marked = !body.empty() && body[0] < 0x20;
  return shell::safe_quoted(as_text(body.subspan(marked ? 1 : 0)), 60);
}

void print_items(device::Core& core, const CategoryId& category) {
  std::size_t count = 0;
  std::optional<ItemId> after;
  for (;;) {
    const auto items =
        core.replica_->list(category, after, limits::kListPage, false, core.now_.wall);
    if (!items) {
      std::printf("    items could not be read (error %u)\n",
                  static_cast<unsigned>(items.error().code));
      return;
    }
    for (const auto& item : *items) {
      if (!item.alive || count++ >= kSamples) continue;  // a deleted one only ends a long walk
      for (const auto& field : item.fields)
        std::printf("    item %s  %s = %s\n", to_hex(item.item.view().first(4)).c_str(),
                    shell::safe_text(field.name).c_str(), shown(field.body).c_str());
    }
    if (items->empty()) break;
    after = items->back().item;
  }
  std::printf("    items readable: %zu\n", count);
}

}  // namespace

Result<Bytes> Loot::agree(ByteView point) {
  Result<Bytes> out = fail(Errc::internal);
  keystore->perform(KeyRequest{KeyOp::agree, to_bytes(point)}, shell::os_now(),
                    [&](Result<Bytes> done) { out = std::move(done); });
  return out;
}

Result<std::unique_ptr<Loot>> open_home(const std::string& home,
                                        const std::string& passphrase_file) {
  auto loot = std::make_unique<Loot>();
  TROTH_TRY(loot->keystore, shell::FileKeystore::open(home, loot->rng));
  if (loot->keystore->locked()) {
    TROTH_TRY(auto passphrase, shell::read_secret_file(passphrase_file));
    Result<> unlocked = fail(Errc::internal);
    loot->keystore->unlock(std::move(passphrase), shell::os_now(),
                           [&](Result<> done) { unlocked = done; });
    TROTH_CHECK(unlocked);
  }
  TROTH_TRY(const Secret32 at_rest, loot->keystore->at_rest_key());
  Ports ports;
  ports.rng = &loot->rng;
  ports.at_rest_key = at_rest.expose();
  TROTH_TRY(loot->core,
            device::Core::open(ports, config_of(home, *loot->keystore), shell::os_now()));
  if (!loot->core->in_circle()) return fail(Errc::not_found);
  loot->stored_keys = loot->core->keyring_->size();
  open_boxes(*loot);
  loot->boxed_keys = loot->core->keyring_->size() - loot->stored_keys;
  return loot;
}

std::vector<sync::EpochKey> epoch_keys(const std::vector<std::unique_ptr<Loot>>& homes) {
  std::vector<sync::EpochKey> out;
  for (const auto& loot : homes) {
    const auto& ring = *loot->core->keyring_;
    for (const auto& category : ring.categories()) {
      for (const auto* secret : ring.newest(category, ring.size()))
        out.push_back(*loot->core->epoch_key(secret->ref()));
    }
  }
  return out;
}

void print_loot(Loot& loot) {
  auto& core = *loot.core;
  const auto* self = core.view().device(core.self_);
  std::printf("It has the home of %s, with its passphrase.\n",
              shell::safe_quoted(self == nullptr ? "?" : self->name).c_str());
  std::printf("  circle: %s\n", device::circle_words(core.view().circle()).c_str());
  std::printf("  entries of the circle log: %zu\n", core.log_->size());
  std::printf("  keys of categories: %zu on its disk, %zu more that were sealed for it\n",
              loot.stored_keys, loot.boxed_keys);
  for (const auto& [id, category] : core.view().categories()) {
    const auto held = core.keyring_->newest(id, core.keyring_->size());
    std::printf("  category %s: %zu keys, numbers", shell::safe_quoted(category.name).c_str(),
                held.size());
    for (const auto* secret : held)
      std::printf(" %llu", static_cast<unsigned long long>(secret->id().number));
    std::printf("\n");
    if (!held.empty()) print_items(core, id);
  }
}

}  // namespace troth::thief
