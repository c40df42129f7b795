// Target: wire::decode of a message with every kind of field; what decodes re-encodes to the same
// bytes, within its bounds, and its view is bounded too
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "wire/wire.hpp"

namespace troth::fuzzing {
namespace {

enum class Colour : std::uint8_t { red = 1, blue = 2 };
constexpr bool wire_known(Colour c) { return c == Colour::red || c == Colour::blue; }

struct Inner {
  std::uint16_t small{};
  Bytes blob;
  using Fields = wire::FieldList<wire::Field<1, &Inner::small>, wire::Field<2, &Inner::blob, 40>>;
};

struct Everything {
  std::uint64_t number{};
  bool flag{};
  Colour colour = Colour::red;
  ItemId id;
  Hash hash;
  std::optional<std::string> name;
  std::optional<Inner> perhaps;
  std::vector<Inner> inners;
  std::vector<std::string> words;
  using Fields = wire::FieldList<
      wire::Field<1, &Everything::number>, wire::Field<2, &Everything::flag>,
      wire::Field<3, &Everything::colour>, wire::Field<4, &Everything::id>,
      wire::Field<5, &Everything::hash>, wire::Field<6, &Everything::name, 30>,
      wire::Field<7, &Everything::perhaps>, wire::Field<24, &Everything::inners, 30>,
      wire::Field<300, &Everything::words, 5, 10>>;
};

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  const auto message = troth::wire::decode<troth::fuzzing::Everything>(in);
  if (!message) return;
  FUZZ_REQUIRE(std::ranges::equal(troth::wire::encode(*message), in));
  FUZZ_REQUIRE(message->inners.size() <= 30 && message->words.size() <= 5);
  FUZZ_REQUIRE(!message->name || message->name->size() <= 30);
  FUZZ_REQUIRE(troth::wire::to_json(*message).size() < 64 * 1024);
}

std::vector<troth::Bytes> fuzz_seeds() {
  troth::fuzzing::Everything full;
  full.number = 1'000'000;
  full.name = "Laptop";
  full.perhaps = {7, {1, 2, 3}};
  full.inners.resize(25);
  full.words = {"alpha", "beta"};
  return {troth::wire::encode(troth::fuzzing::Everything{}), troth::wire::encode(full)};
}
