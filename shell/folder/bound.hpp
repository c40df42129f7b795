// One bound folder: its root, its temporary files, what is seen in it, and the effects on it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "shell/folder/folders.hpp"
#include "shell/folder/lookout.hpp"
#include "shell/folder/temps.hpp"
#include "shell/folder/worker.hpp"

namespace troth::shell {

class Bound final : public LookoutHost {
 public:
  struct Shared {  // what outlives this object
    asio::io_context& io;
    const FolderOptions& options;
    Worker& worker;
    FolderSink& sink;
    std::uint64_t run = 0;
    std::shared_ptr<Temps> temps;
  };
  Bound(const Shared& shared, BindFolder what);
  ~Bound() override;

  void leave();                                       // unbind: nothing of ours stays in it
  [[nodiscard]] Answer read(const ReadFile& effect);  // bytes are valid until the next call
  [[nodiscard]] Answer write(const WriteTemp& effect);
  void discard(const DiscardTemp& effect);
  // Given to the worker; an answer is returned when that is not possible.
  [[nodiscard]] std::optional<Answer> change(FinishFile effect);
  [[nodiscard]] std::optional<Answer> change(RemoveFile effect);
  [[nodiscard]] std::optional<Answer> change(MoveFile effect);
  void changed(const DiskResult& result);

  [[nodiscard]] Lookout& lookout() { return lookout_; }

 private:
  void report(const std::string& path, EntryKind kind, const FileStat& stat) override;
  void scanning() override;
  void scanned() override;
  void lost() override;
  bool tidy() override;
  void note(const char* key) override;
  void over(const char* key) override;

  void try_root();
  [[nodiscard]] bool usable();
  [[nodiscard]] bool is_private(const FinishFile& effect) const;
  template <class Job>
  std::optional<Answer> give(Ticket ticket, Job job);

  const Shared shared_;
  const BindFolder what_;
  std::shared_ptr<OpenRoot> root_;
  const char* last_note_ = "";
  int busy_ = 0;  // times in a row that the lock was taken
  Lookout lookout_;
  Timer retry_;
  Bytes buffer_;
};

}  // namespace troth::shell
