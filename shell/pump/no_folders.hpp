// The folder port of a process that binds no folders: every file effect is answered with an error.
#pragma once

#include <memory>

#include "shell/pump/folder_port.hpp"

namespace asio {
class io_context;
}

namespace troth::shell {

class NoFolders final : public FolderPort {
 public:
  void start(FolderSink& sink) override { sink_ = &sink; }
  void stop() override { sink_ = nullptr; }
  void perform(const ReadFile& effect) override { refuse(effect.ticket); }
  void perform(const WriteTemp& effect) override { refuse(effect.ticket); }
  void perform(const FinishFile& effect) override { refuse(effect.ticket); }
  void perform(const DiscardTemp&) override {}
  void perform(const RemoveFile& effect) override { refuse(effect.ticket); }
  void perform(const MoveFile& effect) override { refuse(effect.ticket); }
  void perform(const BindFolder&) override {}
  void perform(const UnbindFolder&) override {}

 private:
  void refuse(Ticket ticket) {
    if (sink_ != nullptr) sink_->on_folder_answer(ticket, FileError{Errc::io_error});
  }
  FolderSink* sink_ = nullptr;
};

inline std::unique_ptr<FolderPort> make_folders(asio::io_context&) {
  return std::make_unique<NoFolders>();
}

}  // namespace troth::shell
