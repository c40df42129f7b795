// What a device says on the local network, and who it is to those who may know (spec 15 §2, §3).
// Pure: the key comes from the control epoch, the time slot from the step's clock.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/limits.hpp"
#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::discovery {

using Tag = std::array<std::uint8_t, limits::kDiscoveryTagBytes>;

[[nodiscard]] constexpr std::uint64_t slot_of(WallMs wall) {
  return wall.ms / limits::kDiscoverySlotMs;
}
// key: of a control epoch (spec 05 §2). Whoever lacks it sees random bytes.
[[nodiscard]] Tag make_tag(const Secret32& key, const DeviceId& device, std::uint64_t slot);

// The first part of an instance name; the shell adds what makes it unique on the link.
[[nodiscard]] std::string stem_of(const Tag& tag);
[[nodiscard]] std::string invitation_stem(std::string_view nameplate);

struct InvitationSaid {
  std::string nameplate;
  friend bool operator==(const InvitationSaid&, const InvitationSaid&) = default;
};
using Said = std::variant<Tag, InvitationSaid>;
// A whole instance name as heard from anybody. Errors: bad_value.
[[nodiscard]] Result<Said> parse_name(std::string_view name);

// Every tag that a live device may say now: under each key, in the slots around the present one,
// because clocks differ (spec 15 §3).
class Recogniser {
 public:
  void learn(const std::vector<Secret32>& keys, const std::vector<DeviceId>& devices,
             std::uint64_t slot);
  [[nodiscard]] const DeviceId* find(const Tag& tag) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  std::map<Tag, DeviceId> known_;
};

}  // namespace troth::discovery
