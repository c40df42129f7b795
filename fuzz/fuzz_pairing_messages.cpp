// Target: wire::decode of every pairing message (spec 08 §3); what decodes re-encodes
#include "fuzz/messages.hpp"
#include "pairing/messages.hpp"

using namespace troth::pairing;
#define PAIRING_MESSAGES Knock, P0, P1, P2, Tag, P5, P6, P7, P8, P9, P10, P11, End

void fuzz(troth::ByteView in) { troth::fuzzing::fuzz_messages<PAIRING_MESSAGES>(in); }

std::vector<troth::Bytes> fuzz_seeds() {
  std::vector<troth::Bytes> seeds = troth::fuzzing::message_seeds<PAIRING_MESSAGES>();
  P8 offer;
  offer.entry = {1, 2, 3};
  offer.cards.push_back({{}, "notes", "my notes", 1204, 88'000});
  seeds.push_back({8});
  troth::append(seeds.back(), troth::wire::encode(offer));
  return seeds;
}
