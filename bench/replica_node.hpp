// A replica over a database on the disk, with its keys at hand: the data path of a device without
// its circle log. The gates of spec 07 are measured on it.
#pragma once

#include <map>

#include "bench/report.hpp"
#include "crypto/hash.hpp"
#include "shell/os/rng.hpp"
#include "store/sync_store.hpp"
#include "sync/replica.hpp"

namespace troth::bench {

inline constexpr WallMs kNow{1'800'000'000'000};
inline constexpr std::size_t kValue = 256;  // the item of the gates

// One epoch of one category, and the sign keys of the devices.
class OneEpoch final : public sync::KeySource {
 public:
  OneEpoch() : prk_(random_id<Hash>(rng_).view()) {
    rng_.fill(name_.category.bytes);
    rng_.fill(mailbox_.bytes);
    name_.number = 1;
  }
  [[nodiscard]] sync::EpochKey key() const { return {name_, mailbox_, &prk_}; }
  std::optional<sync::EpochKey> key_of(const sync::MailboxId& mailbox) const override {
    if (mailbox != mailbox_) return std::nullopt;
    return key();
  }
  std::optional<crypto::P256Public> sign_key(const DeviceId& device) const override {
    const auto found = devices.find(device);
    if (found == devices.end()) return std::nullopt;
    return found->second;
  }
  std::map<DeviceId, crypto::P256Public> devices;

 private:
  shell::OsRng rng_;
  sync::EpochName name_;
  sync::MailboxId mailbox_;
  crypto::Prk prk_;
};

class ReplicaNode {
 public:
  ReplicaNode(OneEpoch& keys, std::string path)
      : keys_(keys), path_(std::move(path)), sign_(crypto::P256KeyPair::generate(rng_)) {
    rng_.fill(self_.device.bytes);
    rng_.fill(self_.incarnation.bytes);
    rng_.fill(at_rest_.expose_mutable());
    keys_.devices[self_.device] = sign_.public_key();
    open();
  }
  void open() {
    replica_.reset();
    store_.reset();
    const bool fresh = vault_ == nullptr;
    vault_.reset();
    db_.reset();
    db_ = must(store::Db::open({.path = path_}), "open a database");
    vault_ = must(
        fresh ? store::Vault::create(*db_, at_rest_, {}) : store::Vault::open(*db_, at_rest_, {}),
        "open a vault");
    store_ = std::make_unique<store::SyncStore>(*db_, vault_->sealer(), rng_, vault_.get());
    replica_ = std::make_unique<sync::Replica>(
        must(sync::Replica::open(*store_, keys_, self_), "open a replica"));
  }
  template <class Work>
  auto step(store::Durability durability, Work&& work) {
    must(db_->begin(durability), "begin");
    auto out = must(work(), "a step");
    must(db_->commit(), "commit");
    return out;
  }
  void certify() {
    auto pair = crypto::Ed25519KeyPair::generate(rng_);
    const auto body = replica_->next_certificate(pair.public_key(), kNow);
    const auto bytes = wire::encode(body);
    const sync::SignedCertificate certificate{bytes,
                                              sign_.sign(sync::certificate_message(bytes), rng_)};
    step(store::Durability::full, [&]() -> Result<int> {
      TROTH_CHECK(replica_->install(certificate, std::move(pair)));
      TROTH_CHECK(replica_->confirm_alone(keys_.key().epoch.category));
      return 0;
    });
  }
  [[nodiscard]] sync::Replica& replica() { return *replica_; }
  [[nodiscard]] store::Db& db() { return *db_; }
  [[nodiscard]] Rng& rng() { return rng_; }
  [[nodiscard]] const OneEpoch& keys() const { return keys_; }

 private:
  OneEpoch& keys_;
  std::string path_;
  shell::OsRng rng_;
  crypto::P256KeyPair sign_;
  sync::Self self_;
  Secret32 at_rest_;
  std::unique_ptr<store::Db> db_;
  std::unique_ptr<store::Vault> vault_;
  std::unique_ptr<store::SyncStore> store_;
  std::unique_ptr<sync::Replica> replica_;
};

// Item n of the test set; ids ascend as those of a real device do.
[[nodiscard]] inline ItemId item_id(std::uint64_t n) {
  Bytes bytes;
  append_be64(bytes, kNow.ms << 16);
  append_be64(bytes, n * 0x9E3779B97F4A7C15u >> 32 | n << 32);
  return *id_from<ItemId>(bytes);
}
[[nodiscard]] inline Bytes value_of(std::uint64_t n) {
  Bytes out;
  while (out.size() < kValue) append_be64(out, ++n * 0xD1342543DE82EF95u);
  return out;
}

}  // namespace troth::bench
