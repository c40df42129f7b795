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

bool connected(SimDevice& from, SimDevice& to) {
  return from.up() && EngineInspector::look(*from.engine).peers.connected_to(to.id);
}

// Looks often enough to see what is closed again at once.
void expect_no_connection(Circle& circle, std::size_t ms) {
  for (std::size_t at = 0; at < ms; at += 50) {
    circle.run(50);
    ASSERT_FALSE(connected(circle.at(0), circle.at(1)) || connected(circle.at(1), circle.at(0)));
  }
}

void expect_nothing_arrives(Circle& circle) {
  PutItem put{circle.category, files::item_of(circle.category, "a"), {{"text", text("a")}}};
  (void)circle.world.submit(circle.at(0), put);
  expect_no_connection(circle, 20'000);
  EXPECT_EQ(circle.at(1).core().replica_->totals(circle.category).items, 0u);
}

TEST(Policy, AVersionThatNobodyHasLetsNobodyConnect) {
  Circle circle(2);
  circle.run(5000);
  ASSERT_TRUE(connected(circle.at(0), circle.at(1)));
  set_policy(circle, 1, 9);
  circle.run(5000);
  ASSERT_EQ(circle.at(1).core().view().policy().least_protocol, 9u);
  EXPECT_TRUE(connected(circle.at(0), circle.at(1))) << "what stands goes on until it ends";
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  expect_no_connection(circle, 60'000);
  // Neither says a word to the other: what each is told of are its own calls.
  for (const std::size_t i : {0u, 1u})
    EXPECT_EQ(facts(circle.at(i), audit::FactKind::suite_refused).size(), 1u) << i;
  circle.meet();
  expect_nothing_arrives(circle);
}

// The peer has not heard of the policy, or will not: its calls are refused, and that is written
// down once an hour, with an alarm when they go on.
TEST(Policy, APeerThatGoesOnWithWhatWasGivenUpIsRefusedAndTold) {
  Circle circle(2);
  circle.run(5000);
  circle.apart(true);
  circle.run(60'000);
  auto& strict = circle.at(0);
  ASSERT_FALSE(connected(strict, circle.at(1)));
  set_policy(circle, 1, 9);
  EXPECT_TRUE(facts(strict, audit::FactKind::suite_refused).empty());
  circle.apart(false);
  expect_no_connection(circle, 10'000);
  EXPECT_EQ(circle.at(1).core().view().policy().least_protocol, 1u) << "it cannot have heard";
  const auto told = facts(strict, audit::FactKind::suite_refused);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].device == strict.id);
  for (std::size_t call = 0; call < limits::kSuitesRefused; ++call) {
    circle.meet();
    expect_no_connection(circle, 5000);
  }
  EXPECT_EQ(facts(strict, audit::FactKind::suite_refused).size(), 1u);
  EXPECT_EQ(alerts(strict, "suite_refused"), 1u);
  expect_nothing_arrives(circle);
}

}  // namespace
}  // namespace troth::device
