// Streams of a channel: one a class in protocol version 1. The class is the priority; each stream
// has credit of its own, so bulk can never hold up control (spec 03 §5).
#pragma once

#include <array>
#include <cstdint>

#include "troth/types.hpp"

namespace troth::channel {

enum class StreamClass : std::uint8_t { control = 0, interactive = 1, normal = 2, bulk = 3 };
inline constexpr std::size_t kStreams = 4;
inline constexpr std::array<StreamClass, kStreams> kByPriority{
    StreamClass::control, StreamClass::interactive, StreamClass::normal, StreamClass::bulk};
[[nodiscard]] constexpr std::size_t index_of(StreamClass cls) {
  return static_cast<std::size_t>(cls);
}

struct Message {
  StreamClass cls = StreamClass::control;
  Bytes bytes;
};

}  // namespace troth::channel
