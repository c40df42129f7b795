#include "shell/folder/worker.hpp"

#include <algorithm>
#include <iterator>

#include "shell/net/link.hpp"

namespace troth::shell {

Worker::Worker(asio::io_context& io, std::function<void(std::vector<DiskResult>)> done)
    : io_(io), done_(std::move(done)) {}

Worker::~Worker() {
  alive_.reset();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::add(DiskJob job) {
  waiting_.push_back(std::move(job));
  if (busy_ || kick_posted_) return;
  kick_posted_ = true;
  post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    kick_posted_ = false;
    kick();
  });
}

void Worker::drop_waiting() { waiting_.clear(); }

void Worker::kick() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kJobsPerRound));
  const auto end = waiting_.begin() + count;
  {
    const std::lock_guard lock(mutex_);
    round_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    ready_ = true;
  }
  waiting_.erase(waiting_.begin(), end);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void Worker::run() {
  for (;;) {
    std::vector<DiskJob> jobs;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ready_ || ending_; });
      if (ending_) return;
      ready_ = false;
      jobs = std::move(round_);
      round_.clear();
    }
    auto results = std::make_shared<std::vector<DiskResult>>(do_jobs(std::move(jobs)));
    post(io_, [this, alive = watch_, results] {
      if (alive.expired()) return;
      busy_ = false;
      done_(std::move(*results));
      if (!alive.expired()) kick();
    });
  }
}

}  // namespace troth::shell
