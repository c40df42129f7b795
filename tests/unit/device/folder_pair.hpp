// Two or more real engines that are paired, share one category and each keep a folder equal with
// it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/world/world.hpp"

namespace troth::device::testing {

using sim::SimDevice;
using sim::World;

inline constexpr const char* kRoot = "/home/ada/papers";

inline Bytes text(std::string_view s) { return to_bytes(s); }
inline Bytes noise(std::size_t size, std::uint64_t seed) {
  Bytes out(size);
  std::uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (std::size_t i = 0; i < size; ++i) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    out[i] = static_cast<std::uint8_t>(x);
  }
  return out;
}

inline std::size_t alerts(SimDevice& device, const std::string& kind) {
  const auto all = device.core().alerts();
  if (!all) return 0;
  return static_cast<std::size_t>(
      std::count_if(all->begin(), all->end(), [&](const Alert& a) { return a.kind == kind; }));
}

// What the device wrote into its own audit log, of one kind.
inline std::vector<audit::Fact> facts(SimDevice& device, audit::FactKind kind) {
  std::vector<audit::Fact> out;
  auto& log = *device.core().audit_log_;
  for (std::uint64_t i = 0; i < log.head().size; ++i) {
    const auto fact = log.fact(i);
    if (fact && fact->kind == kind) out.push_back(*fact);
  }
  return out;
}

class Circle {
 public:
  // before: what a test hangs on the world before anybody is in it. With nearby set, devices find
  // each other by what they say on the local network alone; who joins names no address.
  using Before = std::function<void(World&)>;
  explicit Circle(std::size_t devices, std::uint64_t seed = 7, bool nearby = false,
                  const Before& before = {})
      : world(seed), nearby_(nearby) {
    if (before) before(world);
    world.on_event([this](SimDevice& device, const Event& event) { hear(device, event); });
    for (std::size_t i = 0; i < devices; ++i) start(i);
  }

  void run(std::uint64_t ms) { world.run_until(MonoMs{world.now().ms + ms}); }
  SimDevice& at(std::size_t i) { return *world.devices()[i]; }

  // One more device, which another than the first adds.
  void add_by(std::size_t sponsor) {
    const auto i = create();
    pair(sponsor, i);
    EXPECT_TRUE(at(i).core().in_circle());
    if (!nearby_) meet();
    run(5000);
  }
  std::size_t create() {
    const auto i = world.devices().size();
    auto& device =
        world.add("device" + std::to_string(i), nearby_ ? std::optional(true) : std::nullopt);
    InitDevice init;
    init.name = device.name;
    init.member = "Ada";
    init.join = i > 0;
    (void)world.submit(device, init);
    run(200);
    return i;
  }
  void pair(std::size_t sponsor, std::size_t applicant) {
    sponsor_ = sponsor;
    applicant_ = &at(applicant);
    const auto ticket = world.submit(at(sponsor), StartPairing{"to test", words, 180'000});
    if (ticket) sponsor_ticket_ = *ticket;
    run(20'000);
  }
  void bind(std::size_t i) {
    (void)world.submit(at(i), AddFolder{category, kRoot});
    run(2000);
  }
  void write(std::size_t i, const std::string& path, Bytes data, bool executable = false) {
    at(i).folders.write(kRoot, path, std::move(data), executable);
    world.touched(at(i));
  }
  void erase(std::size_t i, const std::string& path) {
    at(i).folders.erase(kRoot, path);
    world.touched(at(i));
  }
  std::map<std::string, Bytes> files(std::size_t i) { return at(i).folders.contents(kRoot); }
  FolderInfo info(std::size_t i) {
    const auto status = at(i).engine->query(StatusQuery{}, at(i).at(world.now()));
    return status && !status->folders.empty() ? status->folders[0] : FolderInfo{};
  }
  // Cuts the devices off from each other, or joins them again.
  void apart(bool away) {
    for (std::size_t i = 0; i < world.devices().size(); ++i) {
      for (std::size_t j = i + 1; j < world.devices().size(); ++j)
        world.set_partition(at(i), at(j), away);
    }
    if (!away) meet();
  }
  void meet() {
    for (auto& device : world.devices()) {
      for (auto& other : world.devices()) {
        if (device == other || !device->up() || other->id.is_zero()) continue;
        (void)world.submit(*device, ConnectDevice{other->id, other->name});
      }
    }
  }

  World world;
  CategoryId category;
  History history = History::all;                            // of what the next device is offered
  Direction direction = Direction::both;                     // the same
  std::vector<std::pair<std::string, std::string>> noticed;  // reason, about
  std::vector<TransferProgress> progress;
  std::vector<Failed> failures;
  std::vector<Errc> not_paired;
  std::vector<std::pair<SimDevice*, EntryId>> offers;
  bool words = false, qr = false;  // how the next code is carried over; else digits
  std::string shown_code;
  std::optional<CategoryId> share_too;  // chosen by the sponsor beside the first category
  std::function<void(SimDevice&, const Event&)> watch;  // before each event is heard

 private:
  void start(std::size_t i) {
    if (i > 0) return add_by(0);
    create();
    CreateCategory create;
    create.name = "papers";
    create.purpose = "to test";
    (void)world.submit(at(0), create);
    run(500);
    category = at(0).core().view().categories().begin()->first;
  }

  void hear(SimDevice& device, const Event& event) {
    if (watch) watch(device, event);
    if (const auto* done = std::get_if<Done>(&event)) {
      if (done->id.size() == DeviceId::kSize && device.id.is_zero())
        device.id = *id_from<DeviceId>(done->id);
    } else if (const auto* failed = std::get_if<Failed>(&event)) {
      failures.push_back(*failed);
    } else if (const auto* broken = std::get_if<PairingFailed>(&event)) {
      not_paired.push_back(broken->code);
    } else if (const auto* arrived = std::get_if<OfferArrived>(&event)) {
      offers.emplace_back(&device, arrived->offer);
    } else if (const auto* code = std::get_if<PairingCode>(&event)) {
      shown_code = code->code;
      world.after(10, [this, code = qr ? code->qr : code->code] {
        const auto where = nearby_ ? std::string() : at(sponsor_).name;
        (void)world.submit(*applicant_, JoinCircle{code, where, ""});
      });
    } else if (const auto* check = std::get_if<PairingCheck>(&event)) {
      check_ = check->check;
    } else if (std::holds_alternative<PairingApplicant>(event)) {
      world.after(500, [this] {
        AnswerApplicant answer{sponsor_ticket_, false, check_, {}};
        answer.share.push_back({category, direction, 0, history});
        if (share_too) answer.share.push_back({*share_too, Direction::both, 0, History::all});
        (void)world.submit(at(sponsor_), answer);
      });
    } else if (const auto* offer = std::get_if<PairingOffer>(&event)) {
      world.after(100, [this, &device, pairing = offer->pairing] {
        (void)world.submit(device, AnswerOffer{pairing, false, {category}});
      });
    } else if (const auto* notice = std::get_if<Noticed>(&event)) {
      noticed.emplace_back(notice->reason, notice->about);
    } else if (const auto* moved = std::get_if<TransferProgress>(&event)) {
      progress.push_back(*moved);
    }
  }

  bool nearby_ = false;
  SimDevice* applicant_ = nullptr;
  std::size_t sponsor_ = 0;
  Ticket sponsor_ticket_;
  std::string check_;
};

}  // namespace troth::device::testing
