// What the second process tells the first: a page of memory that both have mapped.
#pragma once

#include <atomic>
#include <string>

#include "bench/report.hpp"

namespace troth::bench {

struct Sample {
  std::uint64_t number;  // of the item, or of the name
  std::uint64_t ns;
};
inline constexpr std::size_t kSamples = 16 * 1024;

struct Board {
  std::atomic<std::uint64_t> ready_ns, connected, connect_ns;
  std::atomic<std::uint64_t> items, first_item_ns, last_item_ns;
  std::atomic<std::uint64_t> rss_kib, peak_kib;  // after unlock, and the most since
  std::atomic<std::uint64_t> offers;
  std::atomic<std::uint64_t> folder_ready, files, files_waiting;  // of its bound folder
  std::atomic<std::uint64_t> stop;
  std::atomic<std::uint64_t> item_count, name_count;
  Sample item[kSamples];  // the last to become visible
  Sample name[kSamples];  // of the other device: it carries a number in its name
};

class SharedBoard {
 public:
  SharedBoard(const std::string& file, bool create);
  ~SharedBoard();
  SharedBoard(const SharedBoard&) = delete;
  SharedBoard& operator=(const SharedBoard&) = delete;
  Board* operator->() const { return board_; }
  Board& operator*() const { return *board_; }

 private:
  Board* board_ = nullptr;
};

// The second process: `troth-bench --peer HOME BOARD PORT FOLDER`. It binds the folder, if any.
int run_peer(const std::string& home, const std::string& board, const std::string& port,
             const std::string& folder);

}  // namespace troth::bench
