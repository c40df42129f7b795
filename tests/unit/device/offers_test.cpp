// Whoever is offered something hears of it once, when it arrives.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Offers, TheDeviceThatIsAskedHearsOfItOnceAndCanAccept) {
  Circle circle(2);
  EXPECT_TRUE(circle.offers.empty());
  CreateCategory photos;
  photos.name = "photos";
  photos.purpose = "to test";
  (void)circle.world.submit(circle.at(0), photos);
  circle.run(2000);
  CategoryId category;
  for (const auto& [id, info] : circle.at(0).core().view().categories()) {
    if (id != circle.category) category = id;
  }
  GrantConsent grant;
  grant.device = circle.at(1).id;
  grant.terms.category = category;
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_EQ(circle.offers.size(), 1u);
  EXPECT_EQ(circle.offers[0].first, &circle.at(1));
  (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers[0].second, {}});
  circle.run(5000);
  EXPECT_TRUE(circle.at(0).core().view().granted(circle.at(1).id, category, Direction::both));
  EXPECT_EQ(circle.offers.size(), 1u);
}

}  // namespace
}  // namespace troth::device
