// T6: the device that adds another is removed by a third one while P8, P9, P10 or P11 is on its
// way, heard at once or only later, with a loss of power after it on any side.
#include "pairing/messages.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

enum class Loses : std::uint8_t { nobody, remover, sponsor, applicant };

struct Meanwhile {
  pairing::MessageType at;
  bool apart;
  Loses power;
};

class Removed {
 public:
  explicit Removed(const Meanwhile& what) : what_(what), circle(2) {
    joiner = circle.create();
    circle.run(5000);
    if (what.apart) away(true);
    circle.world.on_chunk([this](SimDevice&, Bytes& chunk) { return pass(chunk); });
    circle.pair(1, joiner);
    circle.world.on_chunk({});
    circle.run(400'000);
    EXPECT_TRUE(struck_);
    away(false);
    for (int i = 0; i < 3; ++i) {
      circle.meet();
      circle.run(30'000);
    }
  }
  void check() {
    auto& log = *remover().core().log_;
    const auto& view = remover().core().view();
    EXPECT_FALSE(view.live(circle.at(1).id));
    EXPECT_TRUE(view.forks().empty());
    // In is who was added before the removal, as far as the remover knew.
    const auto* info = view.device(applicant().id);
    const bool in = info != nullptr && log.is_ancestor(info->entry, removal());
    EXPECT_EQ(view.live(applicant().id), in);
    if (applicant().core().in_circle()) {
      EXPECT_EQ(applicant().core().alive(), in);
      if (!in) {
        EXPECT_EQ(reason(), "sponsor_removed");
      }
    } else {
      EXPECT_FALSE(in);
    }
    in_ = in;
  }
  // As it is told: with the keys that it has, or with new ones where they were used.
  void pairs_again() {
    if (in_) return;
    const bool used = applicant().core().in_circle() || applicant().core().own_->pending;
    if (used) {
      circle.world.wipe(applicant(), true);
      circle.run(3000);
      InitDevice init;
      init.name = applicant().name;
      init.member = "Ada";
      init.join = true;
      (void)circle.world.submit(applicant(), init);
      circle.run(500);
    }
    circle.pair(0, joiner);
    circle.run(10'000);
    EXPECT_TRUE(applicant().core().in_circle() && applicant().core().alive());
    EXPECT_TRUE(remover().core().view().granted(applicant().id, circle.category, Direction::both));
    EXPECT_TRUE(remover().core().view().forks().empty());
    EXPECT_FALSE(remover().core().view().live(circle.at(1).id));
  }
  [[nodiscard]] bool in() const { return in_; }
  [[nodiscard]] bool told() { return applicant().core().in_circle(); }

 private:
  SimDevice& remover() { return circle.at(0); }
  SimDevice& applicant() { return circle.at(joiner); }
  std::string reason() {
    const auto status =
        applicant().engine->query(StatusQuery{}, applicant().at(circle.world.now()));
    return status ? std::string(status->reason) : std::string();
  }
  EntryId removal() {
    const auto& log = *remover().core().log_;
    for (const auto& id : log.order()) {
      if (log.body(id)->kind == circle::Kind::device_remove) return id;
    }
    ADD_FAILURE() << "no removal";
    return {};
  }
  void away(bool apart) {
    circle.world.set_partition(remover(), circle.at(1), apart);
    circle.world.set_partition(remover(), applicant(), apart);
  }
  World::Passage pass(Bytes& chunk) {
    for (std::size_t at = 0; at + limits::kFrameHead < chunk.size();) {
      const auto head = wire::parse_head(std::span<const std::uint8_t, 8>(chunk.data() + at, 8),
                                         limits::kPairingFrame);
      if (!head || head->kind != wire::FrameKind::pairing) break;
      const auto type = static_cast<pairing::MessageType>(chunk[at + limits::kFrameHead]);
      if (type == what_.at && !struck_) strike();
      at += limits::kFrameHead + head->length;
    }
    return {chunk.size(), false};
  }
  void strike() {
    struck_ = true;
    circle.world.after(0, [this] {
      (void)circle.world.submit(remover(), RemoveDevice{circle.at(1).id, true, {}});
    });
    circle.world.after(2, [this] {
      auto* victim = what_.power == Loses::remover     ? &remover()
                     : what_.power == Loses::sponsor   ? &circle.at(1)
                     : what_.power == Loses::applicant ? &applicant()
                                                       : nullptr;
      if (victim != nullptr) circle.world.crash(*victim, sim::Loss::power, 100);
      // A removal that was lost with the power is asked for again.
      circle.world.after(5000, [this] {
        if (!remover().up() || !remover().core().view().live(circle.at(1).id)) return;
        (void)circle.world.submit(remover(), RemoveDevice{circle.at(1).id, true, {}});
      });
    });
  }

  Meanwhile what_;
  bool struck_ = false;
  bool in_ = false;

 public:
  Circle circle;
  std::size_t joiner = 0;
};

TEST(SponsorRemoved, DuringEachMessageThatAddsADevice) {
  std::size_t points = 0, in = 0, told = 0;
  for (const auto at : {pairing::MessageType::p8, pairing::MessageType::p9,
                        pairing::MessageType::p10, pairing::MessageType::p11}) {
    for (const bool apart : {false, true}) {
      for (const auto power : {Loses::nobody, Loses::remover, Loses::sponsor, Loses::applicant}) {
        SCOPED_TRACE("P" + std::to_string(static_cast<int>(at) - 2) + (apart ? " apart" : "") +
                     " power " + std::to_string(static_cast<int>(power)));
        Removed removed({at, apart, power});
        removed.check();
        in += removed.in();
        told += !removed.in() && removed.told();
        removed.pairs_again();
        ++points;
      }
    }
  }
  std::printf("%zu points: in %zu, told to pair anew %zu\n", points, in, told);
  EXPECT_EQ(points, 32u);
  EXPECT_GT(told, 0u);
}

}  // namespace
}  // namespace troth::device
