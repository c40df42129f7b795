// A code is for one pairing, and for the run of the program that showed it (spec 08 §6).
#include "unit/device/raw_applicant.hpp"

namespace troth::device {
namespace {

using namespace testing;

// Whoever comes late with a code that was right: hears nothing of a run, and nobody is asked.
void expect_refused(Scene& scene, std::uint64_t seed, const std::string& code) {
  const auto asked = scene.user.asked;
  const auto devices = scene.devices();
  auto& late = scene.comes(seed);
  late.begin(code);
  EXPECT_EQ(late.heard[pairing::MessageType::p0], 0);
  EXPECT_EQ(late.heard[pairing::MessageType::p2], 0);
  EXPECT_FALSE(late.finished);
  EXPECT_EQ(scene.user.asked, asked);
  EXPECT_EQ(scene.devices(), devices);
}

// What paired the first device, as a code and as a QR.
std::pair<std::string, std::string> used_up(Scene& scene) {
  scene.user.invite();
  std::pair out{scene.user.code, scene.user.qr};
  scene.pairs(scene.comes(1));
  return out;
}

TEST(PairingCodeOnce, ACodeThatPairedADevicePairsNoOther) {
  Scene scene;
  const auto [code, qr] = used_up(scene);
  EXPECT_FALSE(scene.shows());
  expect_refused(scene, 2, code);
  expect_refused(scene, 3, qr);
}

TEST(PairingCodeOnce, NeitherWhileTheNextOneIsShown) {
  Scene scene;
  const auto [code, qr] = used_up(scene);
  scene.user.invite();
  ASSERT_NE(scene.user.code, code);
  expect_refused(scene, 2, code);
  expect_refused(scene, 3, qr);
  EXPECT_TRUE(scene.shows());
}

TEST(PairingCodeOnce, ACodeDoesNotOutliveTheProgramThatShowedIt) {
  for (const auto loss : {sim::Loss::process, sim::Loss::power}) {
    Scene scene;
    scene.user.invite();
    const auto code = scene.user.code;
    const auto qr = scene.user.qr;
    scene.circle.world.crash(scene.circle.at(0), loss, 100);
    scene.circle.run(1000);
    ASSERT_TRUE(scene.circle.at(0).up());
    EXPECT_FALSE(scene.shows());
    expect_refused(scene, 2, code);
    expect_refused(scene, 3, qr);
    scene.user.invite();
    ASSERT_NE(scene.user.code, code);
    expect_refused(scene, 4, code);
    expect_refused(scene, 5, qr);
    scene.pairs(scene.comes(6));
  }
}

TEST(PairingCodeOnce, NorAfterItPairedAndTheProgramStartedAgain) {
  Scene scene;
  const auto [code, qr] = used_up(scene);
  scene.circle.world.crash(scene.circle.at(0), sim::Loss::power, 100);
  scene.circle.run(1000);
  ASSERT_TRUE(scene.circle.at(0).up());
  EXPECT_EQ(scene.devices(), 2u);
  expect_refused(scene, 2, code);
  expect_refused(scene, 3, qr);
}

}  // namespace
}  // namespace troth::device
