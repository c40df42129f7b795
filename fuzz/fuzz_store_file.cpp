// Target: a home's database file, or its write-ahead log, that somebody changed: opening it either
// fails with an error or shows exactly what was stored, or all of an earlier time under its older
// generation (which the keystore's counter finds)
//
// The first byte of an input says what the rest is: 0 patches (3 bytes offset, 1 byte value each)
// to a closed home, 1 a write-ahead log laid beside it, 2 the whole file.
#include "fuzz/fuzz.hpp"
#include "sim/vfs/disk.hpp"
#include "store/meta_store.hpp"

namespace troth::fuzzing {
namespace {

constexpr std::uint64_t kSettings = 12;
constexpr store::HomeId kHome{{7}};
constexpr const char* kFile = "db";
constexpr const char* kLog = "db-wal";

class CountingRng final : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

const Secret32& key() {
  static const Secret32 kKey(Bytes(32, 0x5a));
  return kKey;
}

std::string name_of(std::uint64_t i) { return "setting/" + std::to_string(i); }
Bytes value_of(std::uint64_t i) { return Bytes(40, static_cast<std::uint8_t>(i)); }

Result<std::unique_ptr<store::Db>> open_db(const sim::Disk& disk) {
  store::Db::Options options;
  options.path = kFile;
  options.vfs = disk.vfs_name();
  return store::Db::open(options);
}

Result<> fill(store::Db& db) {
  CountingRng rng;
  TROTH_TRY(const auto vault, store::Vault::create(db, key(), kHome));
  store::MetaStore meta(*vault);
  TROTH_CHECK(db.begin(store::Durability::full));
  for (std::uint64_t i = 0; i < kSettings; ++i) {
    TROTH_CHECK(meta.put(name_of(i), value_of(i), rng));
  }
  return db.commit();
}

struct Images {
  Bytes file;
  Bytes log;  // what a crash leaves
};

const Images& images() {
  static const Images kImages = [] {
    Images out;
    sim::Disk disk(1);
    {
      auto db = open_db(disk).value();
      FUZZ_REQUIRE(fill(*db));
      out.log = disk.contents(kLog);
    }
    out.file = disk.contents(kFile);
    return out;
  }();
  return kImages;
}

sim::Disk::Snapshot damaged(ByteView in) {
  sim::Disk::Snapshot out;
  out.files[kFile] = images().file;
  const ByteView rest = in.subspan(1);
  if (in[0] % 3 == 1) out.files[kLog] = to_bytes(rest);
  if (in[0] % 3 == 2) out.files[kFile] = to_bytes(rest);
  if (in[0] % 3 != 0) return out;
  Bytes& file = out.files[kFile];
  for (std::size_t i = 0; i + 4 <= rest.size(); i += 4) {
    file[read_be(rest.subspan(i, 3)) % file.size()] = rest[i + 3];
  }
  return out;
}

void read_all(store::Vault& vault) {
  store::MetaStore meta(vault);
  const auto all = meta.list("");
  if (!all) return;
  constexpr std::uint64_t kNewest = 2;  // one step made the home, one the settings
  FUZZ_REQUIRE(all->size() == (vault.generation() == kNewest ? kSettings : 0));
  for (std::uint64_t i = 0; i < kSettings; ++i) {
    const auto value = meta.get(name_of(i));
    if (!value || vault.generation() != kNewest) continue;
    FUZZ_REQUIRE(*value && **value == value_of(i));
  }
}

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  using namespace troth;
  if (in.empty()) return;
  sim::Disk disk(2);
  disk.restore(fuzzing::damaged(in));
  auto db = fuzzing::open_db(disk);
  if (!db) return;
  auto vault = store::Vault::open(**db, fuzzing::key(), fuzzing::kHome);
  if (vault) fuzzing::read_all(**vault);
}

std::vector<troth::Bytes> fuzz_seeds() {
  using namespace troth;
  Bytes log{1};
  append(log, fuzzing::images().log);
  Bytes file{2};
  append(file, fuzzing::images().file);
  return {Bytes{0, 0, 0, 18, 1, 0, 0, 96, 9}, log, file};
}
