// The folder port of a daemon: real folders of a real file system (spec 10a).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "shell/folder/lookout_times.hpp"
#include "shell/pump/folder_port.hpp"

namespace asio {
class io_context;
}

namespace troth::shell {

class Bound;
class Temps;
class Worker;
struct DiskResult;

inline constexpr std::uint32_t kReadBytes = 1024 * 1024;

struct FolderOptions {
  std::string home;  // remembers the mark of each folder; empty: nothing is remembered
  // A text key and the folder, for the person; an empty key when that is over. May be empty.
  std::function<void(const char* key, const std::string& path)> note;
  LookoutTimes times;
};

class Folders final : public FolderPort {
 public:
  Folders(asio::io_context& io, FolderOptions options);
  ~Folders() override;

  void start(FolderSink& sink) override;
  void stop() override;
  void perform(const ReadFile& effect) override;
  void perform(const WriteTemp& effect) override;
  void perform(const FinishFile& effect) override;
  void perform(const DiscardTemp& effect) override;
  void perform(const RemoveFile& effect) override;
  void perform(const MoveFile& effect) override;
  void perform(const BindFolder& effect) override;
  void perform(const UnbindFolder& effect) override;

  [[nodiscard]] Bound* bound(std::uint32_t folder);  // for tests

 private:
  template <class Effect>
  void change(const Effect& effect);
  void done(std::vector<DiskResult> results);

  asio::io_context& io_;
  const FolderOptions options_;
  FolderSink* sink_ = nullptr;
  std::uint64_t run_ = 0;
  std::unique_ptr<Worker> worker_;
  std::map<std::uint32_t, std::shared_ptr<Temps>> temps_;
  std::map<std::uint32_t, std::unique_ptr<Bound>> bound_;
};

[[nodiscard]] std::unique_ptr<FolderPort> make_folders(asio::io_context& io, FolderOptions options);

}  // namespace troth::shell
