#include "sim/world/folders.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace troth::sim {

FileStat SimFolders::fresh(std::size_t size, bool executable) {
  return {size, clock_ += 1'000'000'000, ++inodes_, executable};
}

void SimFolders::report(const std::string& root, const std::string& path, EntryKind kind) {
  for (const auto& [folder, at] : bound_) {
    if (at != root || hidden_.contains(path)) continue;
    const auto& tree = roots_[root];
    const auto found = tree.find(path);
    reports_.push_back({folder, path, kind, found == tree.end() ? FileStat{} : found->second.stat});
  }
}

void SimFolders::write(const std::string& root, const std::string& path, Bytes data,
                       bool executable) {
  const auto stat = fresh(data.size(), executable);
  roots_[root][path] = {std::move(data), stat, false};
  report(root, path, EntryKind::file);
}

void SimFolders::touch(const std::string& root, const std::string& path) {
  auto& file = roots_[root].at(path);
  file.stat = fresh(file.data.size(), file.stat.executable);
  report(root, path, EntryKind::file);
}

void SimFolders::make_special(const std::string& root, const std::string& path) {
  roots_[root][path] = {{}, fresh(0, false), true};
  report(root, path, EntryKind::special);
}

void SimFolders::erase(const std::string& root, const std::string& path) {
  roots_[root].erase(path);
  report(root, path, EntryKind::gone);
}

std::map<std::string, Bytes> SimFolders::contents(const std::string& root) {
  std::map<std::string, Bytes> out;
  for (const auto& [path, file] : roots_[root]) {
    if (!file.special) out.emplace(path, file.data);
  }
  return out;
}

std::vector<FolderEntry> SimFolders::bind(const BindFolder& effect) {
  bound_[effect.folder] = effect.path;
  std::erase_if(temps_, [&](const auto& temp) { return temp.first.first == effect.folder; });
  std::vector<FolderEntry> out;
  for (const auto& [path, file] : roots_[effect.path]) {
    if (hidden_.contains(path)) continue;
    out.push_back(
        {effect.folder, path, file.special ? EntryKind::special : EntryKind::file, file.stat});
  }
  return out;
}

void SimFolders::restarted() {
  bound_.clear();
  temps_.clear();
  reports_.clear();
}

std::vector<FolderEntry> SimFolders::take_reports() { return std::exchange(reports_, {}); }

SimFolders::Tree* SimFolders::tree_of(std::uint32_t folder) {
  const auto found = bound_.find(folder);
  return found == bound_.end() ? nullptr : &roots_[found->second];
}

Answer SimFolders::perform(const ReadFile& effect) {
  if (on_read) on_read(effect);
  auto* tree = tree_of(effect.folder);
  const auto found = tree == nullptr ? Tree::iterator{} : tree->find(effect.path);
  if (hidden_.contains(effect.path)) return FileError{Errc::not_permitted};
  if (tree == nullptr || found == tree->end()) return FileError{Errc::not_found};
  if (found->second.special) return FileError{Errc::special_file};
  const ByteView all = found->second.data;
  const auto from = std::min<std::size_t>(all.size(), effect.offset);
  given_ = to_bytes(all.subspan(from, std::min<std::size_t>(all.size() - from, effect.length)));
  bytes_read += given_.size();
  return FileData{given_, found->second.stat};
}

Answer SimFolders::perform(const WriteTemp& effect) {
  const auto [at, made] = temps_.try_emplace({effect.folder, effect.temp});
  temps_made += made ? 1 : 0;
  if (at->second.size() < effect.offset + effect.data.size())
    at->second.resize(effect.offset + effect.data.size());
  std::copy(effect.data.begin(), effect.data.end(),
            at->second.begin() + static_cast<std::ptrdiff_t>(effect.offset));
  longest_temp = std::max(longest_temp, at->second.size());
  return FileDone{};
}

Answer SimFolders::perform(const FinishFile& effect) {
  auto* tree = tree_of(effect.folder);
  const auto temp = temps_.find({effect.folder, effect.temp});
  if (tree == nullptr || temp == temps_.end()) return FileError{Errc::not_found};
  const auto found = tree->find(effect.path);
  const bool same = effect.expected ? found != tree->end() && found->second.stat == *effect.expected
                                    : found == tree->end();
  if (!same)
    return FileError{hidden_.contains(effect.path) ? Errc::not_permitted : Errc::file_changed};
  auto stat = fresh(temp->second.size(), effect.executable);
  stat.mtime_ns = effect.mtime_ns;
  (*tree)[effect.path] = {std::move(temp->second), stat, false};
  temps_.erase(temp);
  ++finished;
  report(bound_.at(effect.folder), effect.path, EntryKind::file);
  return FileDone{stat};
}

Answer SimFolders::perform(const RemoveFile& effect) {
  auto* tree = tree_of(effect.folder);
  const auto found = tree == nullptr ? Tree::iterator{} : tree->find(effect.path);
  if (tree == nullptr || found == tree->end()) return FileError{Errc::not_found};
  if (!(found->second.stat == effect.expected)) return FileError{Errc::file_changed};
  tree->erase(found);
  report(bound_.at(effect.folder), effect.path, EntryKind::gone);
  return FileDone{};
}

Answer SimFolders::perform(const MoveFile& effect) {
  auto* tree = tree_of(effect.folder);
  const auto found = tree == nullptr ? Tree::iterator{} : tree->find(effect.from);
  if (tree == nullptr || found == tree->end()) return FileError{Errc::not_found};
  if (hidden_.contains(effect.from)) return FileError{Errc::not_permitted};
  if (tree->contains(effect.to)) return FileError{Errc::file_changed};
  auto file = std::move(found->second);
  tree->erase(found);
  const auto stat = file.stat;
  (*tree)[effect.to] = std::move(file);
  report(bound_.at(effect.folder), effect.from, EntryKind::gone);
  report(bound_.at(effect.folder), effect.to, EntryKind::file);
  return FileDone{stat};
}

}  // namespace troth::sim
