// Target: decode_keystore and decode_keystore_state; what decodes re-encodes to the same bytes
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "shell/keystore/format.hpp"

void fuzz(troth::ByteView in) {
  if (const auto image = troth::shell::decode_keystore(in)) {
    FUZZ_REQUIRE(std::ranges::equal(troth::shell::encode(*image), in));
  }
  if (const auto state = troth::shell::decode_keystore_state(in)) {
    FUZZ_REQUIRE(std::ranges::equal(troth::shell::encode(*state), in));
  }
}

std::vector<troth::Bytes> fuzz_seeds() {
  troth::shell::KeystoreState state;
  state.wrong_in_a_row = 3;
  return {troth::shell::encode(troth::shell::KeystoreImage{}), troth::shell::encode(state)};
}
