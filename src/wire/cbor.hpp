// The strict CBOR profile of spec 01 §2: unsigned integers, byte and text strings, arrays, maps with
// ascending unsigned keys, booleans; shortest heads, definite lengths. Nothing else is read or made.
#pragma once

#include "base/bytes.hpp"

namespace troth::wire {

enum class Major : std::uint8_t { uint = 0, bytes = 2, text = 3, array = 4, map = 5, simple = 7 };

// Writes canonical CBOR. Three uses of one class: growing Bytes, a fixed buffer (for secrets, which
// must not leave copies behind in a reallocation), or counting only.
class Writer {
 public:
  Writer() = default;  // counts
  explicit Writer(Bytes& out) : grow_(&out) {}
  explicit Writer(MutableBytes fixed) : fixed_(fixed) {}

  void uint(std::uint64_t value) { head(Major::uint, value); }
  void boolean(bool value);
  void bytes(ByteView value);
  void text(std::string_view value);
  void array(std::size_t count) { head(Major::array, count); }
  void map(std::size_t count) { head(Major::map, count); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void head(Major major, std::uint64_t value);
  void raw(ByteView value);

  Bytes* grow_ = nullptr;
  MutableBytes fixed_;
  std::size_t size_ = 0;
};

// Reads canonical CBOR from a borrowed view. Every method fails without consuming anything useful;
// after an error the reader is not used again.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  [[nodiscard]] Result<std::uint64_t> uint();
  [[nodiscard]] Result<bool> boolean();
  [[nodiscard]] Result<ByteView> bytes(std::size_t max);  // borrowed from the input
  [[nodiscard]] Result<std::string_view> text(std::size_t max);
  [[nodiscard]] Result<std::size_t> array(std::size_t max);
  [[nodiscard]] Result<std::size_t> map(std::size_t max);
  [[nodiscard]] Result<> done() const;  // trailing bytes are an error
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::size_t left() const { return in_.size() - at_; }

 private:
  [[nodiscard]] Result<std::uint64_t> head(Major expected);
  [[nodiscard]] Result<ByteView> take(std::uint64_t size);

  ByteView in_;
  std::size_t at_ = 0;
};

}  // namespace troth::wire
