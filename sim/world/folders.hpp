// Folders of a simulated device: files in memory that behave as shell/folder does. Users write into
// them; the engine reads, writes and is told what changed.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "troth/engine.hpp"

namespace troth::sim {

class SimFolders {
 public:
  struct File {
    Bytes data;
    FileStat stat;
    bool special = false;
  };
  using Tree = std::map<std::string, File>;

  // ---- users; root is the absolute path of a folder
  void write(const std::string& root, const std::string& path, Bytes data, bool executable = false);
  void touch(const std::string& root, const std::string& path);  // a new time, the same bytes
  void set_stat(const std::string& root, const std::string& path, const FileStat& stat) {
    roots_[root].at(path).stat = stat;  // unheard, as when a time is put back
  }
  void make_special(const std::string& root, const std::string& path);
  void erase(const std::string& root, const std::string& path);
  [[nodiscard]] const Tree& tree(const std::string& root) { return roots_[root]; }
  void hide(const std::string& path) { hidden_.insert(path); }  // as .trothignore does, everywhere
  void show(const std::string& path) { hidden_.erase(path); }
  [[nodiscard]] std::map<std::string, Bytes> contents(const std::string& root);

  // ---- the engine's effects; the answer's bytes live until the next call
  std::vector<FolderEntry> bind(const BindFolder& effect);  // what the scan reports
  void unbind(std::uint32_t folder) { bound_.erase(folder); }
  [[nodiscard]] Answer perform(const ReadFile& effect);
  [[nodiscard]] Answer perform(const WriteTemp& effect);
  [[nodiscard]] Answer perform(const FinishFile& effect);
  [[nodiscard]] Answer perform(const RemoveFile& effect);
  [[nodiscard]] Answer perform(const MoveFile& effect);
  void discard(const DiscardTemp& effect) { temps_.erase({effect.folder, effect.temp}); }
  void restarted();  // the process ended: bindings and temporary files are gone
  [[nodiscard]] std::vector<FolderEntry> take_reports();

  std::function<void(const ReadFile&)> on_read;  // before it is carried out
  std::uint64_t bytes_read = 0, temps_made = 0, finished = 0;
  std::size_t longest_temp = 0;

 private:
  [[nodiscard]] Tree* tree_of(std::uint32_t folder);
  void report(const std::string& root, const std::string& path, EntryKind kind);
  [[nodiscard]] FileStat fresh(std::size_t size, bool executable);

  std::map<std::string, Tree> roots_;
  std::map<std::uint32_t, std::string> bound_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Bytes> temps_;
  std::set<std::string> hidden_;
  std::vector<FolderEntry> reports_;
  Bytes given_;
  std::uint64_t clock_ = 1'700'000'000'000'000'000, inodes_ = 0;
};

}  // namespace troth::sim
