// Devices, keys and drafts for tests of sync: deterministic from a seed.
#pragma once

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "sync/seal.hpp"

namespace troth::sync::testing {

// SHA-256 of a counter: good enough to be random, the same on every machine.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : seed_(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) {
      if (at_ == Hash::kSize) refill();
      byte = block_.bytes[at_++];
    }
  }
  std::uint64_t below(std::uint64_t bound) {
    std::array<std::uint8_t, 8> bytes{};
    fill(bytes);
    return read_be(bytes) % bound;
  }

 private:
  void refill() {
    Bytes input;
    append_be64(input, seed_);
    append_be64(input, counter_++);
    block_ = crypto::sha256(input);
    at_ = 0;
  }
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
  Hash block_;
  std::size_t at_ = Hash::kSize;
};

template <class IdType>
IdType filled(std::uint8_t byte) {
  IdType id;
  id.bytes.fill(byte);
  return id;
}

inline const CircleId kCircle = filled<CircleId>(0xc1);
inline const CategoryId kNotes = filled<CategoryId>(0xa0);
inline const CategoryId kPhotos = filled<CategoryId>(0xb0);
inline const EntryId kHead = filled<EntryId>(0xee);
inline constexpr WallMs kNow{1'750'000'000'000};

inline ItemId item_id(std::uint64_t number) {
  Bytes bytes(8, 0x01);
  append_be64(bytes, number);
  return *id_from<ItemId>(bytes);
}

// Holds the keys of any number of epochs, and the sign keys of devices.
class Keys final : public KeySource {
 public:
  EpochKey add_epoch(const CategoryId& category, std::uint64_t number) {
    SeededRng rng(number + 1000u * category.bytes[0]);
    Entry entry{{category, number, random_id<EpochCommit>(rng)},
                random_id<MailboxId>(rng),
                std::make_unique<crypto::Prk>(random_id<Hash>(rng).view())};
    const EpochKey key{entry.name, entry.mailbox, entry.prk.get()};
    epochs_.insert_or_assign(entry.mailbox, std::move(entry));
    return key;
  }
  void forget(const MailboxId& mailbox) { epochs_.erase(mailbox); }
  void add_device(const DeviceId& device, const crypto::P256Public& key) { devices_[device] = key; }
  void forget_device(const DeviceId& device) { devices_.erase(device); }

  std::optional<EpochKey> key_of(const MailboxId& mailbox) const override {
    const auto it = epochs_.find(mailbox);
    if (it == epochs_.end()) return std::nullopt;
    return EpochKey{it->second.name, mailbox, it->second.prk.get()};
  }
  std::optional<crypto::P256Public> sign_key(const DeviceId& device) const override {
    const auto it = devices_.find(device);
    if (it == devices_.end()) return std::nullopt;
    return it->second;
  }

 private:
  struct Entry {
    EpochName name;
    MailboxId mailbox;
    std::unique_ptr<crypto::Prk> prk;
  };
  std::map<MailboxId, Entry> epochs_;
  std::map<DeviceId, crypto::P256Public> devices_;
};

// A device with its sign key in hand, as a file keystore has it.
struct Device {
  explicit Device(std::uint8_t number)
      : rng(number),
        id(filled<DeviceId>(number)),
        incarnation(filled<Incarnation>(number)),
        sign(crypto::P256KeyPair::generate(rng)) {}

  SignedCertificate certify(const Certificate& body) {
    const auto bytes = wire::encode(body);
    return {bytes, sign.sign(certificate_message(bytes), rng)};
  }
  Certificate body(const crypto::Ed25519Public& key) const {
    Certificate out;
    out.circle = kCircle;
    out.device = id;
    out.incarnation = incarnation;
    out.key = key;
    out.issued = kNow;
    out.lifetime_ms = limits::kCertificateMs;
    return out;
  }
  BatchSigner signer() {
    auto pair = crypto::Ed25519KeyPair::generate(rng);
    const auto encoded = wire::encode(certify(body(pair.public_key())));
    auto known = verify_certificate(encoded, kCircle, sign.public_key());
    EXPECT_TRUE(known.has_value());
    return {std::move(*known), std::move(pair)};
  }
  AuthorId author() const { return author_of(id, incarnation); }

  SeededRng rng;
  DeviceId id;
  Incarnation incarnation;
  crypto::P256KeyPair sign;
};

inline Draft draft(std::uint64_t item, std::string_view field, std::string_view value,
                   std::uint64_t ms = 0) {
  return {kNotes,           item_id(item),  {std::string(field), 1, 0}, Hlc::at({kNow.ms + ms}),
          Delivery::normal, to_bytes(value)};
}

inline SealContext context(const EpochKey& key) {
  return {kCircle, key, {}, 1, std::span(&kHead, 1)};
}

#define EXPECT_ERR(result, expected)                       \
  do {                                                     \
    const auto& expect_err_result = (result);              \
    EXPECT_FALSE(expect_err_result.has_value());           \
    if (!expect_err_result.has_value()) {                  \
      EXPECT_EQ(expect_err_result.error().code, expected); \
    }                                                      \
  } while (false)
#define ASSERT_OK(result)                                                             \
  do {                                                                                \
    const auto& assert_ok_result = (result);                                          \
    ASSERT_TRUE(assert_ok_result.has_value())                                         \
        << "error " << static_cast<int>(assert_ok_result.error().code) << " at line " \
        << assert_ok_result.error().line << " of " << assert_ok_result.error().where; \
  } while (false)

}  // namespace troth::sync::testing
