#include "crypto/hash.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "crypto/sha256_core.hpp"

namespace troth::crypto {

namespace detail {

void Sha256Core::reset() {
  chain_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  used_ = 0;
  total_ = 0;
}

void Sha256Core::update(ByteView data) {
  if (data.empty()) return;
  total_ += data.size();
  if (used_ != 0) {
    const std::size_t take = std::min(kShaBlock - used_, data.size());
    std::copy_n(data.data(), take, block_.data() + used_);
    used_ += take;
    data = data.subspan(take);
    if (used_ < kShaBlock) return;
    sha256_compress(chain_, block_.data(), 1);
    used_ = 0;
  }
  const std::size_t whole = data.size() / kShaBlock;
  if (whole != 0) sha256_compress(chain_, data.data(), whole);
  data = data.subspan(whole * kShaBlock);
  std::copy(data.begin(), data.end(), block_.data());
  used_ = data.size();
}

void Sha256Core::finish(std::uint8_t* out32) {
  const std::uint64_t bits = total_ * 8;
  block_[used_++] = 0x80;
  if (used_ > kShaBlock - 8) {
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(used_), block_.end(), std::uint8_t{0});
    sha256_compress(chain_, block_.data(), 1);
    used_ = 0;
  }
  std::fill(block_.begin() + static_cast<std::ptrdiff_t>(used_), block_.end(), std::uint8_t{0});
  for (std::size_t i = 0; i < 8; ++i) {
    block_[kShaBlock - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  sha256_compress(chain_, block_.data(), 1);
  for (std::size_t i = 0; i < 32; ++i) {
    out32[i] = static_cast<std::uint8_t>(chain_[i / 4] >> (24 - 8 * (i % 4)));
  }
}

void Sha256Core::wipe() {
  secret_wipe(block_);
  secret_wipe({reinterpret_cast<std::uint8_t*>(chain_.data()), sizeof(ShaChain)});
}

}  // namespace detail

struct Sha256::State {
  detail::Sha256Core core;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() { state_->core.wipe(); }
void Sha256::update(ByteView data) { state_->core.update(data); }

Hash Sha256::finish() {
  Hash hash;
  state_->core.finish(hash.bytes.data());
  state_->core.reset();
  return hash;
}

Hash sha256(ByteView data) { return sha256({data}); }

Hash sha256(std::initializer_list<ByteView> parts) {
  detail::Sha256Core core;
  for (const ByteView part : parts) core.update(part);
  Hash hash;
  core.finish(hash.bytes.data());
  return hash;
}

}  // namespace troth::crypto
