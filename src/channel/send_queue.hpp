// One stream's outgoing side: whole messages that wait, how far the first is sent, and the credit
// that the peer gave. A message is charged its bytes and limits::kMessageCharge, so that many tiny
// messages cannot cost the receiver more memory than it offered.
#pragma once

#include <deque>

#include "base/limits.hpp"
#include "channel/record.hpp"

namespace troth::channel {

class SendQueue {
 public:
  SendQueue(StreamClass cls, std::uint64_t window);

  [[nodiscard]] bool can_queue() const { return messages_.empty() || queued_ < queue_limit_; }
  [[nodiscard]] std::uint64_t credit() const;  // after what is queued
  [[nodiscard]] Result<> queue(Bytes message);
  [[nodiscard]] Result<> raise(std::uint64_t limit);  // a credit record; never lower
  // Is there a byte that credit lets us send now?
  [[nodiscard]] bool ready() const;
  // Writes as much of the first message as room and credit allow; false when nothing fitted.
  bool write(RecordWriter& out);
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  void clear();

 private:
  [[nodiscard]] std::uint64_t front_charge() const;

  StreamClass cls_;
  std::size_t queue_limit_;
  std::size_t message_limit_;
  std::deque<Bytes> messages_;
  std::size_t front_sent_ = 0;  // bytes of the first message already in frames
  std::uint64_t queued_ = 0;    // charge that waits
  std::uint64_t charged_ = 0;   // charge sent since the start
  std::uint64_t limit_;
};

}  // namespace troth::channel
