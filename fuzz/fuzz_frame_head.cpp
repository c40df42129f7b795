// Target: wire::parse_head; what it takes it writes again, and the length bound holds
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "wire/frame.hpp"

void fuzz(troth::ByteView in) {
  if (in.size() < 8) return;
  constexpr std::size_t kMax = 4096;
  const auto head = troth::wire::parse_head(in.first<8>(), kMax);
  if (!head) return;
  FUZZ_REQUIRE(head->length <= kMax);
  troth::Bytes again;
  troth::wire::append_head(again, *head);
  FUZZ_REQUIRE(std::ranges::equal(again, in.first<8>()));
}

std::vector<troth::Bytes> fuzz_seeds() {
  std::vector<troth::Bytes> seeds;
  for (const auto kind : {troth::wire::FrameKind::handshake1, troth::wire::FrameKind::record}) {
    troth::wire::append_head(seeds.emplace_back(), {.kind = kind, .length = 300});
  }
  return seeds;
}
