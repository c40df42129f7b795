// What a device does by itself, when another is hostile or its own keystore does not work.
#include <algorithm>

#include "keyring/box.hpp"
#include "keyring/key_state.hpp"
#include "keyring/plan.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

PutItem edit(const Circle& circle, std::uint8_t item) {
  PutItem put;
  put.category = circle.category;
  put.item.bytes[0] = item;
  put.fields.push_back({"title", text("mine")});
  return put;
}

std::uint64_t drafts(SimDevice& device, const CategoryId& category) {
  std::uint64_t out = 0;
  const auto queue = device.core().replica_->queue(category);
  if (queue) {
    for (const auto& cls : *queue) out += cls.drafts;
  }
  return out;
}

std::size_t epochs(SimDevice& device, const CategoryId& category) {
  return device.core().view().epochs(category).size();
}

keyring::PlanContext context(Core& core) {
  const auto suite =
      crypto::usable_suite(core.config_.suites.front(), core.view().policy().least_suite).value();
  return {core.view(), *core.keyring_, core.self_, core.expiry_clock(), suite};
}

// An entry that the device signs although its program would not, taken into its own log.
void sign_and_keep(Circle& circle, SimDevice& device, const circle::Payload& payload) {
  auto& core = device.core();
  const auto body = core.log_->make_body(payload, core.self_, core.now_.wall).value();
  const KeyRequest request{KeyOp::sign, circle::signing_input(body), "keys"};
  const auto signature = device.keys.perform(request, device.rng).value();
  circle::Entry entry{body, {}};
  std::copy(signature.expose().begin(), signature.expose().end(), entry.signature.begin());
  const auto result = core.log_->offer({&entry, 1});
  ASSERT_EQ(result.admitted.size(), 1u);
  core.keep(result);
  circle.world.settle(device);
}

// A rotation whose box for the victim holds another key than the one that the log names.
void rotate_wrongly(Circle& circle, SimDevice& insider, const SimDevice& victim) {
  auto& core = insider.core();
  core.enter(insider.at(circle.world.now()));
  const auto with = context(core);
  const std::vector<CategoryId> categories{circle.category};
  auto plan = keyring::plan_rotation(with, categories, *core.rng_).value();
  const auto& made = plan.payload.epochs.at(0);
  for (auto& box : plan.payload.boxes) {
    if (box.device != victim.id) continue;
    const auto other = keyring::EpochSecret::generate(core.view().circle(), circle.category,
                                                      made.number, true, *core.rng_);
    keyring::BoxBinding binding{core.view().circle(), core.self_, victim.id, {}};
    binding.epochs.push_back({circle.category, made.number, made.commitment});
    keyring::BoxPlain plain;
    plain.keys.push_back(other.carry(true));
    const auto& target = core.view().device(victim.id)->descriptor;
    auto sealed =
        keyring::seal_box(with.suite, binding, {target.agree, target.box_secret}, plain, *core.rng_)
            .value();
    box.enc = sealed.enc;
    box.ciphertext = sealed.ciphertext;
  }
  const circle::Payload payload(plan.payload);
  core.touch(store::Durability::full);
  for (auto& secret : plan.secrets) {
    ASSERT_TRUE(core.key_store_->save(secret, *core.rng_));
    core.keyring_->add(std::move(secret));
  }
  sign_and_keep(circle, insider, payload);
}

TEST(Duties, AWrongBoxStopsNobody) {
  Circle circle(3);
  circle.run(10'000);
  auto& victim = circle.at(1);
  rotate_wrongly(circle, circle.at(0), victim);
  const auto wrong = epochs(circle.at(0), circle.category);
  circle.run(10'000);
  EXPECT_EQ(alerts(victim, "bad_key"), 1u);
  (void)circle.world.submit(victim, edit(circle, 9));
  circle.run(60'000);
  // It was sealed under a new epoch, and reached the others.
  EXPECT_EQ(drafts(victim, circle.category), 0u);
  EXPECT_EQ(epochs(victim, circle.category), wrong + 1);
  for (std::size_t i : {0, 2}) {
    const auto item = circle.at(i).engine->query(ItemQuery{circle.category, edit(circle, 9).item},
                                                 circle.at(i).at(circle.world.now()));
    EXPECT_TRUE(item) << i;
  }
  EXPECT_TRUE(
      keyring::pending_boxes(victim.core().view(), *victim.core().keyring_, victim.id).empty());
  // Found again after a restart, without telling anybody twice or another rotation.
  circle.world.crash(victim, sim::Loss::process, 100);
  circle.run(10'000);
  (void)circle.world.submit(victim, edit(circle, 10));
  circle.run(60'000);
  EXPECT_EQ(alerts(victim, "bad_key"), 1u);
  EXPECT_EQ(drafts(victim, circle.category), 0u);
  EXPECT_EQ(epochs(victim, circle.category), wrong + 1);
}

// While a pairing holds back what nobody asked for, an entry about keys may turn out to be
// needless. What came up meanwhile is done then.
TEST(Duties, WhatCameUpWhileAnEntryOfKeysWaitedIsDone) {
  Circle circle(2);
  circle.run(10'000);
  auto& device = circle.at(0);
  auto& engine = EngineInspector::look(*device.engine);
  engine.core->enter(device.at(circle.world.now()));
  engine.author.sign_ahead(
      []() -> Result<circle::Payload> { return circle::Payload(circle::Ack{}); }, Ticket{99},
      [](const auto&) {});
  circle.world.settle(device);
  circle.run(1000);
  engine.duties.rotate({}, {}, {});  // waits; nobody lacks anything
  (void)circle.world.submit(device, WithdrawConsent{circle.category, circle.at(1).id});
  circle.run(10'000);
  (void)circle.world.submit(device, edit(circle, 9));
  circle.run(10'000);
  EXPECT_EQ(drafts(device, circle.category), 1u);
  engine.core->enter(device.at(circle.world.now()));
  engine.author.release();
  circle.world.settle(device);
  circle.run(10'000);
  EXPECT_EQ(drafts(device, circle.category), 0u);
}

// ---- a keystore that fails

// How often the device turned to its keystore in this time.
std::size_t asked(Circle& circle, SimDevice& device, std::uint64_t ms) {
  std::size_t count = 0;
  circle.world.on_effect([&](SimDevice& who, const Effect& effect) {
    count += &who == &device && std::holds_alternative<PerformKeyOperation>(effect) ? 1 : 0;
  });
  circle.run(ms);
  circle.world.on_effect({});
  return count;
}
bool sleeps(Circle& circle, SimDevice& device) {
  auto& engine = EngineInspector::look(*device.engine);
  const auto later = [&](std::optional<MonoMs> at) { return !at || *at > circle.world.now(); };
  return later(device.engine->deadline()) && later(engine.duties.deadline()) &&
         later(engine.sealing.deadline());
}

TEST(Duties, AKeystoreThatFailsLetsTheDeviceSleep) {
  Circle circle(3);
  circle.run(limits::kUnforcedRotationMs);
  auto& device = circle.at(1);
  circle.apart(true);
  circle.run(120'000);
  // A new epoch for it and an edit: a box to open and a certificate to sign.
  (void)circle.world.submit(circle.at(0), RotateKeys{circle.category});
  circle.run(1000);
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(1000);
  device.keys.broken = Errc::locked;
  (void)circle.world.submit(device, edit(circle, 9));
  circle.run(120'000);
  EXPECT_LT(asked(circle, device, limits::kHour), 10u);
  EXPECT_TRUE(sleeps(circle, device));
  EXPECT_EQ(drafts(device, circle.category), 1u);
  EXPECT_EQ(alerts(device, "bad_key"), 0u);  // a locked keystore is no wrong box
  device.keys.broken.reset();
  circle.run(limits::kKeystoreRetryMaxMs + 60'000);
  EXPECT_EQ(drafts(device, circle.category), 0u);
}

TEST(Duties, ABoxWaitsForAKeystoreThatFails) {
  Circle circle(2);
  circle.run(limits::kUnforcedRotationMs);
  auto& device = circle.at(1);
  device.keys.broken = Errc::locked;
  device.keys.broken_op = KeyOp::agree;
  const auto before = epochs(device, circle.category);
  (void)circle.world.submit(circle.at(0), RotateKeys{circle.category});
  circle.run(120'000);
  ASSERT_EQ(epochs(device, circle.category), before + 1);
  const auto pending = [&] {
    return keyring::pending_boxes(device.core().view(), *device.core().keyring_, device.id).size();
  };
  EXPECT_EQ(pending(), 1u);
  EXPECT_LT(asked(circle, device, 10 * limits::kMinute), 10u);
  EXPECT_TRUE(sleeps(circle, device));
  EXPECT_EQ(alerts(device, "bad_key"), 0u);
  device.keys.broken.reset();
  circle.run(limits::kKeystoreRetryMaxMs + 60'000);
  EXPECT_EQ(pending(), 0u);
}

// ---- withdrawal

TEST(Duties, AWithdrawnCategoryIsErasedInSlicesAlsoAfterARestart) {
  Circle circle(2);
  circle.run(5000);
  auto& device = circle.at(1);
  constexpr std::size_t kItems = 3 * limits::kErasePerStep;
  for (std::size_t done = 0; done < kItems; done += limits::kOpsPerBatch) {
    PutItems puts;
    for (std::size_t i = done; i < done + limits::kOpsPerBatch; ++i) {
      auto put = edit(circle, 1);
      put.item = files::item_of(circle.category, std::to_string(i));
      puts.items.push_back(put);
    }
    (void)circle.world.submit(circle.at(0), puts);
    circle.run(3000);
  }
  circle.run(30'000);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, device.id});
  for (int i = 0; i < 10'000 && device.core().replica_->erasing().empty(); ++i) circle.run(1);
  ASSERT_EQ(device.core().replica_->erasing().size(), 1u);
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(100'000);
  EXPECT_TRUE(device.core().replica_->erasing().empty());
  // New consent finds an empty category that takes everything in again.
  circle.meet();
  circle.run(5000);
  circle.offers.clear();
  GrantConsent grant;
  grant.device = device.id;
  grant.terms.category = circle.category;
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  (void)circle.world.submit(device, AcceptOffer{circle.offers.back().second, {}});
  circle.run(60'000);
  const auto items = device.core().replica_->list(circle.category, {}, kItems + 1, false,
                                                  device.at(circle.world.now()).wall);
  ASSERT_TRUE(items);
  EXPECT_EQ(items->size(), kItems);
}

}  // namespace
}  // namespace troth::device
