#include <gtest/gtest.h>

#include "channel/send_queue.hpp"

namespace troth::channel {
namespace {

// Consent is asked when a batch is queued, so what waits unsealed must be little (spec 03 §5).
TEST(SendQueueTest, DataWaitsInAShortQueue) {
  for (const auto cls : {StreamClass::normal, StreamClass::bulk}) {
    SendQueue queue(cls, limits::kStreamWindow);
    std::size_t queued = 0;
    for (; queue.can_queue(); queued += 1000) ASSERT_TRUE(queue.queue(Bytes(1000)));
    EXPECT_LE(queued, limits::kBulkQueue + 1000);
    EXPECT_EQ(queue.queue(Bytes(1)).error().code, Errc::no_credit);
  }
}

TEST(SendQueueTest, CreditNeverGoesDown) {
  SendQueue queue(StreamClass::control, 1000);
  EXPECT_EQ(queue.raise(999).error().code, Errc::bad_value);
  EXPECT_TRUE(queue.raise(1000));
  EXPECT_TRUE(queue.raise(2000));
  EXPECT_EQ(queue.credit(), 2000u);
}

}  // namespace
}  // namespace troth::channel
