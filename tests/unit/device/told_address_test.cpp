// What a device tells as its own address is a hint, and a name in it is not looked up (spec 09 §6).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(ToldAddress, ANameThatSomebodyWouldHaveToLookUpIsNotKept) {
  Circle circle(2);
  auto& peers = EngineInspector::look(*circle.at(0).engine).peers;
  session::Host& host = peers;
  const auto& peer = circle.at(1).id;
  const auto kept = [&](const char* told) {
    peers.forget(peer);
    session::Hello hello;
    hello.listen = told;
    host.told_hello(peer, hello);
    return peers.address(peer) == told;
  };
  for (const char* good : {"192.0.2.1:4101", "[2001:db8::1]:4101", "[fe80::1%3]:1", "[::1]:1",
                           "[fe80::1%en0]:1", "[::ffff:192.0.2.1]:4101", "[2001:DB8::A]:1"})
    EXPECT_TRUE(kept(good)) << good;
  for (const char* name :
       {"example.org:4101", "localhost:1", "a.1:1", "dead.beef:1", "[]:1", ":1", "2001:db8::1:4101",
        "192.0.2.1 x:1", "[evil.example]:80", "[localhost]:1", "[192.0.2.1]:1", "[dead.beef]:1",
        "[a::b.cafe.de]:1", "[a.de::1]:1", "[abcde::1]:1", "[::1%a.cafe.de]:1", "[::1%]:1",
        "[a:b]:1", "[[::1]]:1"})
    EXPECT_FALSE(kept(name)) << name;
}

}  // namespace
}  // namespace troth::device
