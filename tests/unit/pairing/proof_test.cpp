#include "pairing/proof.hpp"

#include <gtest/gtest.h>

#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

// An applicant that answers a device_add with two offers.
struct Answer {
  Answer() {
    circle::DeviceAdd add;
    add.device = phone.descriptor;
    add.th2.bytes.fill(5);
    for (std::uint8_t i = 1; i <= 2; ++i) {
      circle::GrantTerms terms;
      terms.subject = circle::device_id(phone.descriptor);
      terms.category.bytes.fill(i);
      terms.purpose = "to test";
      add.grants.push_back(terms);
    }
    circle::EntryBody body;
    body.kind = circle::Kind::device_add;
    body.circle.bytes.fill(9);
    body.author = circle::device_id(laptop.descriptor);
    body.parents = {earlier};
    body.critical = true;
    body.payload = circle::encode_payload(circle::Payload(add));
    device_add = wire::encode(body);
    id = circle::entry_id(device_add);
    said = {id, {0, 1}, add.th2, {}};
    own.kind = circle::Kind::accept;
    own.circle = body.circle;
    own.author = circle::device_id(phone.descriptor);
    own.parents = {id};
  }
  Result<circle::Accept> check() {
    said.sign_signature =
        sign->sign.sign(circle::accept_message(said.entry, *said.th2, said.accepted), rng);
    return check_as_signed();
  }
  Result<circle::Accept> check_as_signed() {
    own.payload = circle::encode_payload(circle::Payload(said));
    circle::Entry entry{wire::encode(own), {}};
    entry.signature = approve->approve.sign(circle::signing_input(entry.body), rng);
    return check_accept(entry, device_add);
  }

  SeededRng rng{41};
  SoftDevice laptop{rng, "Laptop"}, phone{rng, "Phone"}, other{rng, "Phone"};
  EntryId earlier = random_id<EntryId>(rng);
  Bytes device_add;
  EntryId id;
  circle::Accept said;
  circle::EntryBody own;
  SoftDevice* sign = &phone;
  SoftDevice* approve = &phone;
};

TEST(AcceptProof, WhatAnHonestDeviceSignsIsTaken) {
  for (const auto& accepted : {std::vector<std::uint32_t>{}, {1}, {0, 1}}) {
    Answer answer;
    answer.said.accepted = accepted;
    const auto taken = answer.check();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->accepted, accepted);
  }
}

TEST(AcceptProof, AnythingElseIsRefused) {
  using Change = void (*)(Answer&);
  const Change changes[] = {
      [](Answer& a) { a.approve = &a.other; },
      [](Answer& a) { a.sign = &a.other; },
      [](Answer& a) { a.own.parents = {a.earlier}; },
      [](Answer& a) {
        a.own.parents = {std::min(a.id, a.earlier), std::max(a.id, a.earlier)};
      },
      [](Answer& a) { a.own.prev = a.id; },
      [](Answer& a) { a.own.author = circle::device_id(a.other.descriptor); },
      [](Answer& a) { a.own.circle.bytes[0] ^= 1; },
      [](Answer& a) { a.said.entry = a.earlier; },
      [](Answer& a) { a.said.th2->bytes[0] ^= 1; },
      [](Answer& a) {
        a.said.accepted = {0, 2};
      },
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    Answer answer;
    changes[i](answer);
    const auto taken = answer.check();
    ASSERT_FALSE(taken) << i;
    EXPECT_EQ(taken.error().code, Errc::bad_signature) << i;
  }
}

TEST(AcceptProof, BothSignaturesMustBeThere) {
  Answer answer;
  answer.said.th2.reset();
  ASSERT_FALSE(answer.check_as_signed());
  Answer swapped;
  ASSERT_TRUE(swapped.check());
  swapped.said.accepted = {0};  // signed for both
  EXPECT_EQ(swapped.check_as_signed().error().code, Errc::bad_signature);
}

}  // namespace
}  // namespace troth::pairing
