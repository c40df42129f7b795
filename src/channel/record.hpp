// Records inside a sealed frame (spec 03 §5): pieces of messages, credit, rekey and close. The
// writer fills one frame; the reader hands out one record after another and trusts no length.
#pragma once

#include <optional>
#include <variant>

#include "channel/stream.hpp"
#include "troth/result.hpp"

namespace troth::channel {

enum class CloseReason : std::uint8_t { done = 0, refused = 1, locked = 2, protocol = 3 };

struct DataRecord {
  StreamClass cls = StreamClass::control;
  bool first = false;
  bool last = false;
  std::uint32_t total = 0;  // of the whole message; in first records that are not the last too
  ByteView bytes;
};
struct CreditRecord {
  StreamClass cls = StreamClass::control;
  std::uint64_t limit = 0;  // charge that may be sent on the stream since its start
};
struct RekeyRecord {};
struct CloseRecord {
  CloseReason reason = CloseReason::done;
};
using Record = std::variant<DataRecord, CreditRecord, RekeyRecord, CloseRecord>;

inline constexpr std::size_t kDataHead = 3;
inline constexpr std::size_t kDataFirstHead = 7;
inline constexpr std::size_t kCreditSize = 9;
inline constexpr std::size_t kRekeySize = 1;
inline constexpr std::size_t kCloseSize = 2;

class RecordWriter {
 public:
  explicit RecordWriter(MutableBytes out) : out_(out) {}
  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] std::size_t room() const { return out_.size() - used_; }
  // Each needs its size as room.
  void data(const DataRecord& record);
  void credit(const CreditRecord& record);
  void rekey();
  void close(CloseReason reason);

 private:
  void put(std::uint64_t value, std::size_t width);
  MutableBytes out_;
  std::size_t used_ = 0;
};

class RecordReader {
 public:
  explicit RecordReader(ByteView frame) : rest_(frame) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] Result<Record> next();  // views into the frame

 private:
  [[nodiscard]] Result<std::uint64_t> number(std::size_t width);
  [[nodiscard]] Result<Record> data(std::uint8_t type);
  ByteView rest_;
};

// Credit comes back in quarters of the window, so only a message that fits in the other three can
// always be sent whole (spec 03 §5).
[[nodiscard]] std::size_t longest_message(std::uint64_t window);

}  // namespace troth::channel
