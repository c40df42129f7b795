#include "shell/folder/bound.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace troth::shell {

namespace {
constexpr int kBusyTries = 20;
constexpr std::uint64_t kBusyMs = 50;
}  // namespace

Bound::Bound(const Shared& shared, BindFolder what)
    : shared_(shared),
      what_(std::move(what)),
      lookout_(shared.io, *this, shared.options.times),
      retry_(shared.io) {
  try_root();
}

Bound::~Bound() = default;

// Until the folder is there, and again after it went: nothing is reported in between.
void Bound::try_root() {
  auto opened = open_root(what_.path, shared_.options.home, shared_.temps->prefix());
  Result<IgnoreRules> rules;
  if (opened.root) {
    rules = read_rules(*opened.root);
    if (!rules) opened.reason = "folder_rules";
  }
  if (*opened.reason != '\0') {
    // Our own work of a moment ago may still hold the lock: that ends by itself.
    const bool soon = std::string_view(opened.reason) == "folder_busy" && ++busy_ <= kBusyTries;
    if (!soon) note(opened.reason);
    const auto wait = soon ? kBusyMs : shared_.options.times.retry_ms;
    return retry_.set(std::chrono::milliseconds(wait), [this] { try_root(); });
  }
  busy_ = 0;
  root_ = std::move(opened.root);
  over(last_note_);
  lookout_.start(root_, std::move(*rules));
}

void Bound::leave() {
  lookout_.stop();
  shared_.temps->close_all();
  const bool there = usable();
  retry_.cancel();
  if (!there) return forget_mark(what_.path, shared_.options.home);
  while (shared_.temps->clean(*root_, true)) {
  }
  leave_root(*root_, shared_.options.home);
}

bool Bound::usable() {
  if (!root_) return false;
  if (root_->still_there()) return true;
  lost();
  return false;
}

void Bound::lost() {
  lookout_.stop();
  shared_.temps->close_all();
  root_.reset();  // an open directory would keep the disk from being taken out
  note("folder_gone");
  retry_.set(std::chrono::milliseconds(shared_.options.times.retry_ms), [this] { try_root(); });
}

void Bound::report(const std::string& path, EntryKind kind, const FileStat& stat) {
  shared_.sink.on_folder_entry(FolderEntry{what_.folder, path, kind, stat});
}

void Bound::scanning() { shared_.sink.on_folder_scan_begins(what_.folder); }

void Bound::scanned() { shared_.sink.on_folder_scanned(what_.folder); }

bool Bound::tidy() { return root_ && shared_.temps->clean(*root_, false); }

// Once, not every ten seconds.
void Bound::note(const char* key) {
  if (std::string_view(key) == last_note_) return;
  last_note_ = key;
  if (shared_.options.note) shared_.options.note(key, what_.path);
}

void Bound::over(const char* key) {
  if (std::string_view(key) == last_note_) note("");
}

Answer Bound::read(const ReadFile& effect) {
  if (!usable()) return FileError{Errc::io_error};
  // Not even that it is absent: who deletes what the rules hide deletes it for this device alone.
  if (lookout_.ignores(effect.path)) return FileError{Errc::not_permitted};
  const auto file = open_file(root_->root.get(), effect.path);
  if (!file) return FileError{file.error().code};
  buffer_.resize(std::min(effect.length, kReadBytes));
  std::size_t size = 0;
  while (size < buffer_.size()) {
    const auto got = ::pread(file->fd.get(), buffer_.data() + size, buffer_.size() - size,
                             static_cast<off_t>(effect.offset + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError{Errc::io_error};
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  struct stat after {};
  if (::fstat(file->fd.get(), &after) != 0) return FileError{Errc::io_error};
  const FileStat stat = to_file_stat(after);
  // Bytes of two versions must never be taken for one.
  if (stat != to_file_stat(file->info)) return FileError{Errc::file_changed};
  return FileData{ByteView(buffer_).first(size), stat};
}

Answer Bound::write(const WriteTemp& effect) {
  if (!usable()) return FileError{Errc::io_error};
  const auto done = shared_.temps->write(*root_, effect);
  if (!done) return FileError{done.error().code};
  return FileDone{*done};
}

void Bound::discard(const DiscardTemp& effect) {
  if (usable()) shared_.temps->discard(*root_, effect.temp);
}

template <class Job>
std::optional<Answer> Bound::give(Ticket ticket, Job job) {
  DiskJob out;
  out.run = shared_.run;
  out.folder = what_.folder;
  out.ticket = ticket;
  out.root = root_;
  out.what = std::move(job);
  shared_.worker.add(std::move(out));
  return std::nullopt;
}

// What the rules hide is this person's own once it is not as the engine left it: as a change to be
// published it would be read, and kept beside under another name it would go to everybody.
bool Bound::is_private(const FinishFile& effect) const {
  if (!lookout_.ignores(effect.path)) return false;
  const auto there = look(root_->root.get(), effect.path);
  if (!there) return effect.expected && there.error().code == Errc::not_found;
  const bool as_known =
      effect.expected && S_ISREG(there->st_mode) && to_file_stat(*there) == *effect.expected;
  return !as_known;
}

std::optional<Answer> Bound::change(FinishFile effect) {
  if (!usable()) return FileError{Errc::io_error};
  if (is_private(effect)) return FileError{Errc::not_permitted};
  lookout_.hold(effect.path);
  const auto written = shared_.temps->close(effect.temp);
  const Ticket ticket = effect.ticket;
  return give(ticket, FinishJob{std::move(effect), written});
}

std::optional<Answer> Bound::change(RemoveFile effect) {
  if (!usable()) return FileError{Errc::io_error};
  lookout_.hold(effect.path);
  const Ticket ticket = effect.ticket;
  return give(ticket, std::move(effect));
}

std::optional<Answer> Bound::change(MoveFile effect) {
  if (!usable()) return FileError{Errc::io_error};
  if (lookout_.ignores(effect.from)) return FileError{Errc::not_permitted};
  lookout_.hold(effect.from);
  const Ticket ticket = effect.ticket;
  return give(ticket, std::move(effect));
}

// What we did ourselves is known and need not be told again; the copy that MoveFile made is told,
// because it is a new file like any other.
void Bound::changed(const DiskResult& result) {
  const auto* done = std::get_if<FileDone>(&result.answer);
  if (const auto* finish = std::get_if<FinishJob>(&result.job.what)) {
    lookout_.release(finish->what.path);
    if (done == nullptr) return;
    shared_.temps->finished(finish->what.temp);
    lookout_.own(finish->what.path, done->stat);
  } else if (const auto* remove = std::get_if<RemoveFile>(&result.job.what)) {
    lookout_.release(remove->path);
    if (done != nullptr) lookout_.own_gone(remove->path);
  } else if (const auto* move = std::get_if<MoveFile>(&result.job.what)) {
    lookout_.release(move->from);
    if (done != nullptr) lookout_.own_gone(move->from);
  }
}

}  // namespace troth::shell
