#include "device/files.hpp"

#include <algorithm>

#include "device/peers.hpp"

namespace troth::device {

namespace {

constexpr std::string_view kTable = "files/folders";
constexpr std::uint64_t kServeWaitMs = 20;

struct Binding {
  CategoryId category;
  std::string path;
  using Fields = wire::FieldList<wire::Field<1, &Binding::category>,
                                 wire::Field<2, &Binding::path, limits::kFolderPathBytes>>;
};

Bytes key_of(std::uint32_t folder) {
  Bytes key;
  append_be32(key, folder);
  return key;
}

// One inside the other: every file would belong to two categories.
bool overlap(const std::string& a, const std::string& b) {
  const auto inside = [](const std::string& outer, const std::string& inner) {
    return inner == outer || inner.starts_with(outer + "/");
  };
  return inside(a, b) || inside(b, a);
}

}  // namespace

Files::Files(Core& core, Peers& peers)
    : core_(core),
      peers_(peers),
      desk_(core),
      items_(core),
      reader_(desk_, [this](Folder& folder, const std::string& path) { gone(folder, path); }),
      fetcher_(desk_, items_, peers),
      server_(desk_, peers) {
  reader_.set_key(
      [this](Folder& folder, const std::string& path) { return key_for(folder, path); });
}

// ---- bindings

Result<> Files::load() {
  return core_.vault_->map(kTable).for_each([this](ByteView key, ByteView value) -> Result<> {
    TROTH_TRY(auto binding, wire::decode<Binding>(value));
    const auto id = static_cast<std::uint32_t>(read_be(key));
    auto& folder =
        desk_.folders.try_emplace(id, core_, id, binding.category, binding.path).first->second;
    TROTH_CHECK(folder.book.load());
    bind(folder);
    return {};
  });
}

void Files::bind(const Folder& folder) { core_.out_.request(BindFolder{folder.id, folder.path}); }

Result<Bytes> Files::add(const AddFolder& command) {
  auto path = command.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.size() < 2 || path.front() != '/' || path.size() > limits::kFolderPathBytes)
    return fail(Errc::usage);
  if (!is_utf8(as_bytes(path))) return fail(Errc::bad_utf8);
  if (!core_.permits(consent::Action::show, command.category, core_.self_))
    return fail(Errc::no_grant);
  if (desk_.folders.size() >= limits::kFolders) return fail(Errc::limit);
  std::uint32_t id = 1;
  for (const auto& [other, folder] : desk_.folders) {
    if (folder.category == command.category || overlap(folder.path, path))
      return fail(Errc::exists);
    id = std::max(id, other + 1);
  }
  core_.touch(store::Durability::full);
  TROTH_CHECK(core_.vault_->map(kTable).put(
      key_of(id), wire::encode(Binding{command.category, path}), *core_.rng_));
  const auto at = desk_.folders.try_emplace(id, core_, id, command.category, path).first;
  bind(at->second);
  return key_of(id);
}

Result<> Files::remove(const RemoveFolder& command) {
  auto path = command.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  for (const auto& [id, folder] : desk_.folders) {
    if (folder.path != path) continue;
    let_go(id);
    return {};
  }
  return fail(Errc::not_found);
}

void Files::forget(const CategoryId& category) {
  if (const auto* folder = desk_.folder_of(category)) let_go(folder->id);
}

void Files::let_go(std::uint32_t id) {
  core_.touch(store::Durability::full);
  core_.good(core_.vault_->map(kTable).erase(key_of(id)));
  desk_.drop(id, [this](Folder& gone) {
    fetcher_.release(gone);
    gone.book.erase_all();
  });
  server_.forget_version();
  core_.out_.request(UnbindFolder{id});
}

bool Files::bound(const CategoryId& category) const {
  return const_cast<FileDesk&>(desk_).folder_of(category) != nullptr;
}

std::vector<FolderInfo> Files::folders() const {
  std::vector<FolderInfo> out;
  for (const auto& [id, folder] : desk_.folders) {
    FolderInfo info{id, folder.category,          folder.path,    folder.book.all().size(),
                    0,  folder.left_alone.size(), folder.scanned, {}};
    for (const auto& [path, why] : folder.left_alone) {
      if (info.left.size() == limits::kLeftShown) break;
      info.left.push_back({path, why});
    }
    info.waiting = folder.changed.size() + folder.reading.size() + folder.read.size() +
                   folder.wanted.size() + folder.todo.size();
    out.push_back(std::move(info));
  }
  return out;
}

std::vector<session::CategoryLeft> Files::left() const {
  std::vector<session::CategoryLeft> out;
  for (const auto& [id, folder] : desk_.folders) {
    const bool known = folder.scanned && !folder.comparing;
    const auto files = folder.wanted.size() + folder.todo.size();
    if (!folder.allowed || (known && files == 0)) continue;
    const auto done = std::min(folder.bytes_done, folder.bytes_total);
    out.push_back({folder.category, files, folder.bytes_total - done});
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.category < b.category; });
  return out;
}

std::uint64_t Files::bytes_of(const CategoryId& category) const {
  std::uint64_t out = 0;
  const auto* folder = const_cast<FileDesk&>(desk_).folder_of(category);
  if (folder == nullptr) return out;
  for (const auto& [item, known] : folder->book.all()) out += known.stat.size;
  return out;
}

bool Files::answer(Ticket ticket, const Answer& answer) { return desk_.answer(ticket, answer); }

// ---- work

bool Files::is_shared(const Folder& folder) const {
  if (!core_.alive() || !core_.replica_ || core_.in_doubt(folder.category)) return false;
  const auto erasing = core_.replica_->erasing();  // what was withdrawn before goes away first
  if (std::find(erasing.begin(), erasing.end(), folder.category) != erasing.end()) return false;
  return core_.permits(consent::Action::show, folder.category, core_.self_);
}

bool Files::may_write(const Folder& folder) const {
  return core_.permits(consent::Action::seal, folder.category, core_.self_);
}

// Once this device may send, what was changed here before is read as if nobody had known of it: it
// takes the place of no version (spec 10 §7).
void Files::take_up(Folder& folder) {
  const bool before = std::exchange(folder.writable, may_write(folder));
  if (before || !folder.writable) return;
  std::vector<std::string> paths;
  for (const auto& [path, why] : folder.left_alone) {
    if (is_changed_here(why)) paths.push_back(path);
  }
  for (const auto& path : paths) {
    folder.left_alone.erase(path);
    folder.book.erase(files::item_of(folder.category, path));
    desk_.change(folder, path);
  }
}

void Files::work() {
  for (auto& [id, folder] : desk_.folders) {
    folder.allowed = is_shared(folder);
    if (folder.allowed) work_on(folder);
  }
  server_.run();
}

void Files::work_on(Folder& folder) {
  take_up(folder);
  reader_.run(folder);
  publish(folder);
  compare_some(folder);
  fetcher_.run(folder);
  rescan_if_due(folder);
  tell_progress(folder);
}

void Files::tell_progress(Folder& folder) {
  const bool done = folder.wanted.empty();
  const bool due = core_.now_.mono.ms >= folder.told.ms + limits::kProgressMs;
  if (!folder.progressed || (!done && !due)) return;
  folder.progressed = false;
  folder.told = core_.now_.mono;
  core_.out_.emit(TransferProgress{folder.category, folder.files_done, folder.files_total,
                                   folder.bytes_done, folder.bytes_total});
  if (done) folder.files_done = folder.files_total = folder.bytes_done = folder.bytes_total = 0;
}

std::optional<MonoMs> Files::deadline() const {
  std::optional<MonoMs> at;
  const auto earlier = [&](std::optional<MonoMs> candidate) {
    if (candidate && (!at || *candidate < *at)) at = candidate;
  };
  const auto now = core_.now_.mono;
  for (const auto& [id, folder] : desk_.folders) {
    if (!folder.allowed) continue;
    const bool more = (!folder.todo.empty() || folder.comparing) && folder.scanned;
    if (more) earlier(now);
    if (!folder.later.empty()) earlier(MonoMs{folder.later.begin()->first});
    if (!folder.read.empty()) earlier(MonoMs{folder.read_since.ms + limits::kFilesPutMs});
    if (folder.progressed) earlier(MonoMs{folder.told.ms + limits::kProgressMs});
    earlier(fetcher_.deadline(folder));
  }
  if (server_.waiting()) earlier(MonoMs{now.ms + kServeWaitMs});
  return at;
}

// ---- chunks

std::vector<session::ChunkRef> Files::next_wants(const DeviceId& peer, std::size_t at_most) {
  std::vector<session::ChunkRef> out;
  for (auto& [id, folder] : desk_.folders) {
    if (folder.fetches.empty() || !folder.allowed) continue;
    if (!peers_.may_receive(peer, folder.category)) continue;
    if (!core_.view().granted(peer, folder.category, Direction::send)) continue;
    fetcher_.next_wants(folder, peer, at_most, out);
  }
  return out;
}

void Files::asked(const DeviceId& peer, const session::ChunkRef& ref) { server_.asked(peer, ref); }

void Files::take(const DeviceId& from, const session::ChunkRef& ref, ByteView sealed) {
  auto* folder = desk_.folder_of(ref.category);
  if (folder != nullptr) fetcher_.take(*folder, from, ref, sealed);
}

void Files::refused(const DeviceId& from, const session::ChunkRef& ref) {
  auto* folder = desk_.folder_of(ref.category);
  if (folder != nullptr) fetcher_.refused(*folder, from, ref);
}

void Files::peer_gone(const DeviceId& peer) {
  server_.peer_gone(peer);
  for (auto& [id, folder] : desk_.folders) fetcher_.peer_gone(folder, peer);
}

}  // namespace troth::device
