// A real folder, an event loop, and a sink that remembers what the folder port said.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>

#include "base/bytes.hpp"
#include "shell/folder/bound.hpp"
#include "shell/folder/folders.hpp"
#include "tests/unit/shell/temp_home.hpp"

namespace troth::shell {

inline void put_file(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}
inline FileStat stat_of(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
  return to_file_stat(info);
}

class FolderWorld : public ::testing::Test, public FolderSink {
 public:
  struct Said {
    Errc error = Errc::internal;
    bool ok = false;
    Bytes bytes;
    FileStat stat;
  };

  void SetUp() override {
    std::filesystem::create_directory(root);
    std::filesystem::create_directory(home);
    FolderOptions options;
    options.home = home;
    options.note = [this](const char* key, const std::string&) {
      (*key == '\0' ? over : notes).emplace_back(key);
    };
    options.times = times;
    folders = std::make_unique<Folders>(io, options);
    folders->start(*this);
  }
  void TearDown() override {
    use_resolver(Resolver::automatic);
    folders.reset();
  }

  void on_folder_scan_begins(std::uint32_t) override { ++begins; }
  void on_folder_entry(const FolderEntry& entry) override {
    EXPECT_EQ(entry.folder, 1u);
    entries.push_back(entry);
    ++reports[entry.path];
    last[entry.path] = entry.kind;
  }
  void on_folder_scanned(std::uint32_t) override { ++scans; }
  void on_folder_answer(Ticket ticket, const Answer& answer) override {
    Said said;
    if (const auto* data = std::get_if<FileData>(&answer)) {
      said.ok = true;
      said.bytes = to_bytes(data->bytes);
      said.stat = data->stat;
    } else if (const auto* done = std::get_if<FileDone>(&answer)) {
      said.ok = true;
      said.stat = done->stat;
    } else {
      said.error = std::get<FileError>(answer).code;
    }
    answers[ticket.value] = said;
  }

  template <class Condition>
  bool until(Condition condition, int ms = 10'000) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io.restart();
      io.run_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  void quiet(int ms = 350) {
    (void)until([] { return false; }, ms);
  }
  void bind() {
    folders->perform(BindFolder{1, root});
    ASSERT_TRUE(until([&] { return scans > 0; }));
  }
  bool is(const std::string& path, EntryKind kind) {
    const auto found = last.find(path);
    return found != last.end() && found->second == kind;
  }
  template <class Effect>
  Said ask(Effect effect) {
    const std::uint64_t ticket = ++ticket_;
    effect.ticket = Ticket{ticket};
    effect.folder = 1;
    folders->perform(effect);
    EXPECT_TRUE(until([&] { return answers.contains(ticket); }));
    return answers[ticket];
  }
  Said write(std::uint64_t temp, std::string_view text, std::uint64_t offset = 0) {
    return ask(WriteTemp{{}, 1, temp, offset, to_bytes(text)});
  }
  Said finish(std::uint64_t temp, const std::string& path, std::optional<FileStat> expected = {},
              bool executable = false) {
    return ask(FinishFile{{}, 1, temp, path, 1'700'000'000'123'456'789, executable, expected});
  }
  Said read(const std::string& path, std::uint64_t offset = 0, std::uint32_t length = 1024) {
    return ask(ReadFile{{}, 1, path, offset, length});
  }
  std::size_t leftovers() const {
    std::size_t count = 0;
    for (const auto& one : std::filesystem::directory_iterator(root + "/.troth"))
      count += one.path().filename() == "id" ? 0 : 1;
    return count;
  }

  LookoutTimes times{2, 60, 15, 600, 300, 100};
  TempHome dir;
  std::string root = dir.path() + "/folder";
  std::string home = dir.path() + "/home";
  asio::io_context io;
  std::unique_ptr<Folders> folders;
  std::vector<FolderEntry> entries;
  std::map<std::string, int> reports;
  std::map<std::string, EntryKind> last;
  std::vector<std::string> notes;
  std::vector<std::string> over;  // an empty one each time that a trouble ended
  std::map<std::uint64_t, Said> answers;
  int scans = 0;
  int begins = 0;

 private:
  std::uint64_t ticket_ = 0;
};

}  // namespace troth::shell
