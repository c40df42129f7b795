// An entry as long as one may be, of a kind that nobody knows: any device can write it, and it must
// stand in nobody's way.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

EntryId write_longest(Circle& circle, std::size_t by) {
  auto& device = circle.at(by);
  auto& core = device.core();
  core.enter(device.at(circle.world.now()));
  const auto made =
      core.log_->make_body(circle::Payload(circle::Ack{}), core.self_, core.now_.wall);
  auto body = *circle::decode_body(*made);
  body.kind = static_cast<circle::Kind>(200);
  body.critical = false;
  body.payload = Bytes(limits::kEntryBytes - 1024, 1);
  body.payload.resize(body.payload.size() + limits::kEntryBytes - wire::encode(body).size(), 1);
  circle::Entry entry{wire::encode(body), {}};
  EXPECT_EQ(entry.body.size(), limits::kEntryBytes);
  const auto signature =
      device.keys.perform({KeyOp::sign, circle::signing_input(entry.body), ""}, device.rng);
  std::copy(signature->expose().begin(), signature->expose().end(), entry.signature.begin());
  const auto result = core.log_->offer({&entry, 1});
  EXPECT_EQ(result.admitted.size(), 1u);
  core.keep(result);
  core.log_grew_ = true;
  circle.world.settle(device);
  return entry.id();
}

TEST(LongEntry, StandsInNobodysWay) {
  Circle circle(2);
  const auto written = write_longest(circle, 1);
  circle.run(20'000);
  EXPECT_TRUE(circle.at(0).core().log_->contains(written)) << "a session carries it";
  circle.add_by(0);
  ASSERT_TRUE(circle.at(2).core().in_circle()) << "a pairing carries it";
  EXPECT_TRUE(circle.at(2).core().log_->contains(written));
  circle.world.crash(circle.at(2), sim::Loss::process, 100);
  circle.run(1000);
  ASSERT_TRUE(circle.at(2).up());
  EXPECT_TRUE(circle.at(2).core().log_->contains(written)) << "a disk keeps it";
  circle.add_by(2);
  EXPECT_EQ(circle.at(0).core().view().live_devices().size(), 4u);
}

}  // namespace
}  // namespace troth::device
