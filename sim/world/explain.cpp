#include "sim/world/explain.hpp"

namespace troth::sim {

std::string describe(const device::Core& core, const circle::EndInfo& end,
                     const sync::OpenBatch& batch) {
  const auto& view = core.view();
  const circle::EpochId id{batch.core.epoch, circle::CommitmentPrefix{batch.core.commit.bytes}};
  const auto* epoch = view.epoch(batch.core.category, id);
  std::string out(circle::kind_name(end.kind));
  out += " " + to_hex(end.entry.bytes).substr(0, 8) + ", epoch " + std::to_string(batch.core.epoch);
  if (epoch == nullptr) return out + " (not in the log)";
  out += epoch->is_void ? " (void)" : "";
  out += " by " + to_hex(epoch->author.bytes).substr(0, 4) + ", knows the end: ";
  out += view.is_ancestor(end.entry, epoch->entry) ? "yes" : "no";
  out += ", recipients";
  for (const auto& [device, given] : epoch->recipients)
    out += " " + to_hex(device.bytes).substr(0, 4);
  out += "; target " + to_hex(end.device.bytes).substr(0, 4) +
         (view.live(end.device) ? " live" : " out");
  for (const auto* grant : view.grants_of(end.device, batch.core.category)) {
    out +=
        std::string("; grant ") + (grant->accepted ? "accepted" : "open") +
        (grant->receives ? " active" : " not") +
        (grant->accepted && view.is_ancestor(end.entry, *grant->accepted) ? " after" : " before");
  }
  return out;
}

std::string differences(SimDevice& a, SimDevice& b, const CategoryId& category) {
  const auto mine = a.core().replica_->vector(category);
  const auto theirs = b.core().replica_->vector(category);
  std::string out;
  const auto say = [&](const AuthorId& author, const sync::Vector& one, const char* who) {
    const auto found = one.find(author);
    out += std::string(" ") + who + " ";
    out += found == one.end() ? "-" : std::to_string(found->second.counter);
  };
  std::set<AuthorId> authors;
  for (const auto& [author, entry] : mine) authors.insert(author);
  for (const auto& [author, entry] : theirs) authors.insert(author);
  for (const auto& author : authors) {
    if (mine.contains(author) && theirs.contains(author) && mine.at(author) == theirs.at(author))
      continue;
    out += "; " + to_hex(author.bytes).substr(0, 6);
    say(author, mine, a.name.c_str());
    say(author, theirs, b.name.c_str());
  }
  for (auto* device : {&a, &b}) {
    for (const auto kind : {sync::SideKind::held, sync::SideKind::parked, sync::SideKind::fork}) {
      const auto side = device->core().replica_->side(category, kind, 16);
      if (!side) continue;
      for (const auto& batch : *side) {
        out += "; " + device->name + " aside " + std::to_string(static_cast<int>(kind)) + " " +
               to_hex(batch.meta.author.bytes).substr(0, 6) + " " +
               std::to_string(batch.meta.first) + "-" + std::to_string(batch.meta.last) +
               " reason " + std::to_string(static_cast<int>(batch.reason));
      }
    }
    if (const auto* session =
            EngineInspector::look(*device->engine).peers.session_of(device == &a ? b.id : a.id))
      out += std::string("; ") + (session->level() ? "level" : "not level");
    else
      out += "; no session";
  }
  return out;
}

std::string stands(SimDevice& device, const CategoryId& category) {
  auto& core = device.core();
  std::string out = ", writes as " + to_hex(core.replica_->author().bytes).substr(0, 6) + ", ends";
  for (const auto& end : core.view().ends(category))
    out += " " + std::string(circle::kind_name(end.kind)) + " of " +
           to_hex(end.device.bytes).substr(0, 4);
  for (const auto* grant : core.view().grants_of(core.self_, category)) {
    out += grant->active() ? ", consent"
                           : std::string(", no consent: ") + circle::reason_key(grant->reason);
    out += " by " + to_hex(grant->by.bytes).substr(0, 4);
    if (grant->terms.until)
      out += " until " + std::to_string(grant->terms.until->ms - SimDevice::kEpochMs);
  }
  out += ", self " + to_hex(core.self_.bytes).substr(0, 4);
  for (const auto kind : {sync::SideKind::held, sync::SideKind::parked, sync::SideKind::fork}) {
    const auto side = core.replica_->side(category, kind, 16);
    for (std::size_t i = 0; side && i < side->size(); ++i) {
      const auto& batch = (*side)[i];
      out += "; aside " + std::to_string(static_cast<int>(kind)) + " " +
             to_hex(batch.meta.author.bytes).substr(0, 6) + " " + std::to_string(batch.meta.first) +
             "-" + std::to_string(batch.meta.last) + " reason " +
             std::to_string(static_cast<int>(batch.reason));
    }
  }
  for (const auto& [author, entry] : core.replica_->vector(category))
    out += "; holds " + to_hex(author.bytes).substr(0, 6) + " " + std::to_string(entry.counter);
  return out;
}

std::string fork_of(const device::Core& core) {
  std::string out;
  for (const auto& fork : core.view().forks()) {
    const auto* author = core.view().device(fork.author);
    out += " of " + (author != nullptr ? author->name : "nobody");
    for (const auto& id : {fork.first, fork.second}) {
      const auto* body = core.log_->body(id);
      if (body == nullptr) continue;
      out +=
          ", " + std::string(circle::kind_name(body->kind)) + " " + to_hex(id.bytes).substr(0, 6);
      out += " at " + std::to_string(body->at.ms - SimDevice::kEpochMs);
      out += body->prev ? " after " + to_hex(body->prev->bytes).substr(0, 6) : " first";
    }
  }
  return out;
}

std::string log_differences(SimDevice& a, SimDevice& b) {
  std::string out;
  for (const auto& [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    const auto& log = *one->core().log_;
    for (const auto& id : log.order()) {
      if (other->core().log_->contains(id)) continue;
      const auto* body = log.body(id);
      out += "; only " + one->name + ": " + std::string(circle::kind_name(body->kind)) + " " +
             to_hex(id.bytes).substr(0, 6) + " by " + to_hex(body->author.bytes).substr(0, 4);
    }
    const auto* session = EngineInspector::look(*one->engine).peers.session_of(other->id);
    out += session == nullptr ? "; no session" : session->level() ? "; level" : "; not level";
  }
  return out;
}

}  // namespace troth::sim
