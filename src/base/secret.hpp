// Secret<N> and SecretBytes hold key material: move-only, in locked memory that is wiped and
// excluded from core dumps, without printing, ordering or ==. grep for expose() in review.
#pragma once

#include <cstdint>
#include <span>

#include "base/assert.hpp"
#include "troth/types.hpp"

namespace troth {

// Locked, guarded allocation; std::bad_alloc where there is none: no key may live elsewhere.
[[nodiscard]] std::uint8_t* secret_allocate(std::size_t size);
void secret_free(std::uint8_t* memory, std::size_t size) noexcept;
void secret_wipe(MutableBytes memory) noexcept;
[[nodiscard]] bool ct_equal(ByteView a, ByteView b);  // constant time for equal lengths

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : data_(secret_allocate(size)), size_(size) {}
  explicit SecretBytes(ByteView copy_of);
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&& other) noexcept : data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
    other.size_ = 0;
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes() { reset(); }

  [[nodiscard]] ByteView expose() const { return {data_, size_}; }
  [[nodiscard]] MutableBytes expose_mutable() { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SecretBytes clone() const { return SecretBytes(expose()); }
  void reset() noexcept;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// A secret of fixed size. A moved-from secret is empty; exposing it is a broken invariant.
template <std::size_t N>
class Secret {
 public:
  Secret() : bytes_(N) {}
  explicit Secret(ByteView copy_of) : bytes_(copy_of) { TROTH_ASSERT(copy_of.size() == N); }

  [[nodiscard]] std::span<const std::uint8_t, N> expose() const {
    TROTH_ASSERT(bytes_.size() == N);
    return std::span<const std::uint8_t, N>(bytes_.expose().data(), N);
  }
  [[nodiscard]] std::span<std::uint8_t, N> expose_mutable() {
    TROTH_ASSERT(bytes_.size() == N);
    return std::span<std::uint8_t, N>(bytes_.expose_mutable().data(), N);
  }
  [[nodiscard]] Secret clone() const { return Secret(expose()); }
  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }  // moved from

 private:
  SecretBytes bytes_;
};

using Secret32 = Secret<32>;

}  // namespace troth
