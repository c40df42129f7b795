// A device may have so many authors and no more (spec 07 §5). It goes on and cannot know that
// nobody takes what it writes: who does not take it says so.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(StartedAnew, ADeviceThatIsNotTakenAnyMoreIsToldOfOnce) {
  Circle circle(2);
  circle.run(10'000);
  auto& phone = circle.at(1);
  const auto start_anew_and_write = [&](int i) {
    circle.apart(true);
    phone.core().enter(phone.at(circle.world.now()));
    phone.core().be_new_author();
    circle.world.settle(phone);
    circle.apart(false);
    circle.meet();
    circle.run(5000);
    PutItem put;
    put.category = circle.category;
    put.item = files::item_of(circle.category, std::to_string(i));
    put.fields.push_back({"text", text("new")});
    (void)circle.world.submit(phone, put);
    circle.run(5000);
  };
  const auto items = [&] {
    const auto list = circle.at(0).core().replica_->list(circle.category, {}, 256, false,
                                                         circle.at(0).at(circle.world.now()).wall);
    return list ? list->size() : 0;
  };
  constexpr int kTaken = 64;
  for (int i = 0; i < kTaken; ++i) start_anew_and_write(i);
  EXPECT_EQ(items(), std::size_t{kTaken});
  EXPECT_EQ(alerts(circle.at(0), "started_anew"), 0u);
  for (int i = 0; i < 3; ++i) start_anew_and_write(kTaken + i);
  EXPECT_EQ(items(), std::size_t{kTaken});
  EXPECT_EQ(alerts(circle.at(0), "started_anew"), 1u);
  EXPECT_EQ(alerts(circle.at(0), "tampered"), 0u);
}

}  // namespace
}  // namespace troth::device
