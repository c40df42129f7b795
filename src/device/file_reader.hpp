// FileReader: reads changed files of a folder piece by piece, a few at a time, and cuts them into
// chunks (spec 10 §3). A file that changes meanwhile is read again later, never published torn.
#pragma once

#include "device/file_desk.hpp"

namespace troth::device {

class FileReader {
 public:
  using Gone = std::function<void(Folder& folder, const std::string& path)>;
  FileReader(FileDesk& desk, Gone gone) : desk_(desk), gone_(std::move(gone)) {}

  void run(Folder& folder);  // starts what there is room for
  // The key that the next version of a file gets, or the one of the version that it may equal.
  struct Key {
    files::KeyBytes bytes{};
    files::KeyEpoch epoch{};
    crypto::Suite suite{};
  };
  using KeyFor = std::function<Key(Folder& folder, const std::string& path)>;
  void set_key(KeyFor key) { key_for_ = std::move(key); }

 private:
  void begin(Folder& folder, const std::string& path, const LocalChange& change);
  void ask(Folder& folder, const std::string& path, Reading& reading);
  void got(Folder& folder, const std::string& path, std::uint64_t serial, const Answer& answer);
  void failed(Folder& folder, const std::string& path, const LocalChange& change, Errc code);
  [[nodiscard]] bool cut(Reading& reading, ByteView bytes);  // false: too many chunks
  void finish(Folder& folder, const std::string& path, Reading& reading);

  FileDesk& desk_;
  Gone gone_;
  KeyFor key_for_;
};

}  // namespace troth::device
