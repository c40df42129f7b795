// One crypto backend behind plain byte interfaces, so that a test can hold two of them at once.
// side_impl.hpp implements it; side_openssl.cpp and side_portable.cpp compile that once a backend.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/ports.hpp"

namespace troth::test {

class CpaceSide {
 public:
  virtual ~CpaceSide() = default;
  [[nodiscard]] virtual Bytes share() const = 0;
  [[nodiscard]] virtual std::optional<Bytes> finish(bool initiator, ByteView peer, ByteView own_ad,
                                                    ByteView peer_ad) = 0;
};

struct Box {
  Bytes enc;
  Bytes ciphertext;
};
struct BoxInputs {
  Bytes psk, psk_id, info, aad;
};

class Side {
 public:
  virtual ~Side() = default;
  [[nodiscard]] virtual Bytes hash(ByteView data) const = 0;
  [[nodiscard]] virtual Bytes hmac(ByteView key, ByteView data) const = 0;
  [[nodiscard]] virtual Bytes hkdf(ByteView salt, ByteView key, ByteView info,
                                   std::size_t size) const = 0;
  [[nodiscard]] virtual Bytes seal(int suite, ByteView key, std::uint64_t counter, ByteView aad,
                                   ByteView plain) const = 0;
  [[nodiscard]] virtual std::optional<Bytes> open(int suite, ByteView key, std::uint64_t counter,
                                                  ByteView aad, ByteView sealed) const = 0;
  [[nodiscard]] virtual bool point_ok(ByteView point) const = 0;
  [[nodiscard]] virtual Bytes public_of(ByteView scalar) const = 0;
  [[nodiscard]] virtual Bytes agree(ByteView scalar, ByteView point) const = 0;
  [[nodiscard]] virtual Bytes sign(ByteView scalar, ByteView message, Rng& rng) const = 0;
  [[nodiscard]] virtual bool verify(ByteView point, ByteView message, ByteView signature) const = 0;
  [[nodiscard]] virtual Box box(int suite, ByteView recipient, const BoxInputs& in, ByteView plain,
                                Rng& rng) const = 0;
  [[nodiscard]] virtual std::optional<Bytes> unbox(int suite, ByteView scalar, const Box& box,
                                                   const BoxInputs& in) const = 0;
  [[nodiscard]] virtual std::unique_ptr<CpaceSide> cpace(ByteView secret, ByteView channel,
                                                         ByteView session, Rng& rng) const = 0;
};

const Side& openssl_side();
const Side& portable_side();

}  // namespace troth::test
