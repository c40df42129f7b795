#include "channel/record.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::channel {
namespace {

Errc error_of(std::initializer_list<std::uint8_t> bytes) {
  const Bytes frame(bytes);
  RecordReader reader(frame);
  while (!reader.done()) {
    auto record = reader.next();
    if (!record) return record.error().code;
  }
  return Errc::internal;  // read without an error
}

TEST(Record, EveryKindComesBack) {
  Bytes frame(64);
  RecordWriter writer(frame);
  const Bytes body = to_bytes("hello");
  writer.data({StreamClass::bulk, true, false, 4000, body});
  writer.data({StreamClass::control, true, true, 5, body});
  writer.credit({StreamClass::normal, 1ULL << 40});
  writer.close(CloseReason::locked);
  RecordReader reader(ByteView(frame).first(writer.size()));
  const auto first = std::get<DataRecord>(*reader.next());
  EXPECT_EQ(first.cls, StreamClass::bulk);
  EXPECT_TRUE(first.first && !first.last);
  EXPECT_EQ(first.total, 4000u);
  EXPECT_EQ(as_text(first.bytes), "hello");
  const auto second = std::get<DataRecord>(*reader.next());
  EXPECT_EQ(second.total, 5u);
  EXPECT_EQ(std::get<CreditRecord>(*reader.next()).limit, 1ULL << 40);
  EXPECT_EQ(std::get<CloseRecord>(*reader.next()).reason, CloseReason::locked);
  EXPECT_TRUE(reader.done());
}

TEST(Record, BadFormsAreRefused) {
  EXPECT_EQ(error_of({0x0C}), Errc::truncated);             // no length
  EXPECT_EQ(error_of({0x0C, 0, 2, 'x'}), Errc::truncated);  // shorter than it says
  EXPECT_EQ(error_of({0x0C, 0, 0}), Errc::bad_value);       // empty
  EXPECT_EQ(error_of({0x04, 0, 1, 0xFF, 0, 0, 0, 'x'}), Errc::too_long);
  EXPECT_EQ(error_of({0x10, 0, 1, 'x'}), Errc::unknown_kind);
  EXPECT_EQ(error_of({0x44, 0, 0, 0, 0, 0, 0, 0, 0}), Errc::unknown_kind);  // a fifth stream
  EXPECT_EQ(error_of({0x40, 0, 0, 0}), Errc::truncated);
  EXPECT_EQ(error_of({0x50, 0x50}), Errc::trailing_bytes);
  EXPECT_EQ(error_of({0x60, 0, 0x50}), Errc::trailing_bytes);
  EXPECT_EQ(error_of({0x60, 9}), Errc::bad_value);
  EXPECT_EQ(error_of({0x60}), Errc::truncated);
}

}  // namespace
}  // namespace troth::channel
