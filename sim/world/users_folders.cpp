// Users who keep a folder of files equal: they share it, bind it, write, replace and delete in it.
#include "sim/world/users.hpp"

namespace troth::sim {

namespace {
constexpr std::size_t kPaths = 5;
constexpr std::size_t kBigFile = 300'000;  // several chunks
}  // namespace

void Users::paperwork() {
  const auto all = members();
  if (all.empty() || !changing_) return;
  if (papers_.is_zero()) return found_papers();
  auto& device = *all[office_.below(all.size())];
  const auto dice = office_.below(100);
  if (dice < 8) return share_papers(device, *all[office_.below(all.size())]);
  if (dice < 20) return ask(device, AddFolder{papers_, kFolder}, Act::bind_folder);
  if (dice < 21) return ask(device, RemoveFolder{kFolder}, Act::unbind_folder);
  if (dice < 45) return write_file(device);
  if (dice < 52) return erase_file(device);
}

void Users::found_papers() {
  if (!first().up() || !first().core().alive()) return;
  for (const auto& [id, category] : first().core().view().categories()) {
    if (category.name == kPapers) papers_ = id;
  }
  if (papers_.is_zero()) (void)world_.submit(first(), CreateCategory{kPapers, "to test", "files"});
}

void Users::share_papers(SimDevice& device, SimDevice& other) {
  if (&device == &other) return;
  if (device.core().view().granted(other.id, papers_, Direction::receive)) {
    // The one that began it keeps it: what it means that nobody holds it is tested by hand.
    if (&other == &first() || !office_.chance(20)) return;
    return ask(device, WithdrawConsent{papers_, other.id}, Act::withdraw);
  }
  GrantConsent grant;
  grant.device = other.id;
  grant.terms.category = papers_;
  if (office_.chance(15)) grant.terms.direction = Direction::receive;
  ask(device, grant, Act::grant);
}

void Users::write_file(SimDevice& device) {
  const auto path = "f" + std::to_string(office_.below(kPaths));
  Bytes data = to_bytes(device.name + " wrote " + std::to_string(++value_));
  if (office_.chance(15)) {
    data.resize(kBigFile);
    office_.fill({data.data() + 20, data.size() - 20});
  }
  file_contents_.insert(data);
  device.folders.write(kFolder, path, std::move(data));
  did(Act::write_file);
  world_.touched(device);
}

void Users::erase_file(SimDevice& device) {
  const auto files = device.folders.contents(kFolder);
  if (files.empty()) return;
  auto file = files.begin();
  std::advance(file, static_cast<std::ptrdiff_t>(office_.below(files.size())));
  device.folders.erase(kFolder, file->first);
  did(Act::erase_file);
  world_.touched(device);
}

}  // namespace troth::sim
