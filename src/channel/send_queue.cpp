#include "channel/send_queue.hpp"

#include <algorithm>

namespace troth::channel {

SendQueue::SendQueue(StreamClass cls, std::uint64_t window)
    : cls_(cls),
      queue_limit_(cls >= StreamClass::normal ? limits::kBulkQueue : limits::kSmallQueue),
      message_limit_(longest_message(window)),
      limit_(window) {}

std::uint64_t SendQueue::credit() const {
  const auto spoken_for = charged_ + queued_;
  return limit_ > spoken_for ? limit_ - spoken_for : 0;
}

Result<> SendQueue::queue(Bytes message) {
  if (message.empty()) return fail(Errc::bad_value);
  if (message.size() > message_limit_) return fail(Errc::too_long);
  if (!can_queue()) return fail(Errc::no_credit);
  queued_ += message.size() + limits::kMessageCharge;
  messages_.push_back(std::move(message));
  return {};
}

Result<> SendQueue::raise(std::uint64_t limit) {
  if (limit < limit_) return fail(Errc::bad_value);
  limit_ = limit;
  return {};
}

std::uint64_t SendQueue::front_charge() const {
  return front_sent_ == 0 ? limits::kMessageCharge : 0;
}

bool SendQueue::ready() const { return !messages_.empty() && limit_ - charged_ > front_charge(); }

bool SendQueue::write(RecordWriter& out) {
  if (!ready() || out.room() <= kDataFirstHead) return false;
  const Bytes& front = messages_.front();
  const std::size_t left = front.size() - front_sent_;
  const auto allowed =
      static_cast<std::size_t>(std::min<std::uint64_t>(limit_ - charged_ - front_charge(), left));
  DataRecord record{cls_, front_sent_ == 0, false, static_cast<std::uint32_t>(front.size()), {}};
  // Whether a total is needed depends on whether all fits, so the longer head is assumed at first.
  const std::size_t whole_head = kDataHead;
  std::size_t length = std::min(allowed, out.room() - whole_head);
  record.last = length == left;
  if (record.first && !record.last) length = std::min(allowed, out.room() - kDataFirstHead);
  record.bytes = ByteView(front).subspan(front_sent_, length);
  out.data(record);
  const std::uint64_t charge = front_charge() + length;
  charged_ += charge;
  queued_ -= charge;
  front_sent_ += length;
  if (record.last) {
    messages_.pop_front();
    front_sent_ = 0;
  }
  return true;
}

void SendQueue::clear() {
  messages_.clear();
  queued_ = 0;
  front_sent_ = 0;
}

}  // namespace troth::channel
