// Where an ended device's data stops (rules 10 and 23): what a removal states, raises and takes
// back.
#include <algorithm>

#include "device/core.hpp"

namespace troth::device {

std::vector<AuthorId> Core::authors_of(const DeviceId& device, const CategoryId& category) const {
  std::vector<AuthorId> out;
  for (const auto& [author, entry] : replica_->vector(category)) {
    if (author == replica_->author() && device == self_) {
      out.push_back(author);
      continue;
    }
    const auto* certificate = replica_->certificates().newest(author);
    if (certificate != nullptr && certificate->body.device == device) out.push_back(author);
  }
  return out;
}

void Core::append_cuts(const DeviceId& device, const CategoryId& category,
                       std::vector<circle::Cut>& out) const {
  const auto vector = replica_->vector(category);
  for (const auto& author : authors_of(device, category)) {
    if (out.size() >= limits::kCutsPerEntry) return;
    const auto& entry = vector.at(author);
    out.push_back({category, author, entry.counter, entry.chain});
  }
}

void Core::append_raises(const circle::EndInfo& end, std::vector<circle::Raise>& out) const {
  for (const auto& [category, info] : view().categories()) {
    if (end.category != CategoryId{} && end.category != category) continue;
    std::vector<circle::Cut> held;
    append_cuts(end.device, category, held);
    for (const auto& cut : held) {
      for (const auto& info_cut : view().cuts(category, end.device, cut.author, {})) {
        if (info_cut.end != end.entry || info_cut.strict || cut.counter <= info_cut.counter())
          continue;
        if (out.size() < limits::kCutsPerEntry) out.push_back({end.entry, cut});
      }
    }
  }
}

void Core::apply_end(const circle::EndInfo& end) {
  for (const auto& [category, info] : view().categories()) {
    if (end.category != CategoryId{} && end.category != category) continue;
    for (const auto& author : authors_of(end.device, category)) {
      const auto vector = replica_->vector(category);
      for (const auto& cut : view().cuts(category, end.device, author, {})) {
        if (cut.end != end.entry || vector.at(author).counter <= cut.counter()) continue;
        const auto raised = std::find_if(cut.raises.begin(), cut.raises.end(),
                                         [&](const auto& r) { return r.counter == cut.counter(); });
        const auto chain = raised != cut.raises.end() ? raised->chain : cut.stated.chain;
        touch(store::Durability::full);
        const auto changed =
            replica_->cut(category, author, {cut.counter(), chain}, Errc::above_cut);
        if (!changed && changed.error().code == Errc::bad_chain) {
          alert("bad_cut", end.device);
        } else if (good(changed)) {
          data_touched(category);
        }
      }
    }
  }
}

void Core::append_reverts(const DeviceId& device, std::uint64_t since_ms,
                          std::vector<EntryId>& out) const {
  for (const auto& id : log_->order()) {
    const auto* body = log_->body(id);
    if (body == nullptr || body->author != device || body->at.ms < since_ms ||
        body->kind == circle::Kind::device_remove)
      continue;
    using circle::Kind;
    const bool can = body->kind == Kind::device_add || body->kind == Kind::grant ||
                     body->kind == Kind::policy_set;
    if (can && out.size() < limits::kRevertsPerEntry) out.push_back(id);
  }
}

}  // namespace troth::device
