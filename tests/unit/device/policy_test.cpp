// What the circle's policy says about suites and versions holds on every device (design 4).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

// No command writes a policy yet; its owner's key can.
void set_policy(Circle& circle, std::uint8_t suite, std::uint64_t protocol) {
  auto& device = circle.at(0);
  auto& core = device.core();
  core.enter(device.at(circle.world.now()));
  const circle::Payload payload(circle::PolicySet{suite, protocol, 0, 0});
  const auto body = core.log_->make_body(payload, core.self_, core.now_.wall).value();
  const KeyRequest request{KeyOp::approve, circle::signing_input(body), "policy"};
  const auto signature = device.keys.perform(request, device.rng).value();
  circle::Entry entry{body, {}};
  std::copy(signature.expose().begin(), signature.expose().end(), entry.signature.begin());
  const auto result = core.log_->offer({&entry, 1});
  ASSERT_EQ(result.admitted.size(), 1u);
  core.keep(result);
  circle.world.settle(device);
}

TEST(Policy, AHigherLeastSuiteIsUsedForKeysAndForWhatIsSealed) {
  Circle circle(2);
  circle.run(5000);
  circle.run(limits::kUnforcedRotationMs);  // asked for again too soon, keys are not made anew
  set_policy(circle, 2, 1);
  circle.run(5000);
  EXPECT_EQ(circle.at(1).core().suite()->id, 2);
  PutItem put{circle.category, files::item_of(circle.category, "a"), {{"text", text("a")}}};
  (void)circle.world.submit(circle.at(1), put);
  (void)circle.world.submit(circle.at(0), RotateKeys{});
  circle.run(20'000);
  EXPECT_TRUE(circle.failures.empty());
  auto& other = circle.at(0);
  const auto proof =
      other.engine->query(InspectQuery{circle.category, put.item}, other.at(circle.world.now()));
  ASSERT_TRUE(proof);
  ASSERT_EQ(proof->size(), 1u);
  EXPECT_EQ(proof->front().suite, 2);
}

TEST(Policy, AVersionThatNobodyHasEndsConnectionsAndIsTold) {
  Circle circle(2);
  circle.run(5000);
  set_policy(circle, 1, 9);
  circle.run(5000);
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(60'000);
  PutItem put{circle.category, files::item_of(circle.category, "a"), {{"text", text("a")}}};
  (void)circle.world.submit(circle.at(0), put);
  circle.run(20'000);
  EXPECT_EQ(circle.at(1).core().replica_->totals(circle.category).items, 0u);
}

}  // namespace
}  // namespace troth::device
