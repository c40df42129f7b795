#include "discovery/tag.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/kdf.hpp"

namespace troth::discovery {

namespace {

constexpr std::size_t kNameplateDigits = 4;
constexpr std::size_t kSuffixDigits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

Tag tag_under(const crypto::Prk& key, const DeviceId& device, std::uint64_t slot) {
  Bytes input = to_bytes(device.bytes);
  append_be64(input, slot);
  const auto mac = key.mac(input);
  Tag out;
  std::copy_n(mac.bytes.begin(), out.size(), out.begin());
  return out;
}

}  // namespace

Tag make_tag(const Secret32& key, const DeviceId& device, std::uint64_t slot) {
  return tag_under(crypto::Prk(key.expose()), device, slot);
}

std::string stem_of(const Tag& tag) { return to_hex(tag); }

std::string invitation_stem(std::string_view nameplate) { return "p" + std::string(nameplate); }

Result<Said> parse_name(std::string_view name) {
  const auto dash = name.size() - std::min(name.size(), kSuffixDigits + 1);
  if (name.size() > limits::kDiscoveryName || dash == 0 || name[dash] != '-')
    return fail(Errc::bad_value);
  const auto suffix = name.substr(dash + 1);
  const auto stem = name.substr(0, dash);
  if (!std::all_of(suffix.begin(), suffix.end(), is_hex)) return fail(Errc::bad_value);
  if (stem.size() == 1 + kNameplateDigits && stem[0] == 'p') {
    const auto digits = stem.substr(1);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return fail(Errc::bad_value);
    return Said(InvitationSaid{std::string(digits)});
  }
  if (stem.size() != 2 * limits::kDiscoveryTagBytes ||
      !std::all_of(stem.begin(), stem.end(), is_hex))
    return fail(Errc::bad_value);
  const auto bytes = from_hex(stem);
  if (!bytes) return fail(Errc::bad_value);
  Tag tag;
  std::copy(bytes->begin(), bytes->end(), tag.begin());
  return Said(tag);
}

void Recogniser::learn(const std::vector<Secret32>& keys, const std::vector<DeviceId>& devices,
                       std::uint64_t slot) {
  known_.clear();
  const auto first = slot > limits::kDiscoverySlotsAside ? slot - limits::kDiscoverySlotsAside : 0;
  for (const auto& secret : keys) {
    const crypto::Prk key(secret.expose());
    for (const auto& device : devices) {
      for (auto s = first; s <= slot + limits::kDiscoverySlotsAside; ++s)
        known_.emplace(tag_under(key, device, s), device);
    }
  }
}

const DeviceId* Recogniser::find(const Tag& tag) const {
  const auto found = known_.find(tag);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace troth::discovery
