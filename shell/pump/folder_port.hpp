// Bound folders as the pump sees them: file effects go in, what the folder reports comes back.
#pragma once

#include "troth/engine.hpp"

namespace troth::shell {

class FolderSink {
 public:
  virtual ~FolderSink() = default;
  virtual void on_folder_scan_begins(std::uint32_t folder) = 0;  // then all that is there
  virtual void on_folder_entry(const FolderEntry& entry) = 0;
  virtual void on_folder_scanned(std::uint32_t folder) = 0;
  virtual void on_folder_answer(Ticket ticket, const Answer& answer) = 0;
};

// Answers may come at once from within perform(), or later from the same thread.
class FolderPort {
 public:
  virtual ~FolderPort() = default;
  virtual void start(FolderSink& sink) = 0;
  virtual void stop() = 0;  // forgets every folder; no call to the sink afterwards
  virtual void perform(const ReadFile& effect) = 0;
  virtual void perform(const WriteTemp& effect) = 0;
  virtual void perform(const FinishFile& effect) = 0;
  virtual void perform(const DiscardTemp& effect) = 0;
  virtual void perform(const RemoveFile& effect) = 0;
  virtual void perform(const MoveFile& effect) = 0;
  virtual void perform(const BindFolder& effect) = 0;
  virtual void perform(const UnbindFolder& effect) = 0;
};

}  // namespace troth::shell
