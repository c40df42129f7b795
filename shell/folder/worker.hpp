// One thread beside the event loop for what waits for the disk. Jobs that come in while it works
// are done together in the next round.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "shell/folder/jobs.hpp"

namespace asio {
class io_context;
}

namespace troth::shell {

inline constexpr std::size_t kJobsPerRound = 512;

class Worker {
 public:
  // done is called on the io_context's thread; no more after this object is gone.
  Worker(asio::io_context& io, std::function<void(std::vector<DiskResult>)> done);
  ~Worker();  // waits for the round under way
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add(DiskJob job);  // begins after the work of this turn of the loop
  void drop_waiting();    // forgets jobs that have not begun

 private:
  void kick();
  void run();

  asio::io_context& io_;
  std::function<void(std::vector<DiskResult>)> done_;
  std::vector<DiskJob> waiting_;  // of the loop's thread
  bool kick_posted_ = false;
  bool busy_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  const std::weak_ptr<int> watch_ = alive_;  // the thread copies this one, never alive_

  std::mutex mutex_;  // for the next four
  std::condition_variable changed_;
  std::vector<DiskJob> round_;
  bool ready_ = false;
  bool ending_ = false;
  std::thread thread_;  // begins with the first job
};

}  // namespace troth::shell
