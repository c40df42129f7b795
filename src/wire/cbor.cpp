#include "wire/cbor.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace troth::wire {

namespace {

constexpr std::uint8_t kFalse = 0xF4;
constexpr std::uint8_t kTrue = 0xF5;
constexpr std::uint8_t kOneByte = 24;  // additional information: 1, 2, 4 or 8 bytes follow
constexpr std::uint8_t kEightBytes = 27;

}  // namespace

void Writer::raw(ByteView value) {
  if (grow_ != nullptr) {
    grow_->insert(grow_->end(), value.begin(), value.end());
  } else if (fixed_.data() != nullptr) {
    TROTH_ASSERT(fixed_.size() - size_ >= value.size());
    std::copy(value.begin(), value.end(), fixed_.begin() + static_cast<std::ptrdiff_t>(size_));
  }
  size_ += value.size();
}

void Writer::head(Major major, std::uint64_t value) {
  const auto top = static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5);
  std::array<std::uint8_t, 9> out{};
  if (value < kOneByte) {
    out[0] = static_cast<std::uint8_t>(top | value);
    raw(ByteView(out).first(1));
    return;
  }
  const unsigned log = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
  const std::size_t width = std::size_t{1} << log;
  out[0] = static_cast<std::uint8_t>(top | (kOneByte + log));
  for (std::size_t i = 0; i < width; ++i) {
    out[1 + i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
  }
  raw(ByteView(out).first(1 + width));
}

void Writer::boolean(bool value) {
  const std::uint8_t byte = value ? kTrue : kFalse;
  raw({&byte, 1});
}

void Writer::bytes(ByteView value) {
  head(Major::bytes, value.size());
  raw(value);
}

void Writer::text(std::string_view value) {
  head(Major::text, value.size());
  raw(as_bytes(value));
}

Result<std::uint64_t> Reader::head(Major expected) {
  if (left() == 0) return fail(Errc::truncated);
  const std::uint8_t first = in_[at_];
  if (first >> 5 != static_cast<std::uint8_t>(expected)) return fail(Errc::wrong_type);
  const std::uint8_t info = first & 0x1F;
  if (info < kOneByte) {
    ++at_;
    return std::uint64_t{info};
  }
  if (info > kEightBytes) return fail(Errc::non_canonical);  // indefinite or reserved
  const std::size_t width = std::size_t{1} << (info - kOneByte);
  if (left() < 1 + width) return fail(Errc::truncated);
  const std::uint64_t value = read_be(in_.subspan(at_ + 1, width));
  const std::uint64_t least = width == 1 ? kOneByte : std::uint64_t{1} << (4 * width);
  if (value < least) return fail(Errc::non_canonical);
  at_ += 1 + width;
  return value;
}

Result<ByteView> Reader::take(std::uint64_t size) {
  if (size > left()) return fail(Errc::truncated);
  const ByteView out = in_.subspan(at_, static_cast<std::size_t>(size));
  at_ += out.size();
  return out;
}

Result<std::uint64_t> Reader::uint() { return head(Major::uint); }

Result<bool> Reader::boolean() {
  if (left() == 0) return fail(Errc::truncated);
  const std::uint8_t byte = in_[at_];
  if (byte != kFalse && byte != kTrue) return fail(Errc::wrong_type);
  ++at_;
  return byte == kTrue;
}

Result<ByteView> Reader::bytes(std::size_t max) {
  TROTH_TRY(const auto size, head(Major::bytes));
  if (size > max) return fail(Errc::too_long);
  return take(size);
}

Result<std::string_view> Reader::text(std::size_t max) {
  TROTH_TRY(const auto size, head(Major::text));
  if (size > max) return fail(Errc::too_long);
  TROTH_TRY(const auto view, take(size));
  if (!is_utf8(view)) return fail(Errc::bad_utf8);
  return as_text(view);
}

Result<std::size_t> Reader::array(std::size_t max) {
  TROTH_TRY(const auto count, head(Major::array));
  if (count > max) return fail(Errc::too_long);
  if (count > left()) return fail(Errc::truncated);  // an element takes a byte at least
  return static_cast<std::size_t>(count);
}

Result<std::size_t> Reader::map(std::size_t max) {
  TROTH_TRY(const auto count, head(Major::map));
  if (count > max) return fail(Errc::unknown_field);
  if (count > left()) return fail(Errc::truncated);
  return static_cast<std::size_t>(count);
}

Result<> Reader::done() const { return require(left() == 0, Errc::trailing_bytes); }

}  // namespace troth::wire
