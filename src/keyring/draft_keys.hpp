// Collects epochs, wraps and recipients of one keys entry, then seals one box a recipient. Private
// to plan.cpp; apart only to keep files short.
#pragma once

#include <map>
#include <vector>

#include "keyring/box.hpp"
#include "keyring/plan.hpp"

namespace troth::keyring {

class DraftKeys {
 public:
  explicit DraftKeys(const PlanContext& context) : context_(context) {}

  // Makes an epoch with boxes for everyone who is entitled.
  void rotate(const Survey& survey, Rng& rng);
  // Takes the last rotate() back.
  void drop_rotation();
  // Boxes an epoch that the ring holds to one more device.
  void wrap(const EpochSecret& secret, const DeviceId& device, bool history);
  static constexpr std::size_t kWrapBytes = 260;  // at most what one wrap() adds
  [[nodiscard]] bool empty() const { return boxes_.empty(); }
  [[nodiscard]] std::size_t estimate() const;  // bytes of the payload
  [[nodiscard]] Result<KeysPlan> finish(Rng& rng) &&;

 private:
  struct Part {
    bool fresh = false;  // index into epochs_, else into wraps_
    std::uint32_t index = 0;
    bool history = false;
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  [[nodiscard]] const EpochSecret& secret_of(const Part& part) const;
  [[nodiscard]] Result<circle::Box> seal(const DeviceId& device, const std::vector<Part>& parts,
                                         Rng& rng) const;

  const PlanContext& context_;
  std::vector<circle::EpochDef> epochs_;
  std::vector<EpochSecret> secrets_;
  std::vector<const EpochSecret*> wraps_;
  std::map<DeviceId, std::vector<Part>> boxes_;
};

// Epochs that a new one has to link to: the fewest whose links reach all that this device holds.
[[nodiscard]] std::vector<const EpochSecret*> link_targets(const Survey& survey,
                                                           const Keyring& ring);

}  // namespace troth::keyring
