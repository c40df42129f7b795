#include "base/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

namespace troth {

namespace {

constexpr std::size_t kKeySlot = 64;       // keys
constexpr std::size_t kBoxSlot = 1024;     // what is boxed or stored: a few keys with their names
constexpr std::size_t kArena = 64 * 1024;  // one guarded, locked allocation

std::uint8_t* pages(std::size_t size) {
  auto* memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// sodium_malloc costs three pages and four system calls a secret (about 100 us); secrets of up to
// 1 KiB share arenas of it instead, so that deriving a key and opening a box stay cheap. Slots are
// wiped when they are freed.
// Held for a few instructions, once in a thousand takes for a system call: the core has no threads
// of its own to wait for.
class Hold {
 public:
  explicit Hold(std::atomic_flag& flag) noexcept : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~Hold() { flag_.clear(std::memory_order_release); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  std::atomic_flag& flag_;
};

// A program may call from changing threads, so a slot may come back on another one than took it.
class SlotPool {
 public:
  explicit SlotPool(std::size_t slot) : slot_(slot) {}
  std::uint8_t* take() {
    const Hold hold(busy_);
    if (free_.empty()) grow();
    auto* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  // There is room for every slot: whoever frees a secret must not fail.
  void give(std::uint8_t* slot) noexcept {
    const Hold hold(busy_);
    free_.push_back(slot);
  }

 private:
  void grow() {
    free_.reserve(slots_ + kArena / slot_);
    auto* arena = pages(kArena);
    slots_ += kArena / slot_;
    for (std::size_t at = 0; at < kArena; at += slot_) free_.push_back(arena + at);
  }
  std::atomic_flag busy_;
  std::size_t slot_;
  std::size_t slots_ = 0;
  std::vector<std::uint8_t*> free_;
};

// Null: the secret has pages of its own.
SlotPool* pool_for(std::size_t size) {
  static auto* keys = new SlotPool(kKeySlot);
  static auto* boxes = new SlotPool(kBoxSlot);
  if (size <= kKeySlot) return keys;
  return size <= kBoxSlot ? boxes : nullptr;
}

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  TROTH_ASSERT(ready);
}

}  // namespace

std::uint8_t* secret_allocate(std::size_t size) {
  ensure_sodium();
  if (size == 0) return nullptr;
  auto* pool = pool_for(size);
  auto* memory = pool != nullptr ? pool->take() : pages(size);
  std::fill_n(memory, size, std::uint8_t{0});
  return memory;
}

void secret_free(std::uint8_t* memory, std::size_t size) noexcept {
  if (memory == nullptr) return;
  sodium_memzero(memory, size);
  if (auto* pool = pool_for(size)) {
    pool->give(memory);
  } else {
    sodium_free(memory);
  }
}

void secret_wipe(MutableBytes memory) noexcept { sodium_memzero(memory.data(), memory.size()); }

bool ct_equal(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretBytes::SecretBytes(ByteView copy_of) : SecretBytes(copy_of.size()) {
  std::copy(copy_of.begin(), copy_of.end(), data_);
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    reset();
    data_ = other.data_;
    size_ = other.size_;
    other.data_ = nullptr;
    other.size_ = 0;
  }
  return *this;
}

void SecretBytes::reset() noexcept {
  secret_free(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

}  // namespace troth
