// Devices that find each other by what they say on a local network (spec 15), and what strangers on
// it can do to them.
#include "base/limits.hpp"
#include "unit/device/lan.hpp"

namespace troth::device {
namespace {

using namespace testing;

class Finding : public ::testing::Test {
 protected:
  std::unique_ptr<Circle> circle_of(std::size_t devices) {
    return std::make_unique<Circle>(devices, 7, true, [this](World& world) { lan.attach(world); });
  }
  static bool connected(Circle& circle, std::size_t i, std::size_t j) {
    return EngineInspector::look(*circle.at(i).engine).peers.connected_to(circle.at(j).id);
  }
  // Everybody has another address than before and no connection, as after a change of networks.
  static void move_all(Circle& circle, const std::string& to) {
    for (auto& device : circle.world.devices()) {
      circle.world.crash(*device, sim::Loss::process, 100);
      device->name += to;
    }
  }
  static discovery::Tag tag_of(const std::string& name) {
    return std::get<discovery::Tag>(discovery::parse_name(name).value());
  }
  Lan lan;
};

TEST_F(Finding, WithoutTheSettingNothingIsSaidOrAsked) {
  Circle circle(2, 7, false, [this](World& world) { lan.attach(world); });
  circle.run(30 * limits::kMinute);
  EXPECT_EQ(lan.discovers, 0u);
  EXPECT_EQ(lan.look_ups, 0u);
}

TEST_F(Finding, ACodeAloneFindsTheSponsor) {
  auto circle = circle_of(2);
  EXPECT_TRUE(circle->at(1).core().in_circle());
  EXPECT_TRUE(connected(*circle, 0, 1));
}

TEST_F(Finding, DevicesMeetAgainAfterTheirAddressesChanged) {
  auto circle = circle_of(2);
  for (const char* to : {"-home", "-cafe", "-train"}) {
    move_all(*circle, to);
    circle->run(5000);
    EXPECT_TRUE(connected(*circle, 0, 1)) << to;
  }
}

TEST_F(Finding, SilenceWhileEverybodyIsConnected) {
  auto circle = circle_of(2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(lan.places[&circle->at(i)].say.empty());
    EXPECT_FALSE(lan.places[&circle->at(i)].look);
  }
  const auto before = lan.discovers;
  circle->run(60 * limits::kMinute);
  EXPECT_EQ(lan.discovers, before);
}

TEST_F(Finding, ATagEndsWithItsSlot) {
  auto circle = circle_of(2);
  circle->apart(true);
  circle->at(1).engine.reset();  // switched off
  lan.places.erase(&circle->at(1));
  circle->world.crash(circle->at(0), sim::Loss::process, 100);
  circle->run(1000);
  std::set<std::string> tags;
  for (int slot = 0; slot < 12; ++slot) {
    const auto name = lan.tag_said(circle->at(0));
    ASSERT_TRUE(name);
    EXPECT_TRUE(tags.insert(name->substr(0, 16)).second) << slot;
    circle->run(limits::kDiscoverySlotMs);
  }
}

// Three devices; the second is removed by the first. What the first says from then on is none of
// the tags that the second can make, in any slot, while the third recognises it.
TEST_F(Finding, ARemovedDeviceRecognisesNoLaterTag) {
  auto circle = circle_of(3);
  const auto removed_keys = [&] {
    std::vector<Secret32> out;
    for (const auto* epoch : circle->at(1).core().keyring_->newest(circle::kControl, 100))
      out.push_back(epoch->discovery_key());
    return out;
  };
  circle->world.set_partition(circle->at(0), circle->at(1), true);
  circle->world.set_partition(circle->at(2), circle->at(1), true);
  (void)circle->world.submit(circle->at(0), RemoveDevice{circle->at(1).id, false, {}});
  circle->run(5000);
  circle->at(2).engine.reset();
  circle->world.crash(circle->at(0), sim::Loss::process, 100);
  circle->run(2000);
  const auto said = lan.tag_said(circle->at(0));
  ASSERT_TRUE(said);
  const std::vector<DeviceId> all{circle->at(0).id, circle->at(1).id, circle->at(2).id};
  discovery::Recogniser recogniser;
  const auto now = discovery::slot_of(circle->at(0).at(circle->world.now()).wall);
  for (std::uint64_t slot = now - 3; slot <= now + 3; ++slot) {
    recogniser.learn(removed_keys(), all, slot);
    EXPECT_EQ(recogniser.find(tag_of(*said)), nullptr);
  }
  std::vector<Secret32> own;
  own.push_back(
      circle->at(0).core().keyring_->newest(circle::kControl, 1).front()->discovery_key());
  recogniser.learn(own, all, now);
  ASSERT_NE(recogniser.find(tag_of(*said)), nullptr);
  EXPECT_EQ(*recogniser.find(tag_of(*said)), circle->at(0).id);
}

TEST_F(Finding, StrangersNamesCostNothing) {
  auto circle = circle_of(2);
  move_all(*circle, "-away");
  circle->apart(true);
  circle->run(5000);
  const auto asked = lan.look_ups;
  const auto tried = lan.dials["evil"];
  for (std::size_t i = 0; i < 1000; ++i) {
    Bytes tag(8);
    circle->world.rng().fill(tag);
    lan.plant(to_hex(tag) + "-0123abcd", "evil");
    lan.plant("p" + std::to_string(1000 + i) + "-0123abcd", "evil");
    lan.plant(std::string(i % 60, 'x'), "evil");
  }
  circle->run(5000);
  EXPECT_LE(lan.look_ups, asked + 2);  // their own tags, said anew
  EXPECT_EQ(lan.dials["evil"], tried);
}

// A recorded tag under many names, each with somebody else's address: a bounded number of lookups
// and connections, and the right device is still found.
TEST_F(Finding, LiesAboutADeviceAreBoundedAndTheTruthIsFound) {
  auto circle = circle_of(2);
  circle->world.add("victim");
  move_all(*circle, "-away");
  circle->apart(true);
  circle->run(5000);
  const auto said = lan.tag_said(circle->at(1));
  ASSERT_TRUE(said);
  const auto asked = lan.look_ups;
  const auto dials = [&] {
    std::size_t out = 0;
    for (const auto& [address, count] : lan.dials) {
      if (address.starts_with("liar") || address == "victim") out += count;
    }
    return out;
  };
  for (std::uint32_t i = 0; i < 500; ++i) {
    Bytes suffix;
    append_be32(suffix, 0xf0000000 + i);
    lan.plant(said->substr(0, 16) + "-" + to_hex(suffix),
              i % 4 == 0 ? "victim" : "liar" + std::to_string(i));
    circle->run(100);
  }
  EXPECT_LE(lan.look_ups - asked, 2 * 2 * limits::kLookUpsPerMinute);
  // Back-off of 0.5 s doubled six times within 50 s: about 8 from the device that recognises.
  EXPECT_LE(dials(), 12u);
  EXPECT_FALSE(connected(*circle, 0, 1));
  circle->world.set_partition(circle->at(0), circle->at(1), false);
  circle->run(3 * limits::kDiscoverySlotMs);
  EXPECT_TRUE(connected(*circle, 0, 1));
}

TEST_F(Finding, AnAddressThatTheUserGaveStaysAndIsTried) {
  auto circle = circle_of(2);
  (void)circle->world.submit(circle->at(0), ConnectDevice{circle->at(1).id, "vpn"});
  lan.deaf = true;
  circle->world.crash(circle->at(1), sim::Loss::process, 100);
  circle->at(1).name = "elsewhere";
  circle->apart(true);
  circle->run(2000);
  const auto& peers = EngineInspector::look(*circle->at(0).engine).peers;
  auto said = lan.tag_said(circle->at(1));
  ASSERT_TRUE(said);
  lan.deaf = false;
  lan.plant(said->substr(0, 16) + "-eeeeeeee", "liar");
  const auto before = lan.dials["vpn"];
  circle->run(20'000);
  EXPECT_EQ(peers.address(circle->at(1).id), "vpn");
  EXPECT_GT(lan.dials["vpn"], before);
  EXPECT_GT(lan.dials["liar"], 0u);
}

// Else somebody who knows the code could break run after run off until a check number suits him
// (spec 08 §4.1).
TEST_F(Finding, WhoProvedToKnowTheCodeIsTheLastWhoIsTried) {
  auto circle = circle_of(1);
  const auto joiner = circle->create();
  bool cut = false;
  circle->world.on_chunk([&](SimDevice& from, Bytes& chunk) -> World::Passage {
    const bool p6 = &from == &circle->at(0) && chunk.size() > limits::kFrameHead &&
                    chunk[limits::kFrameHead] == static_cast<int>(pairing::MessageType::p6);
    if (!p6 || cut) return {chunk.size(), false};
    cut = true;
    lan.plant("p" + circle->shown_code.substr(0, 4) + "-0123abcd", "liar");
    return {0, true};
  });
  circle->pair(0, joiner);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(lan.dials.contains("liar"));
  // Both are told: the sponsor shows another code, the new device types it.
  EXPECT_EQ(std::count(circle->not_paired.begin(), circle->not_paired.end(), Errc::closed), 2);
}

// Somebody takes the connection and never says a word: the right one is tried after him.
TEST_F(Finding, WhoSaysNothingKeepsNobodyFromTheRightOne) {
  auto circle = circle_of(1);
  const auto joiner = circle->create();
  auto& liar = circle->world.add("liar");
  circle->watch = [&](SimDevice&, const Event& event) {
    if (!std::holds_alternative<PairingCode>(event)) return;
    lan.deaf = true;
    circle->world.after(50, [&] {
      lan.deaf = false;
      lan.plant("p" + circle->shown_code.substr(0, 4) + "-0123abcd", "liar");
    });
  };
  circle->world.on_chunk([&](SimDevice&, Bytes& chunk) -> World::Passage {
    if (lan.dials.contains(circle->at(0).name)) return {chunk.size(), false};
    circle->world.after(1, [&] { liar.engine.reset(); });
    return {0, false};
  });
  circle->pair(0, joiner);
  circle->run(60'000);
  EXPECT_EQ(lan.dials["liar"], 1u);
  EXPECT_TRUE(circle->at(joiner).core().in_circle());
  EXPECT_TRUE(circle->not_paired.empty());
}

// Everybody may show the digits of a code: so many are tried, and the join says how it ended.
class Joining : public Finding {
 protected:
  explicit Joining() {
    lan.attach(world);
    world.on_event([this](SimDevice&, const Event& event) {
      if (const auto* failed = std::get_if<PairingFailed>(&event)) failures.push_back(*failed);
    });
    phone = &world.add("phone", true);
    InitDevice init;
    init.name = "phone";
    init.join = true;
    (void)world.submit(*phone, init);
    run(200);
    code = pairing::make_code(false, phone->rng);
    (void)world.submit(*phone, JoinCircle{code.shown, "", ""});
  }
  void run(std::uint64_t ms) { world.run_until(MonoMs{world.now().ms + ms}); }

  World world{3};
  SimDevice* phone = nullptr;
  pairing::MadeCode code;
  std::vector<PairingFailed> failures;
};

TEST_F(Joining, TriesThreeAndNoMore) {
  for (std::size_t i = 0; i < 2 * limits::kJoinCandidates; ++i) {
    lan.plant("p" + code.nameplate + "-0000000" + std::to_string(i), "liar" + std::to_string(i));
  }
  run(10'000);
  EXPECT_EQ(lan.dials.size(), limits::kJoinCandidates);
  for (const auto& [address, count] : lan.dials) EXPECT_EQ(count, 1u) << address;
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_STREQ(failures[0].reason, "not_found_nearby");
  EXPECT_FALSE(lan.places[phone].look);
}

TEST_F(Joining, EndsInWordsWhenNobodyShowsTheCode) {
  lan.plant("p0000-00000000", code.nameplate == "0000" ? "" : "liar");
  run(limits::kJoinSearchMs - 1000);
  EXPECT_TRUE(failures.empty());
  EXPECT_TRUE(lan.places[phone].look);
  EXPECT_TRUE(lan.places[phone].say.empty());  // who joins says nothing
  run(2000);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].code, Errc::timed_out);
  EXPECT_TRUE(lan.dials.empty());
  EXPECT_FALSE(lan.places[phone].look);
}

}  // namespace
}  // namespace troth::device
