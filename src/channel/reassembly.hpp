// One stream's incoming side: at most one message in the making, complete messages that wait, and
// the credit that we gave. Memory is bounded by the window, whatever the peer sends.
#pragma once

#include <deque>
#include <optional>

#include "channel/record.hpp"

namespace troth::channel {

class Reassembly {
 public:
  Reassembly(StreamClass cls, std::uint64_t window)
      : cls_(cls), window_(window), granted_(window) {}

  // no_credit above what we granted; unexpected_message for a piece out of place.
  [[nodiscard]] Result<> add(const DataRecord& record);
  [[nodiscard]] std::optional<Bytes> pop();
  [[nodiscard]] bool has_message() const { return !complete_.empty(); }
  // A new limit to tell the peer, once a quarter of the window was taken since the last.
  [[nodiscard]] bool credit_due() const {
    return taken_ + window_ - granted_ >= window_ / 4 && window_ > 0;
  }
  [[nodiscard]] CreditRecord grant();

 private:
  [[nodiscard]] Result<> begin(const DataRecord& record);

  StreamClass cls_;
  std::uint64_t window_;
  std::uint64_t granted_;       // limit told to the peer
  std::uint64_t received_ = 0;  // charge since the start
  std::uint64_t taken_ = 0;     // charge of messages taken by our user
  bool open_ = false;           // a message is in the making
  std::size_t expected_ = 0;
  Bytes partial_;
  std::deque<Bytes> complete_;
};

}  // namespace troth::channel
