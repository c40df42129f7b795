#include "sim/vfs/disk.hpp"

#include <algorithm>

#include "sim/vfs/vfs.hpp"

namespace troth::sim {
namespace {

// Writes into a file image, growing it with zeros where needed.
void put(Bytes& image, std::uint64_t offset, ByteView bytes) {
  const std::uint64_t end = offset + bytes.size();
  if (image.size() < end) image.resize(end);
  std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

void apply_change(Bytes& image, const DiskFile::Change& change) {
  if (change.truncates) {
    image.resize(std::min<std::uint64_t>(image.size(), change.offset));
  } else {
    put(image, change.offset, change.bytes);
  }
}

Disk::Disk(std::uint64_t seed, DiskOptions options) : options_(options), state_(seed) {
  vfs_ = register_vfs(*this);
  name_ = vfs_->name;
}

Disk::~Disk() = default;

// splitmix64: small, and the same everywhere.
std::uint64_t Disk::random() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void Disk::inject(Fault fault, std::uint64_t kth, std::uint64_t times) {
  rules_[static_cast<std::size_t>(fault)] = {kth - 1, times};
}

void Disk::heal() {
  rules_ = {};
  crash_in_ = kForever;
  options_.capacity = std::numeric_limits<std::uint64_t>::max();
}

void Disk::crash_at(std::uint64_t kth) { crash_in_ = kth - 1; }

bool Disk::strikes(Fault fault) {
  Rule& rule = rules_[static_cast<std::size_t>(fault)];
  if (rule.times == 0) return false;
  if (rule.after > 0) {
    --rule.after;
    return false;
  }
  if (rule.times != kForever) --rule.times;
  ++counters_.injected[static_cast<std::size_t>(fault)];
  return true;
}

bool Disk::stops() {
  if (down_) return true;
  ++counters_.mutations;
  if (crash_in_ == kForever) return false;
  if (crash_in_-- > 0) return false;
  crash_in_ = kForever;
  down_ = true;
  return true;
}

std::uint64_t Disk::used() const {
  std::uint64_t total = 0;
  for (const auto& [name, file] : files_) total += file->linked ? file->cache.size() : 0;
  return total;
}

bool Disk::fits(const DiskFile& file, std::uint64_t end) const {
  return end <= file.cache.size() || used() + (end - file.cache.size()) <= options_.capacity;
}

DiskFile* Disk::open(const std::string& name, bool create) {
  if (down_) return nullptr;
  const auto found = files_.find(name);
  if (found != files_.end() && found->second->linked) return found->second.get();
  if (!create || stops()) return nullptr;
  ++counters_.others;
  if (found != files_.end()) unlinked_.push_back(std::move(found->second));
  auto& slot = files_[name];
  slot = std::make_unique<DiskFile>();
  return slot.get();
}

Disk::Io Disk::read(DiskFile& file, std::uint64_t offset, MutableBytes out) {
  if (down_) return Io::error;
  ++counters_.reads;
  if (strikes(Fault::read_error)) return Io::error;
  const std::uint64_t size = file.cache.size();
  std::uint64_t there = offset >= size ? 0 : std::min<std::uint64_t>(out.size(), size - offset);
  if (there > 0 && strikes(Fault::short_read)) there /= 2;
  std::copy_n(file.cache.begin() + static_cast<std::ptrdiff_t>(std::min(offset, size)), there,
              out.begin());
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(there), out.end(), std::uint8_t{0});
  if (there > 0 && strikes(Fault::bit_flip)) {
    const std::uint64_t bit = random() % (there * 8);
    out[bit / 8] = static_cast<std::uint8_t>(out[bit / 8] ^ (1u << (bit % 8)));
  }
  return there == out.size() ? Io::ok : Io::cut;
}

Disk::Io Disk::write(DiskFile& file, std::uint64_t offset, ByteView bytes) {
  if (stops()) return Io::error;
  ++counters_.writes;
  if (strikes(Fault::write_error)) return Io::error;
  if (strikes(Fault::write_full)) return Io::full;
  if (!fits(file, offset + bytes.size())) {
    ++counters_.injected[static_cast<std::size_t>(Fault::write_full)];
    return Io::full;
  }
  if (strikes(Fault::misdirected)) offset += options_.sector;
  put(file.cache, offset, bytes);
  file.pending.push_back(DiskFile::Change{offset, Bytes(bytes.begin(), bytes.end()), false});
  return Io::ok;
}

Disk::Io Disk::truncate(DiskFile& file, std::uint64_t size) {
  if (stops()) return Io::error;
  ++counters_.others;
  file.pending.push_back(DiskFile::Change{size, Bytes(), true});
  apply_change(file.cache, file.pending.back());
  return Io::ok;
}

Disk::Io Disk::sync(DiskFile& file) {
  if (stops()) return Io::error;
  ++counters_.syncs;
  if (strikes(Fault::sync_error)) {
    // The kernel reports the error once and calls the pages clean: programs still read them, no
    // later fsync writes them. Some may have reached the medium.
    lose_power(file);
    return Io::error;
  }
  for (const auto& change : file.pending) apply_change(file.medium, change);
  file.pending.clear();
  return Io::ok;
}

void Disk::sync_folder() {
  for (auto it = files_.begin(); it != files_.end();) {
    it->second->durable = it->second->linked;
    if (it->second->linked) {
      ++it;
      continue;
    }
    unlinked_.push_back(std::move(it->second));
    it = files_.erase(it);
  }
}

Disk::Io Disk::remove(const std::string& name, bool durably) {
  if (stops()) return Io::error;
  ++counters_.others;
  const auto found = files_.find(name);
  if (found == files_.end() || !found->second->linked) return Io::cut;
  found->second->linked = false;
  if (durably) {
    unlinked_.push_back(std::move(found->second));
    files_.erase(found);
  }
  return Io::ok;
}

}  // namespace troth::sim
