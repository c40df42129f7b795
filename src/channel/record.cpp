#include "channel/record.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::channel {

namespace {

// Type byte: 00 | last | first | stream (2 bits) in data records; the others are whole values.
constexpr std::uint8_t kStreamMask = 0x03;
constexpr std::uint8_t kFirst = 0x04;
constexpr std::uint8_t kLast = 0x08;
constexpr std::uint8_t kDataEnd = 0x10;
constexpr std::uint8_t kCredit = 0x40;
constexpr std::uint8_t kRekey = 0x50;
constexpr std::uint8_t kClose = 0x60;

bool has_total(const DataRecord& record) { return record.first && !record.last; }

}  // namespace

void RecordWriter::put(std::uint64_t value, std::size_t width) {
  TROTH_ASSERT(room() >= width);
  for (std::size_t i = 0; i < width; ++i) {
    out_[used_ + i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
  }
  used_ += width;
}

void RecordWriter::data(const DataRecord& record) {
  put(static_cast<std::uint64_t>(record.cls) | (record.first ? kFirst : 0u) |
          (record.last ? kLast : 0u),
      1);
  put(record.bytes.size(), 2);
  if (has_total(record)) put(record.total, 4);
  TROTH_ASSERT(room() >= record.bytes.size());
  std::copy(record.bytes.begin(), record.bytes.end(), out_.subspan(used_).begin());
  used_ += record.bytes.size();
}

void RecordWriter::credit(const CreditRecord& record) {
  put(kCredit | static_cast<std::uint64_t>(record.cls), 1);
  put(record.limit, 8);
}

void RecordWriter::rekey() { put(kRekey, 1); }

void RecordWriter::close(CloseReason reason) {
  put(kClose, 1);
  put(static_cast<std::uint64_t>(reason), 1);
}

Result<std::uint64_t> RecordReader::number(std::size_t width) {
  if (rest_.size() < width) return fail(Errc::truncated);
  const auto value = read_be(rest_.first(width));
  rest_ = rest_.subspan(width);
  return value;
}

Result<Record> RecordReader::data(std::uint8_t type) {
  DataRecord out;
  out.cls = static_cast<StreamClass>(type & kStreamMask);
  out.first = (type & kFirst) != 0;
  out.last = (type & kLast) != 0;
  TROTH_TRY(const auto length, number(2));
  if (has_total(out)) {
    TROTH_TRY(const auto total, number(4));
    if (total > limits::kMessageBytes) return fail(Errc::too_long);
    out.total = static_cast<std::uint32_t>(total);
  }
  if (length == 0) return fail(Errc::bad_value);  // would be free of charge
  if (length > rest_.size()) return fail(Errc::truncated);
  out.bytes = rest_.first(length);
  rest_ = rest_.subspan(length);
  if (out.first && out.last) out.total = static_cast<std::uint32_t>(length);
  return Record{out};
}

Result<Record> RecordReader::next() {
  TROTH_TRY(const auto type, number(1));
  if (type < kDataEnd) return data(static_cast<std::uint8_t>(type));
  if (type >= kCredit && type < kCredit + kStreams) {
    TROTH_TRY(const auto limit, number(8));
    return Record{CreditRecord{static_cast<StreamClass>(type & kStreamMask), limit}};
  }
  if (type == kRekey) {
    // What stood behind it would belong to no key.
    TROTH_CHECK(require(done(), Errc::trailing_bytes));
    return Record{RekeyRecord{}};
  }
  if (type != kClose) return fail(Errc::unknown_kind);
  TROTH_TRY(const auto reason, number(1));
  TROTH_CHECK(require(done(), Errc::trailing_bytes));
  TROTH_CHECK(
      require(reason <= static_cast<std::uint64_t>(CloseReason::protocol), Errc::bad_value));
  return Record{CloseRecord{static_cast<CloseReason>(reason)}};
}

std::size_t longest_message(std::uint64_t window) {
  const std::uint64_t sure = window - window / 4;
  if (sure <= limits::kMessageCharge) return 0;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(limits::kMessageBytes, sure - limits::kMessageCharge));
}

}  // namespace troth::channel
