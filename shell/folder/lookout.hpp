// Sees what is in one folder and what changes, and tells each change once (spec 10a §3). It works
// in short slices of the event loop and never takes the absence of the whole folder for an emptied
// one.
#pragma once

#include <dirent.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "shell/folder/beneath.hpp"
#include "shell/folder/lookout_times.hpp"
#include "shell/folder/root.hpp"
#include "shell/folder/watcher.hpp"
#include "shell/net/link.hpp"
#include "troth/engine.hpp"

namespace troth::shell {

class LookoutHost {
 public:
  virtual ~LookoutHost() = default;
  virtual void report(const std::string& path, EntryKind kind, const FileStat& stat) = 0;
  virtual void scanning() = 0;             // at each start, before anything is reported
  virtual void scanned() = 0;              // once a start, after the first whole scan
  virtual void lost() = 0;                 // the root is not the same any more: stop me
  virtual bool tidy() = 0;                 // a piece of cleaning up; false when all is done
  virtual void note(const char* key) = 0;  // for the person
  virtual void over(const char* key) = 0;  // what that key said is no longer so
};

class Lookout {
 public:
  static constexpr std::size_t kFilesMax = 1'000'000;
  static constexpr std::size_t kDirtyMax = 100'000;
  static constexpr std::size_t kPathBytes = 4095;

  Lookout(asio::io_context& io, LookoutHost& host, const LookoutTimes& times);
  ~Lookout();

  void start(std::shared_ptr<const OpenRoot> root, IgnoreRules rules);
  void stop();

  // A path that the engine changes is looked at again only when that is done.
  void hold(const std::string& path);
  void release(const std::string& path);
  void own(const std::string& path, const FileStat& stat);  // written by us: known already
  void own_gone(const std::string& path);
  void rescan();
  [[nodiscard]] bool ignores(const std::string& path) const { return rules_.ignores(path, false); }

  [[nodiscard]] Watcher* watcher() { return watcher_.get(); }
  [[nodiscard]] std::size_t known() const { return known_.size(); }
  void on_event(const WatchEvent& event);

 private:
  struct Known {
    EntryKind kind = EntryKind::file;
    FileStat stat;
    std::uint64_t scan = 0;
  };
  struct Dirty {
    std::uint64_t first = 0;
    std::uint64_t due = 0;
    bool wrote = false;  // told even when the stat looks the same; a folder may be another one
  };
  struct CloseDir {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };

  void work_soon();
  void work();
  bool step();  // false: nothing to do now
  bool scan_step();
  void open_next();
  void found(const std::string& path, const struct stat& info);
  void end_scan();
  bool sweep_step();
  bool dirty_step();
  void check(const std::string& path, bool wrote);
  void see(const std::string& path, const struct stat& info, bool wrote);
  void see_folder(const std::string& path, const struct stat& info);
  void gone(const std::string& path);
  void gone_below(const std::string& path);
  void look_below(const std::string& path);
  void make_due(const std::string& path, std::uint64_t after, bool wrote);
  void reload_rules();
  void cannot_watch();
  void lose();
  void arm();

  asio::io_context& io_;
  LookoutHost& host_;
  const LookoutTimes times_;
  std::shared_ptr<const OpenRoot> root_;
  IgnoreRules rules_;
  std::unique_ptr<Watcher> watcher_;
  std::map<std::string, Known> known_;

  std::vector<std::string> todo_;  // directories to read
  std::unique_ptr<DIR, CloseDir> dir_;
  std::string at_;
  std::uint64_t scan_ = 0;
  bool whole_ = false;     // the scan under way began at the root
  bool sweeping_ = false;  // it has ended; what it did not see is looked for
  std::string sweep_from_;
  bool again_ = false;
  bool told_scanned_ = false;
  bool tidying_ = false;

  std::map<std::string, Dirty> dirty_;
  std::set<std::pair<std::uint64_t, std::string>> order_;
  std::multiset<std::string> held_;
  bool crowded_ = false;
  bool told_crowded_ = false;
  bool told_many_ = false;

  Timer timer_;
  Timer rescan_timer_;
  bool work_posted_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace troth::shell
