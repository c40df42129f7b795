#include "crypto/kdf.hpp"

#include <algorithm>
#include <cstring>

#include "crypto/sha256_core.hpp"

namespace troth::crypto {

using detail::kShaBlock;
using detail::Sha256Core;
using detail::ShaChain;

namespace {

constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

ShaChain keyed_chain(const std::array<std::uint8_t, kShaBlock>& key, std::uint8_t pad) {
  std::array<std::uint8_t, kShaBlock> block{};
  for (std::size_t i = 0; i < kShaBlock; ++i) block[i] = static_cast<std::uint8_t>(key[i] ^ pad);
  Sha256Core core;
  core.update(block);
  const ShaChain chain = core.chain();
  secret_wipe(block);
  core.wipe();
  return chain;
}

}  // namespace

// Both chaining values after the padded key: 64 bytes, one locked slot.
struct Prk::State {
  Secret<2 * sizeof(ShaChain)> chains;

  void set(std::size_t index, const ShaChain& chain) {
    std::memcpy(chains.expose_mutable().data() + index * sizeof(ShaChain), chain.data(),
                sizeof(ShaChain));
  }
  [[nodiscard]] Sha256Core core(std::size_t index) const {
    ShaChain chain;
    std::memcpy(chain.data(), chains.expose().data() + index * sizeof(ShaChain), sizeof(ShaChain));
    Sha256Core out(chain);
    secret_wipe({reinterpret_cast<std::uint8_t*>(chain.data()), sizeof(chain)});
    return out;
  }
  [[nodiscard]] Sha256Core inner() const { return core(0); }
  // Turns the inner digest in `out32` into the HMAC.
  void outer(std::uint8_t* out32) const {
    Sha256Core last = core(1);
    last.update(ByteView(out32, 32));
    last.finish(out32);
    last.wipe();
  }
  void mac(std::initializer_list<ByteView> parts, std::uint8_t* out32) const {
    Sha256Core first = inner();
    for (const ByteView part : parts) first.update(part);
    first.finish(out32);
    first.wipe();
    outer(out32);
  }
};

Prk::Prk(ByteView key) : state_(std::make_unique<State>()) {
  std::array<std::uint8_t, kShaBlock> padded{};
  if (key.size() > kShaBlock) {
    Sha256Core core;
    core.update(key);
    core.finish(padded.data());
    core.wipe();
  } else {
    std::copy(key.begin(), key.end(), padded.begin());
  }
  ShaChain chain = keyed_chain(padded, kInnerPad);
  state_->set(0, chain);
  chain = keyed_chain(padded, kOuterPad);
  state_->set(1, chain);
  secret_wipe(padded);
  secret_wipe({reinterpret_cast<std::uint8_t*>(chain.data()), sizeof(chain)});
}

Prk::~Prk() = default;
Prk::Prk(Prk&&) noexcept = default;
Prk& Prk::operator=(Prk&&) noexcept = default;

Prk Prk::extract(ByteView salt, ByteView input_key) { return extract_parts(salt, {input_key}); }

Prk Prk::extract_parts(ByteView salt, std::initializer_list<ByteView> input_key) {
  const Prk salted(salt);  // RFC 5869: an absent salt is 32 zero bytes, which HMAC pads to the same
  Secret32 prk;
  salted.state_->mac(input_key, prk.expose_mutable().data());
  return Prk(prk.expose());
}

void Prk::expand(std::string_view label, ByteView context, MutableBytes out) const {
  TROTH_ASSERT(out.size() <= std::size_t{255} * 32);
  std::array<std::uint8_t, 32> block{};
  std::uint8_t counter = 0;
  for (std::size_t at = 0; at < out.size();) {
    Sha256Core core = state_->inner();
    if (counter != 0) core.update(block);
    core.update(as_bytes(label));
    core.update(context);
    core.update(++counter);
    core.finish(block.data());
    core.wipe();
    state_->outer(block.data());
    const std::size_t take = std::min(block.size(), out.size() - at);
    std::copy_n(block.data(), take, out.data() + at);
    at += take;
  }
  secret_wipe(block);
}

Secret32 Prk::expand32(std::string_view label, ByteView context) const {
  Secret32 out;
  expand(label, context, out.expose_mutable());
  return out;
}

Hash Prk::mac(ByteView data) const { return mac_parts({data}); }

Hash Prk::mac_parts(std::initializer_list<ByteView> parts) const {
  Hash hash;
  state_->mac(parts, hash.bytes.data());
  return hash;
}

Hash hmac_sha256(ByteView key, ByteView data) { return Prk(key).mac(data); }

}  // namespace troth::crypto
