// A pairing that is cut before, in and after every message, whose every message is changed on the
// way, and in which either side loses power at every write and after every durable step. Whatever
// it was: both sides come to a told end, nothing forks, and pairing again works.
#include <map>

#include "pairing/messages.hpp"
#include "store/meta_store.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

enum class Carried : std::uint8_t { digits, words, qr };

class Sweep {
 public:
  explicit Sweep(Carried carried) : circle(1) {
    circle.words = carried == Carried::words;
    circle.qr = carried == Carried::qr;
    typed_ = carried != Carried::qr;
    joiner = circle.create();
    circle.watch = [this](SimDevice& device, const Event& event) { hear(device, event); };
    circle.world.on_chunk([this](SimDevice& from, Bytes& chunk) { return pass(from, chunk); });
    circle.world.on_commit([this](SimDevice& device) {
      return watching_ && ++steps[&device] == power_after_step && &device == struck;
    });
  }

  // One pairing with what was set below, until every timer of it has run out.
  void pair() {
    writes_before_ = {mutations(0), mutations(joiner)};
    watching_ = true;
    circle.pair(0, joiner);
    writes = {mutations(0) - writes_before_[0], mutations(joiner) - writes_before_[1]};
    watching_ = false;
    circle.run(400'000);
  }
  void check() {
    ends(0);
    ends(joiner);
    ASSERT_TRUE(sponsor().up() && applicant().up());
    const auto& view = sponsor().core().view();
    EXPECT_TRUE(view.forks().empty());
    EXPECT_LE(view.live_devices().size(), 2u);
    added = view.live_devices().size() == 2;
    joined = applicant().core().in_circle();
    if (applicant().core().in_circle()) {
      EXPECT_TRUE(view.live(applicant().id));
      EXPECT_FALSE(applicant().core().own_->pending);
    }
    again();
  }

  SimDevice& sponsor() { return circle.at(0); }
  SimDevice& applicant() { return circle.at(joiner); }

  Circle circle;
  std::size_t joiner = 0;
  // What is done to the pairing.
  std::size_t cut_at = ~std::size_t{0};  // message: lets none of it pass
  std::size_t cut_in = ~std::size_t{0};  // half of it
  std::size_t cut_after = ~std::size_t{0};
  std::size_t change = ~std::size_t{0};  // one bit of it
  std::size_t change_at = 0;             // the byte, from its end
  std::uint64_t power_after_step = 0;
  SimDevice* struck = nullptr;
  // What was seen of it.
  std::vector<std::size_t> sizes;  // of each message
  std::array<std::uint64_t, 2> writes{};
  std::map<SimDevice*, std::uint64_t> steps;
  std::size_t shares_sent = 0, shares_counted = 0;
  bool added = false, joined = false;  // in the sponsor's log; the applicant has the log

 private:
  std::uint64_t mutations(std::size_t i) { return circle.at(i).disk.counters().mutations; }

  World::Passage pass(SimDevice& from, Bytes& chunk) {
    if (!watching_) return {chunk.size(), false};
    std::size_t at = 0;
    while (at + limits::kFrameHead <= chunk.size()) {
      const auto head = wire::parse_head(std::span<const std::uint8_t, 8>(chunk.data() + at, 8),
                                         limits::kPairingFrame);
      if (!head || head->kind != wire::FrameKind::pairing) break;
      const auto size = std::min(limits::kFrameHead + head->length, chunk.size() - at);
      const auto index = sizes.size();
      if (&from == &applicant()) began_[&from] = from.life;
      sizes.push_back(size);
      if (index == cut_at) return {at, true};
      if (index == cut_in) return {at + size / 2, true};
      if (index == cut_after) return {at + size, true};
      if (index == change) {
        const auto from_end = 1 + change_at % (size - limits::kFrameHead);
        chunk[at + size - from_end] ^= static_cast<std::uint8_t>(1u << (change_at % 8));
      }
      const auto type = static_cast<pairing::MessageType>(chunk[at + limits::kFrameHead]);
      if (type == pairing::MessageType::p2 && &from == &sponsor()) count_share();
      at += size;
    }
    return {chunk.size(), false};
  }
  // The share is the first thing that depends on the code: by then the disk has counted the run.
  void count_share() {
    ++shares_sent;
    const auto& core = sponsor().core();
    const auto stored = core.meta_->get("pairing/attempts");
    if (!stored || !*stored) return;
    const auto book = wire::decode<pairing::AttemptBook>(**stored);
    // A knock that was changed may say that it scanned: who guesses then guesses 256 bits.
    if (book && (book->runs == (typed_ ? 1u : 0u) || change == 0)) ++shares_counted;
  }
  void hear(SimDevice& device, const Event& event) {
    if (std::holds_alternative<Paired>(event) || std::holds_alternative<PairingFailed>(event))
      told_[&device] = device.life;
    if (std::holds_alternative<PairingCode>(event)) began_[&device] = device.life;
  }
  // Nothing of a run, an invitation or a join is left in memory, and who began it in this life was
  // told its end.
  void ends(std::size_t i) {
    auto& device = circle.at(i);
    ASSERT_TRUE(device.up());
    auto& flow = EngineInspector::look(*device.engine).pairing;
    EXPECT_FALSE(flow.deadline());
    EXPECT_FALSE(flow.shows());
    EXPECT_FALSE(flow.looks_for());
    if (began_.contains(&device) && began_[&device] == device.life) {
      EXPECT_EQ(told_[&device], device.life);
    }
    if (circle.shown_code.empty()) return;
    const auto kept = device.disk.snapshot();
    for (const auto& [name, bytes] : kept.files) {
      const auto code = as_bytes(circle.shown_code);
      EXPECT_EQ(std::search(bytes.begin(), bytes.end(), code.begin(), code.end()), bytes.end());
    }
  }
  void again() {
    const bool done = applicant().core().in_circle();
    if (!done) circle.pair(0, joiner);
    ASSERT_TRUE(applicant().up() && sponsor().up());
    ASSERT_TRUE(applicant().core().in_circle());
    EXPECT_TRUE(applicant().core().alive());
    EXPECT_FALSE(applicant().core().own_->pending);
    circle.meet();
    circle.run(20'000);
    for (auto* device : {&sponsor(), &applicant()}) {
      const auto& view = device->core().view();
      EXPECT_TRUE(view.forks().empty());
      EXPECT_EQ(view.live_devices().size(), 2u);
      EXPECT_TRUE(view.granted(applicant().id, circle.category, Direction::both));
      EXPECT_EQ(alerts(*device, "forked"), 0u);
    }
    EXPECT_EQ(sponsor().core().view().heads(), applicant().core().view().heads());
  }

  bool typed_ = true;
  bool watching_ = false;
  std::array<std::uint64_t, 2> writes_before_{};
  std::map<SimDevice*, std::uint64_t> began_, told_;
};

class PairingCuts : public ::testing::TestWithParam<Carried> {
 protected:
  // The same pairing with nothing done to it.
  void SetUp() override {
    Sweep plain(GetParam());
    plain.pair();
    ASSERT_TRUE(plain.applicant().core().in_circle());
    messages_ = plain.sizes;
    writes_ = plain.writes;
    steps_ = {plain.steps[&plain.sponsor()], plain.steps[&plain.applicant()]};
    EXPECT_EQ(plain.shares_sent, 1u);
    EXPECT_EQ(plain.shares_counted, 1u);
    plain.check();
    ASSERT_GE(messages_.size(), 13u);
  }
  template <class Fn>
  void point(const std::string& name, Fn&& strike) {
    SCOPED_TRACE(name);
    Sweep sweep(GetParam());
    strike(sweep);
    sweep.pair();
    EXPECT_EQ(sweep.shares_sent, sweep.shares_counted);
    sweep.check();
    ++points_;
    ++(sweep.joined ? whole_ : sweep.added ? half_ : none_);
  }
  std::vector<std::size_t> messages_;
  std::array<std::uint64_t, 2> writes_{};
  std::array<std::uint64_t, 2> steps_{};
  // Each kind of end is met, and the points are as many as there were things to strike.
  void report(const char* what, std::size_t least) const {
    std::printf("%zu %s: %zu paired, %zu half, %zu not\n", points_, what, whole_, half_, none_);
    EXPECT_GE(points_, least);
    EXPECT_GT(whole_, 0u);
    EXPECT_GT(none_, 0u);
  }
  std::size_t points_ = 0, whole_ = 0, half_ = 0, none_ = 0;
};

TEST_P(PairingCuts, BeforeInAndAfterEveryMessage) {
  for (std::size_t k = 0; k < messages_.size() && !HasFailure(); ++k) {
    point("before " + std::to_string(k), [&](Sweep& sweep) { sweep.cut_at = k; });
    point("in " + std::to_string(k), [&](Sweep& sweep) { sweep.cut_in = k; });
  }
  point("after the last", [&](Sweep& sweep) { sweep.cut_after = messages_.size() - 1; });
  report("cuts", 27);
}

TEST_P(PairingCuts, EveryMessageChangedOnTheWay) {
  for (std::size_t k = 0; k < messages_.size() && !HasFailure(); ++k) {
    for (const std::size_t at : {0u, 9u, 30u}) {
      point("changed " + std::to_string(k) + " at " + std::to_string(at), [&](Sweep& sweep) {
        sweep.change = k;
        sweep.change_at = at;
      });
    }
  }
  report("changes", 39);
}

TEST_P(PairingCuts, PowerLostAtEveryWriteOfEitherSide) {
  for (const std::size_t side : {0u, 1u}) {
    for (std::uint64_t k = 1; k <= writes_[side] && !HasFailure(); ++k) {
      point("side " + std::to_string(side) + " write " + std::to_string(k),
            [&](Sweep& sweep) { sweep.circle.at(side == 0 ? 0 : sweep.joiner).disk.crash_at(k); });
    }
  }
  report("writes", 50);
}

TEST_P(PairingCuts, PowerLostAfterEveryDurableStepOfEitherSide) {
  for (const std::size_t side : {0u, 1u}) {
    for (std::uint64_t k = 1; k <= steps_[side] && !HasFailure(); ++k) {
      point("side " + std::to_string(side) + " step " + std::to_string(k), [&](Sweep& sweep) {
        sweep.struck = side == 0 ? &sweep.sponsor() : &sweep.applicant();
        sweep.power_after_step = k;
      });
    }
  }
  report("steps", 30);
}

INSTANTIATE_TEST_SUITE_P(Codes, PairingCuts,
                         ::testing::Values(Carried::digits, Carried::words, Carried::qr));

}  // namespace
}  // namespace troth::device
