// Fuzzes all messages of a module at once: the first byte picks the message, the rest is its bytes.
#pragma once

#include <algorithm>
#include <array>

#include "fuzz/fuzz.hpp"
#include "wire/codec.hpp"

namespace troth::fuzzing {

template <class Message>
void decode_one(ByteView in) {
  const auto message = wire::decode<Message>(in);
  if (!message) return;
  FUZZ_REQUIRE(std::ranges::equal(wire::encode(*message), in));
  FUZZ_REQUIRE(wire::encoded_size(*message) == in.size());
  // The view has hex for bytes, quotes and names around values: a bounded multiple of the message.
  FUZZ_REQUIRE(wire::to_json(*message).size() < 64 + 64 * in.size());
}

template <class... Messages>
void fuzz_messages(ByteView in) {
  if (in.empty()) return;
  static constexpr std::array<void (*)(ByteView), sizeof...(Messages)> kEach{
      &decode_one<Messages>...};
  kEach[in[0] % kEach.size()](in.subspan(1));
}

// One seed a message: its default value.
template <class... Messages>
std::vector<Bytes> message_seeds() {
  std::vector<Bytes> seeds;
  const auto add = [&seeds](const Bytes& encoded) {
    Bytes seed{static_cast<std::uint8_t>(seeds.size())};
    append(seed, encoded);
    seeds.push_back(std::move(seed));
  };
  (add(wire::encode(Messages{})), ...);
  return seeds;
}

}  // namespace troth::fuzzing
