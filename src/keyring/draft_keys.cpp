#include "keyring/draft_keys.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

#include "base/limits.hpp"

namespace troth::keyring {
namespace {

// What is linked first, then heads, the newest first. Rule 7 lets a full-history author name an
// older epoch as previous when the head has no history key to link through; and a link to what this
// device holds must not give way to heads of which it knows nothing, however many there are.
std::vector<EpochId> previous(const Survey& survey,
                              const std::vector<const EpochSecret*>& targets) {
  std::vector<EpochId> out;
  for (const auto* target : targets) out.push_back(target->id());
  const auto all = heads(survey);
  for (auto head = all.rbegin(); head != all.rend() && out.size() < limits::kEpochPrev; ++head) {
    if (std::find(out.begin(), out.end(), (*head)->id) == out.end()) out.push_back((*head)->id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::vector<const EpochSecret*> link_targets(const Survey& survey, const Keyring& ring) {
  std::vector<const EpochSecret*> out;
  Reach covered;
  for (auto at = survey.epochs->rbegin(); at != survey.epochs->rend(); ++at) {
    const auto* secret = ring.find(survey.category, at->first);
    if (secret == nullptr || covered.keys.contains(at->first)) continue;
    ring.extend(covered, secret->ref(), secret->has_history());
    out.push_back(secret);
    if (out.size() == limits::kEpochPrev) break;
  }
  return out;
}

void DraftKeys::rotate(const Survey& survey, Rng& rng) {
  const bool history = survey.full_history(context_.self);
  auto secret = EpochSecret::generate(context_.view.circle(), survey.category, survey.next_number(),
                                      history, rng);
  const auto targets =
      history ? link_targets(survey, context_.ring) : std::vector<const EpochSecret*>{};
  circle::EpochDef def;
  def.category = survey.category;
  def.number = secret.id().number;
  def.commitment = secret.commitment();
  def.history = history;
  def.prev = previous(survey, targets);
  for (const auto* target : targets) {
    if (!std::binary_search(def.prev.begin(), def.prev.end(), target->id())) continue;
    def.links.push_back({target->id(), seal_link(context_.suite, *target, secret)});
  }
  const auto index = static_cast<std::uint32_t>(epochs_.size());
  for (const auto& [device, full] : survey.entitled) {
    boxes_[device].push_back({true, index, full && history});
  }
  epochs_.push_back(std::move(def));
  secrets_.push_back(std::move(secret));
}

void DraftKeys::drop_rotation() {
  epochs_.pop_back();
  secrets_.pop_back();
  for (auto& [device, parts] : boxes_) {
    std::erase_if(parts,
                  [&](const Part& part) { return part.fresh && part.index == epochs_.size(); });
  }
  std::erase_if(boxes_, [](const auto& entry) { return entry.second.empty(); });
}

void DraftKeys::wrap(const EpochSecret& secret, const DeviceId& device, bool history) {
  const auto at = std::find(wraps_.begin(), wraps_.end(), &secret);
  const auto index = static_cast<std::uint32_t>(at - wraps_.begin());
  if (at == wraps_.end()) wraps_.push_back(&secret);
  boxes_[device].push_back({false, index, history});
}

std::size_t DraftKeys::estimate() const {
  std::size_t size = 64 + wraps_.size() * 48;
  for (const auto& def : epochs_) size += wire::encoded_size(def);
  for (const auto& [device, parts] : boxes_) size += 160 + parts.size() * 52;
  return size;
}

const EpochSecret& DraftKeys::secret_of(const Part& part) const {
  return part.fresh ? secrets_[part.index] : *wraps_[part.index];
}

Result<circle::Box> DraftKeys::seal(const DeviceId& device, const std::vector<Part>& parts,
                                    Rng& rng) const {
  circle::Box box;
  box.device = device;
  BoxBinding info{context_.view.circle(), context_.self, device, {}};
  BoxPlain plain;
  for (const auto& part : parts) {
    const auto& secret = secret_of(part);
    const auto base = part.fresh ? std::size_t{0} : epochs_.size();
    box.keys.push_back({static_cast<std::uint32_t>(base + part.index), part.history});
    info.epochs.push_back({secret.category(), secret.id().number, secret.commitment()});
    plain.keys.push_back(secret.carry(part.history));
  }
  const auto* target = context_.view.device(device);
  if (target == nullptr) return fail(Errc::unknown_device);
  TROTH_TRY(auto sealed,
            seal_box(context_.suite, info,
                     {target->descriptor.agree, target->descriptor.box_secret}, plain, rng));
  box.enc = sealed.enc;
  box.ciphertext = std::move(sealed.ciphertext);
  return box;
}

Result<KeysPlan> DraftKeys::finish(Rng& rng) && {
  KeysPlan out;
  for (auto& [device, parts] : boxes_) {
    // Clear order: new epochs first, then wraps, each ascending; what the payload's form asks for.
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
      return std::tuple(!a.fresh, a.index) < std::tuple(!b.fresh, b.index);
    });
    TROTH_TRY(auto box, seal(device, parts, rng));
    out.payload.boxes.push_back(std::move(box));
  }
  for (const auto* wrap : wraps_) out.payload.wraps.push_back({wrap->category(), wrap->id()});
  out.payload.epochs = std::move(epochs_);
  out.secrets = std::move(secrets_);
  return out;
}

}  // namespace troth::keyring
