// A device with its replica over a real database in memory, and a wire between two of them.
#pragma once

#include "store/sync_store.hpp"
#include "sync/replica.hpp"
#include "unit/sync/sync_fixture.hpp"

namespace troth::sync::testing {

inline Admission accept_all(const BatchClaims&) { return {Admit::accept, Errc::refused}; }

class Node {
 public:
  Node(std::uint8_t number, Keys& keys,
       const std::string& path = ":memory:", const std::string& vfs = "")
      : device(number),
        keys_(&keys),
        path_(path),
        vfs_(vfs),
        at_rest_(filled<Hash>(number).view()),
        sealer_(at_rest_) {
    keys.add_device(device.id, device.sign.public_key());
    if (vfs.empty()) reopen();
  }
  // As after a crash: everything in memory goes. Only of use with a file.
  void reopen() { ASSERT_TRUE(try_open()); }
  bool try_open() {
    replica_.reset();
    store_.reset();
    vault_.reset();
    db_.reset();
    auto db = store::Db::open({.path = path_, .vfs = vfs_});
    if (!db) return false;
    db_ = std::move(*db);
    if (vfs_.empty() && !store::Vault::create(*db_, at_rest_, {})) return false;
    return restart(*keys_);
  }
  // Anew from what is on the disk, perhaps with fewer keys or more.
  bool restart(const KeySource& keys) {
    replica_.reset();
    store_.reset();
    vault_.reset();
    if (vfs_.empty()) {
      auto vault = store::Vault::open(*db_, at_rest_, {});
      EXPECT_TRUE(vault) << "error " << static_cast<int>(vault.error().code);
      if (!vault) return false;
      vault_ = std::move(*vault);
    }
    store_ = std::make_unique<store::SyncStore>(*db_, sealer_, device.rng, vault_.get());
    auto replica = Replica::open(*store_, keys, {kCircle, device.id, device.incarnation});
    EXPECT_TRUE(replica) << "error " << static_cast<int>(replica.error().code);
    if (!replica) return false;
    replica_ = std::make_unique<Replica>(std::move(*replica));
    return true;
  }
  Replica& operator*() { return *replica_; }
  Replica* operator->() { return replica_.get(); }
  store::Db& db() { return *db_; }
  store::SyncStore& store() { return *store_; }
  [[nodiscard]] const store::RowSealer& sealer() const { return sealer_; }

  // One step around a call.
  template <class F>
  auto step(F&& call) {
    EXPECT_TRUE(db_->begin(store::Durability::full).has_value());
    auto out = call();
    EXPECT_TRUE(db_->commit().has_value());
    return out;
  }
  Result<> put(std::uint64_t item, std::string_view field, std::string_view value,
               WallMs now = kNow, const CategoryId& category = kNotes) {
    const FieldEdit edit{std::string(field), 1, 0, to_bytes(value)};
    return step([&] {
      return replica_->put(category, item_id(item), std::span(&edit, 1), Delivery::normal, now);
    });
  }
  void certify(WallMs now = kNow) {
    auto pair = crypto::Ed25519KeyPair::generate(device.rng);
    const auto body = replica_->next_certificate(pair.public_key(), now);
    const auto signed_one = device.certify(body);
    const auto done = step([&] { return replica_->install(signed_one, std::move(pair)); });
    ASSERT_OK(done);
  }
  // Seals everything that waits; the bytes as they would be sent.
  std::vector<Bytes> seal(const EpochKey& key, WallMs now = kNow) {
    std::vector<Bytes> out;
    const auto& category = key.epoch.category;
    if (!replica_->signer_usable(now)) certify(now);
    while (true) {
      auto sealed = step([&]() -> Result<std::optional<Sealed>> {
        if (!replica_->may_seal(category)) TROTH_CHECK(replica_->confirm_alone(category));
        return replica_->seal_due(category, {key, std::span(&kHead, 1)}, now, device.rng);
      });
      EXPECT_TRUE(sealed.has_value());
      if (!sealed || !*sealed) return out;
      out.push_back((*sealed)->sealed);
    }
  }
  Result<Applied> apply(ByteView sealed, const Admitter& admit = accept_all, WallMs now = kNow,
                        std::optional<std::uint64_t> after = {}) {
    return step([&] { return replica_->apply(sealed, admit, now, after); });
  }
  std::uint64_t rows(std::string_view table) {
    std::uint64_t count = 0;
    const auto one = [&](Result<store::Query> query) {
      if (!query || !query->step())
        ADD_FAILURE() << table;
      else
        count = query->u64(0);
    };
    if (table == "item") one(db_->prepare("SELECT count(*) FROM item"));
    if (table == "batch") one(db_->prepare("SELECT count(*) FROM batch"));
    if (table == "draft") one(db_->prepare("SELECT count(*) FROM draft"));
    if (table == "author") one(db_->prepare("SELECT count(*) FROM author"));
    if (table == "category") one(db_->prepare("SELECT count(*) FROM category"));
    if (table == "superseded") one(db_->prepare("SELECT count(*) FROM superseded"));
    if (table == "side") one(db_->prepare("SELECT count(*) FROM side"));
    return count;
  }
  std::string value(std::uint64_t item, std::string_view field, WallMs now = kNow,
                    const CategoryId& category = kNotes) {
    const auto view = replica_->get(category, item_id(item), now);
    if (!view) return "error " + std::to_string(static_cast<int>(view.error().code));
    if (!view->alive) return "(deleted)";
    for (const auto& one : view->fields) {
      if (one.name == field) return std::string(as_text(one.body));
    }
    return "(none)";
  }

  Device device;

 private:
  Keys* keys_;
  std::string path_;
  std::string vfs_;
  Secret32 at_rest_;
  store::RowSealer sealer_;
  std::unique_ptr<store::Db> db_;
  std::unique_ptr<store::Vault> vault_;  // not on a simulated disk
  std::unique_ptr<store::SyncStore> store_;
  std::unique_ptr<Replica> replica_;
};

// Sends all that `to` lacks, in order.
inline std::size_t send(Node& from, Node& to, const CategoryId& category = kNotes) {
  auto cursor = from->ranges_for(category, to->vector(category));
  std::size_t sent = 0;
  while (true) {
    auto batch = from->next_batch(cursor);
    EXPECT_TRUE(batch.has_value());
    if (!batch || !*batch) return sent;
    const auto applied = to.apply(**batch);
    EXPECT_TRUE(applied.has_value());
    ++sent;
  }
}

// The whole look of one run: what it found, and whether others are to be asked.
inline RowSlice check(Node& node) {
  RowSlice all;
  for (int i = 0; i < 1000 && node->check_due(); ++i) {
    const auto slice = node.step([&] { return node->check_rows(); });
    EXPECT_TRUE(slice.has_value());
    if (!slice) return all;
    all.faults.insert(all.faults.end(), slice->faults.begin(), slice->faults.end());
    all.ask_again = all.ask_again || slice->ask_again;
    all.own_lost = all.own_lost || slice->own_lost;
    all.mended = all.mended || slice->mended;
    all.retry = all.retry || slice->retry;
  }
  EXPECT_FALSE(node->check_due());
  return all;
}

}  // namespace troth::sync::testing
