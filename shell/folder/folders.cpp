#include "shell/folder/folders.hpp"

#include "shell/folder/bound.hpp"

namespace troth::shell {

Folders::Folders(asio::io_context& io, FolderOptions options)
    : io_(io), options_(std::move(options)) {
  worker_ = std::make_unique<Worker>(
      io_, [this](std::vector<DiskResult> results) { done(std::move(results)); });
}

Folders::~Folders() = default;

void Folders::start(FolderSink& sink) {
  sink_ = &sink;
  ++run_;
}

void Folders::stop() {
  sink_ = nullptr;
  ++run_;
  worker_->drop_waiting();
  bound_.clear();
  temps_.clear();
}

Bound* Folders::bound(std::uint32_t folder) {
  const auto found = bound_.find(folder);
  return found == bound_.end() ? nullptr : found->second.get();
}

void Folders::perform(const ReadFile& effect) {
  if (sink_ == nullptr) return;
  Bound* folder = bound(effect.folder);
  sink_->on_folder_answer(effect.ticket,
                          folder != nullptr ? folder->read(effect) : FileError{Errc::io_error});
}

void Folders::perform(const WriteTemp& effect) {
  if (sink_ == nullptr) return;
  Bound* folder = bound(effect.folder);
  sink_->on_folder_answer(effect.ticket,
                          folder != nullptr ? folder->write(effect) : FileError{Errc::io_error});
}

void Folders::perform(const DiscardTemp& effect) {
  if (Bound* folder = bound(effect.folder)) folder->discard(effect);
}

template <class Effect>
void Folders::change(const Effect& effect) {
  if (sink_ == nullptr) return;
  Bound* folder = bound(effect.folder);
  const auto refused =
      folder != nullptr ? folder->change(effect) : std::optional<Answer>(FileError{Errc::io_error});
  if (refused) sink_->on_folder_answer(effect.ticket, *refused);
}

void Folders::perform(const FinishFile& effect) { change(effect); }
void Folders::perform(const RemoveFile& effect) { change(effect); }
void Folders::perform(const MoveFile& effect) { change(effect); }

void Folders::perform(const BindFolder& effect) {
  if (sink_ == nullptr) return;
  bound_.erase(effect.folder);  // gives up its lock first
  auto& temps = temps_[effect.folder];
  if (!temps) temps = std::make_shared<Temps>();
  const Bound::Shared shared{io_, options_, *worker_, *sink_, run_, temps};
  bound_[effect.folder] = std::make_unique<Bound>(shared, effect);
}

void Folders::perform(const UnbindFolder& effect) {
  Bound* folder = bound(effect.folder);
  if (folder == nullptr) return;
  folder->leave();
  bound_.erase(effect.folder);
}

void Folders::done(std::vector<DiskResult> results) {
  for (const DiskResult& one : results) {
    // An answer may stop the port.
    if (sink_ == nullptr || one.job.run != run_) return;
    if (Bound* folder = bound(one.job.folder)) folder->changed(one);
    sink_->on_folder_answer(one.job.ticket, one.answer);
  }
}

std::unique_ptr<FolderPort> make_folders(asio::io_context& io, FolderOptions options) {
  return std::make_unique<Folders>(io, std::move(options));
}

}  // namespace troth::shell
