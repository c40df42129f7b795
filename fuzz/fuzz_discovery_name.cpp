// Target: discovery::parse_name; what it takes is short and gives the same stem again
#include <algorithm>

#include "base/bytes.hpp"
#include "discovery/tag.hpp"
#include "fuzz/fuzz.hpp"

void fuzz(troth::ByteView in) {
  using namespace troth::discovery;
  const auto name = troth::as_text(in);
  const auto said = parse_name(name);
  if (!said) return;
  FUZZ_REQUIRE(name.size() <= troth::limits::kDiscoveryName);
  const auto* tag = std::get_if<Tag>(&*said);
  const auto stem =
      tag != nullptr ? stem_of(*tag) : invitation_stem(std::get<InvitationSaid>(*said).nameplate);
  FUZZ_REQUIRE(name.substr(0, stem.size()) == stem);
  FUZZ_REQUIRE(name.size() == stem.size() + 9 && name[stem.size()] == '-');
}

std::vector<troth::Bytes> fuzz_seeds() {
  return {troth::to_bytes("324ccd7cbbd46bd5-0123abcd"), troth::to_bytes("p4821-0123abcd")};
}
