// A circle of simulated devices that write, exchange and fold real log entries and open real boxes,
// for the tests that ask who can open what after any history (T2, T3, T4). Signatures are left out:
// they are the circle's to test, and these tests run thousands of histories.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "circle/log.hpp"
#include "keyring/key_state.hpp"
#include "keyring/plan.hpp"
#include "tests/unit/keyring/test_rng.hpp"

namespace troth::keyring {

struct TestDevice {
  DeviceId id;
  circle::DeviceDescriptor descriptor;
  std::optional<crypto::P256KeyPair> agree;
  std::optional<circle::Log> log;
  std::optional<Keyring> ring;
  std::set<EpochRef> ever;       // all that its ring ever held: what a thief may have copied
  std::vector<EntryId> accepts;  // its own entries that took something
  std::size_t partition = 0;
};

// A batch, as far as keys are concerned.
struct SealRecord {
  std::size_t by = 0;
  EpochRef epoch;
  std::vector<EntryId> heads;
  // Devices whose end the sealer had folded and that were not entitled in its view, and that end.
  std::map<DeviceId, EntryId> excluded;
};

class World {
 public:
  explicit World(std::uint64_t seed, std::size_t devices);

  TestRng rng;
  WallMs now{1'800'000'000'000};
  crypto::Suite suite = crypto::usable_suite(1).value();
  std::vector<TestDevice> devices;
  std::vector<CategoryId> categories;
  std::vector<SealRecord> seals;
  std::map<EntryId, circle::Entry> all_entries;  // of every device, held or not
  std::vector<std::string> problems;  // an own entry that was not valid, a box that failed

  [[nodiscard]] const circle::CircleView& view(std::size_t device) const {
    return devices[device].log->view();
  }
  [[nodiscard]] bool joined(std::size_t device) const { return devices[device].log.has_value(); }
  [[nodiscard]] bool live(std::size_t device) const {
    return joined(device) && view(device).live(devices[device].id);
  }
  [[nodiscard]] PlanContext context(std::size_t device) const;

  // Writes an entry as the device; its id when it was valid.
  std::optional<EntryId> write(std::size_t device, const circle::Payload& payload);
  void join(std::size_t sponsor, std::size_t applicant, std::vector<circle::GrantTerms> grants);
  std::optional<CategoryId> create_category(std::size_t device);
  circle::GrantTerms terms(std::size_t subject, const CategoryId& category, History history) const;
  void accept_all(std::size_t device);
  bool rotate(std::size_t device, const CategoryId& category);
  bool wrap(std::size_t device);  // true when something was written
  // Seals by the rules: rotates first when it must. False when it has to queue.
  bool seal(std::size_t device, const CategoryId& category);
  void exchange(std::size_t a, std::size_t b);
  void open_boxes(std::size_t device);

  // Until nobody has anything to add: everyone who is live hears of everything and gives what it
  // can.
  void heal();

  // Everything that the device's keys, past and present, open: every box ever made for it anywhere,
  // every link ever published, whatever any log thinks of the entries.
  [[nodiscard]] Keyring thief(std::size_t device) const;

 private:
  void deliver(std::size_t from, std::size_t to);
  void learn(std::size_t device, EpochSecret secret);
  void settle(std::size_t device);
  bool append(std::size_t device, KeysPlan plan);
};

}  // namespace troth::keyring
