#include "channel/reassembly.hpp"

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::channel {

Result<> Reassembly::begin(const DataRecord& record) {
  if (open_) return fail(Errc::unexpected_message);
  // It could never end: only so much may be on its way at once (spec 03 §5).
  if (record.total > longest_message(window_)) return fail(Errc::too_long);
  expected_ = record.total;
  open_ = true;
  partial_.reserve(expected_);
  return {};
}

Result<> Reassembly::add(const DataRecord& record) {
  const std::uint64_t charge = record.bytes.size() + (record.first ? limits::kMessageCharge : 0);
  if (granted_ - received_ < charge) return fail(Errc::no_credit);
  received_ += charge;
  if (record.first) {
    TROTH_CHECK(begin(record));
  } else if (!open_) {
    return fail(Errc::unexpected_message);
  }
  const std::size_t size = partial_.size() + record.bytes.size();
  // The end must come exactly where the first piece said it would.
  if (record.last ? size != expected_ : size >= expected_) return fail(Errc::bad_value);
  append(partial_, record.bytes);
  if (!record.last) return {};
  complete_.push_back(std::move(partial_));
  partial_ = {};
  open_ = false;
  return {};
}

std::optional<Bytes> Reassembly::pop() {
  if (complete_.empty()) return std::nullopt;
  Bytes out = std::move(complete_.front());
  complete_.pop_front();
  taken_ += out.size() + limits::kMessageCharge;
  return out;
}

CreditRecord Reassembly::grant() {
  granted_ = taken_ + window_;
  return {cls_, granted_};
}

}  // namespace troth::channel
