// Gates of files: two processes with real folders over loopback (spec 10, 10a).
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "bench/gates.hpp"
#include "bench/other_process.hpp"
#include "bench/scratch.hpp"

namespace troth::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kLimitMs = 600'000;

double seconds_since(std::uint64_t start) { return static_cast<double>(wall_ns() - start) / 1e9; }

// Bytes that no chunk repeats.
class Noise {
 public:
  void fill(Bytes& out) {
    for (std::size_t i = 0; i + 8 <= out.size(); i += 8) {
      const auto word = next();
      std::copy_n(reinterpret_cast<const std::uint8_t*>(&word), 8, out.data() + i);
    }
  }
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 32 ^ state_) * 0x9E3779B97F4A7C15u;
  }

 private:
  std::uint64_t state_ = 1;
};

void write_all(int fd, ByteView bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (done <= 0) give_up("write a file");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    at += static_cast<std::uint64_t>(done);
  }
}

void make_file(const std::string& path, std::uint64_t size, Noise& noise) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  Bytes piece(std::min(kMiB, size / 8 * 8 + 8));
  for (std::uint64_t at = 0; at < size; at += piece.size()) {
    noise.fill(piece);
    write_all(fd, ByteView(piece).first(std::min<std::uint64_t>(piece.size(), size - at)), at);
  }
  if (::fsync(fd) != 0 || ::close(fd) != 0) give_up("write a file");
}

// As `cp` and `sync` of one file would: what the disk allows in this run.
double copy_seconds(const std::string& from, const std::string& to) {
  const auto start = wall_ns();
  const int in = ::open(from.c_str(), O_RDONLY);
  const int out = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  Bytes piece(256 * 1024);
  std::uint64_t at = 0;
  for (ssize_t got = 0; (got = ::read(in, piece.data(), piece.size())) > 0;) {
    write_all(out, ByteView(piece).first(static_cast<std::size_t>(got)), at);
    at += static_cast<std::uint64_t>(got);
  }
  if (::fsync(out) != 0) give_up("copy a file");
  ::close(in);
  ::close(out);
  const double spent = seconds_since(start);
  fs::remove(to);
  return spent;
}

// Two devices, connected, each with a folder bound to the one category they share.
class TwoFolders {
 public:
  TwoFolders() {
    for (const auto* name : {"/from", "/to", "/aside"}) fs::create_directories(at(name));
    CategoryId category;
    {
      Pair pair(scratch_.path());
      use_present(pair);
      pair.init();
      pair.join();
      pair.run(3000);
      category = pair.category;
    }
    side_.emplace(at("/a"));
    side_->open();
    side_->submit(AddFolder{category, at("/from")});
    peer_.emplace(at("/b"), scratch_.path(), side_->port(), at("/to"));
    peer_->wait_connected(*side_);
    if (!side_->wait(60'000, [&] { return peer_->board().folder_ready == 1; }))
      give_up("the folder was not bound");
    side_->wait(500, [] { return false; });
    mark_memory();
    rss_ = rss_kib();
  }
  [[nodiscard]] std::string at(const std::string& name) const { return scratch_.path() + name; }
  [[nodiscard]] Side& side() { return *side_; }
  // Everything is there, synced and under its name.
  void wait_files(std::uint64_t count) {
    auto& board = peer_->board();
    const bool all =
        side_->wait(kLimitMs, [&] { return board.files == count && board.files_waiting == 0; });
    if (!all) give_up("the files did not arrive: " + std::to_string(board.files));
  }
  [[nodiscard]] std::uint64_t wire() const {
    const auto& traffic = const_cast<Side&>(*side_).pump().traffic();
    return traffic.sent + traffic.received;
  }
  // Ends the other process. Growth since both were ready.
  void memory(Report& report, const std::string& gate) {
    const auto mine = peak_kib();
    peer_->stop();
    const auto& board = peer_->board();
    const auto row = [&](const char* who, std::uint64_t peak, std::uint64_t base) {
      report.row(gate + who, static_cast<double>(peak > base ? peak - base : 0) / 1024, "MiB",
                 Bound::at_most, 48, Scaled::exact);
    };
    row(".memory_from", mine, rss_);
    row(".memory_to", board.peak_kib, board.rss_kib);
  }

 private:
  const Scratch scratch_;
  std::optional<Side> side_;
  std::optional<Peer> peer_;
  std::uint64_t rss_ = 0;
};

void one_big_file(Report& report, const std::string& gate, std::uint64_t size) {
  TwoFolders folders;
  Noise noise;
  make_file(folders.at("/aside/big"), size, noise);
  const double copied = copy_seconds(folders.at("/aside/big"), folders.at("/aside/copy"));
  const auto mib = static_cast<double>(size) / static_cast<double>(kMiB);
  const auto start = wall_ns();
  fs::rename(folders.at("/aside/big"), folders.at("/from/big"));
  folders.wait_files(1);
  const double spent = seconds_since(start);
  if (fs::file_size(folders.at("/to/big")) != size) give_up("the file is not whole");
  report.info(gate + ".cp_fsync", mib / copied, "MiB/s");
  report.row(gate, mib / spent, "MiB/s", Bound::at_least, 100, Scaled::speed);
  // Copying needs the disk alone, this needs the processor too: on a disk faster than the reference
  // the ratio says less and less, and the target shrinks as it does with a slower processor.
  constexpr double kReferenceCopy = 250;  // MiB/s: there both targets are one
  const double disk = std::min(1.0, kReferenceCopy / (mib / copied));
  report.row(gate + ".to_cp", copied / spent, "x", Bound::at_least, 0.4 * disk, Scaled::exact);
  folders.memory(report, gate);
}

}  // namespace

void file_bulk(Report& report, const Options& options) {
  one_big_file(report, "file_bulk", (options.quick ? 32 : 512) * kMiB);
}

void file_flat(Report& report, const Options& options) {
  one_big_file(report, "file_flat", (options.quick ? 64 : 1024) * kMiB);
}

// A tree as of sources: most files are short, few are long; 58 MB in all.
void file_small(Report& report, const Options& options) {
  const std::uint64_t count = options.quick ? 500 : 5000;
  TwoFolders folders;
  Noise noise;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto dir = folders.at("/aside/tree/d") + std::to_string(i / 50);
    if (i % 50 == 0) fs::create_directories(dir);
    const auto size = 1 + noise.next() % (i % 20 == 0 ? 174'000 : 15'200);
    std::ofstream(dir + "/f" + std::to_string(i)) << std::string(size, static_cast<char>(i));
    bytes += size;
  }
  ::sync();
  const auto start = wall_ns();
  fs::rename(folders.at("/aside/tree"), folders.at("/from/tree"));
  folders.wait_files(count);
  const double spent = seconds_since(start);
  report.info("file_small.bytes", static_cast<double>(bytes) / 1e6, "MB");
  report.row("file_small", static_cast<double>(count) / spent, "files/s", Bound::at_least, 2000,
             Scaled::speed);
}

namespace {

// In place, as an editor that keeps the file would: everything behind it moves by one.
void insert_byte(const std::string& path, std::uint64_t at) {
  const int fd = ::open(path.c_str(), O_RDWR);
  Bytes piece(kMiB + 1), carried{0x5a};
  for (ssize_t got = 1; got > 0;) {
    got = ::pread(fd, piece.data() + 1, kMiB, static_cast<off_t>(at));
    if (got < 0) give_up("read a file");
    piece[0] = carried[0];
    carried[0] = piece[static_cast<std::size_t>(got)];
    // The last byte read goes with the next piece; at the end it goes alone.
    write_all(fd, ByteView(piece).first(got == 0 ? 1 : static_cast<std::size_t>(got)), at);
    at += static_cast<std::uint64_t>(got);
  }
  ::close(fd);
}

}  // namespace

// What crosses the wire, both ways, for each of these edits.
void file_insert(Report& report, const Options& options) {
  const std::uint64_t size = (options.quick ? 32 : 256) * kMiB;
  TwoFolders folders;
  Noise noise;
  make_file(folders.at("/aside/big"), size, noise);
  fs::rename(folders.at("/aside/big"), folders.at("/from/big"));
  folders.wait_files(1);
  std::vector<double> values;
  for (std::uint64_t i = 1; i <= (options.quick ? 3u : 100u); ++i) {
    folders.side().wait(200, [] { return false; });
    const auto before = folders.wire();
    insert_byte(folders.at("/from/big"), noise.next() % size);
    const bool there = folders.side().wait(
        kLimitMs, [&] { return fs::file_size(folders.at("/to/big")) == size + i; });
    if (!there) give_up("an edit did not arrive");
    folders.side().wait(150, [] { return false; });  // what is said about it afterwards
    values.push_back(static_cast<double>(folders.wire() - before) / 1024);
  }
  report.info("file_insert.p50", percentile(values, 0.5), "KiB");
  report.row("file_insert.p99", percentile(values, 0.99), "KiB", Bound::at_most, 1024,
             Scaled::exact);
}

}  // namespace troth::bench
