// Target: what is believed of a receipt is a part of the one log that was ever signed here
#include "consent/receipt.hpp"
#include "fuzz/fuzz.hpp"
#include "tests/circle_world.hpp"

namespace troth::fuzzing {
namespace {

struct Signed {
  circle::test::World world{true};
  consent::Receipt receipt;
  Signed() {
    using circle::test::actor;
    std::vector<EntryId> ids{world.genesis(0)};
    const auto add = [&](std::size_t who, const circle::Payload& payload) {
      ids.push_back(world.add(who, payload, {ids.back()}));
    };
    circle::CategoryCreate create;
    create.name = "notes";
    circle::GrantTerms own;
    own.subject = actor(0).id;
    create.terms = own;
    add(0, create);
    circle::GrantTerms terms;
    terms.subject = actor(1).id;
    terms.category = circle::category_id(ids.back());
    add(0, circle::DeviceAdd{actor(1).descriptor, {}, {}});
    add(0, circle::Grant{terms});
    receipt.grant.entry = ids.back();
    add(1, circle::Accept{ids.back(), {0}, {}, {}});
    add(0, circle::Withdraw{actor(1).id, terms.category, Direction::both, {}});
    receipt.at = WallMs{2000};
    for (const auto& id : ids) receipt.entries.push_back(world.entry(id));
  }
};
const Signed& signed_here() {
  static const Signed kSigned;
  return kSigned;
}

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  using namespace troth;
  const auto decoded = consent::decode_receipt(in);
  if (decoded) FUZZ_REQUIRE(equal(wire::encode(*decoded), in));
  const auto proven = consent::check_receipt(in);
  if (!proven) return;
  FUZZ_REQUIRE(decoded.has_value());
  const auto& all = fuzzing::signed_here().world.entries();
  for (const auto& id : proven->log.order()) FUZZ_REQUIRE(all.contains(id));
  FUZZ_REQUIRE(!consent::to_json_ld(proven->record).empty());
}

std::vector<troth::Bytes> fuzz_seeds() {
  using namespace troth;
  auto receipt = fuzzing::signed_here().receipt;
  std::vector<Bytes> seeds{wire::encode(receipt)};
  receipt.entries.pop_back();
  seeds.push_back(wire::encode(receipt));
  for (const auto& seed : seeds) FUZZ_REQUIRE(consent::check_receipt(seed).has_value());
  return seeds;
}
