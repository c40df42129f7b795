// What a power loss does to a simulated disk, and snapshots of it.
#include <algorithm>

#include "sim/vfs/disk.hpp"
#include "sim/vfs/vfs.hpp"

namespace troth::sim {

void Disk::garble(DiskFile& file, std::uint64_t from, std::uint64_t to) {
  if (file.medium.size() < to) file.medium.resize(to);
  for (std::uint64_t i = from; i < to; ++i) {
    file.medium[i] = static_cast<std::uint8_t>(random() & 0xff);
  }
}

// Each sector of a write meets its own fate: kept, dropped, or garbled.
void Disk::settle(DiskFile& file, const DiskFile::Change& change) {
  if (change.truncates) {
    if (random() % 2 == 0 && file.medium.size() > change.offset) file.medium.resize(change.offset);
    return;
  }
  const std::uint64_t end = change.offset + change.bytes.size();
  for (std::uint64_t at = change.offset; at < end;) {
    const std::uint64_t sector_start = at / options_.sector * options_.sector;
    const std::uint64_t stop = std::min<std::uint64_t>(end, sector_start + options_.sector);
    const std::uint64_t fate = random() % 8;
    if (fate < 4) {
      ++counters_.sectors_kept;
      if (file.medium.size() < stop) file.medium.resize(stop);
      std::copy(change.bytes.begin() + static_cast<std::ptrdiff_t>(at - change.offset),
                change.bytes.begin() + static_cast<std::ptrdiff_t>(stop - change.offset),
                file.medium.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (fate < 7) {
      ++counters_.sectors_dropped;
    } else {
      ++counters_.sectors_garbled;
      if (options_.powersafe) {
        garble(file, at, stop);
      } else {
        const std::uint64_t size = std::max<std::uint64_t>(file.medium.size(), stop);
        garble(file, sector_start, std::min(size, sector_start + options_.sector));
      }
    }
    at = stop;
  }
}

// The seed chooses how the whole of the pending changes fares: nothing, everything, or each sector
// on its own, in order or not. The first two are what happens most in practice.
void Disk::lose_power(DiskFile& file) {
  const std::uint64_t mood = random() % 4;
  if (mood == 1) {
    for (const auto& change : file.pending) apply_change(file.medium, change);
  }
  if (mood == 3) {
    for (std::size_t i = file.pending.size(); i > 1; --i) {
      std::swap(file.pending[i - 1], file.pending[random() % i]);
    }
  }
  if (mood >= 2) {
    for (const auto& change : file.pending) settle(file, change);
  }
  file.pending.clear();
}

void Disk::crash(Loss loss) {
  ++counters_.crashes;
  ++generation_;
  down_ = false;
  crash_in_ = kForever;
  for (auto it = files_.begin(); it != files_.end();) {
    DiskFile& file = *it->second;
    bool gone = !file.linked;
    if (loss == Loss::power) {
      lose_power(file);
      file.cache = file.medium;
      // A name that was made or removed without a sync of its folder may be there or not.
      if (file.linked ? !file.durable : file.durable) gone = random() % 2 == 0;
      if (!file.linked && !file.durable) gone = true;
    }
    if (gone) {
      unlinked_.push_back(std::move(it->second));
      it = files_.erase(it);
      continue;
    }
    file.linked = true;
    file.durable = true;
    file.shared = 0;
    file.reserved = file.pending_lock = file.exclusive = nullptr;
    ++it;
  }
}

Disk::Snapshot Disk::snapshot() const {
  Snapshot out;
  for (const auto& [name, file] : files_) {
    if (file->linked) out.files[name] = file->cache;
  }
  return out;
}

void Disk::restore(const Snapshot& snapshot) {
  ++generation_;
  for (auto& [name, file] : files_) unlinked_.push_back(std::move(file));
  files_.clear();
  for (const auto& [name, bytes] : snapshot.files) {
    auto file = std::make_unique<DiskFile>();
    file->cache = bytes;
    file->medium = bytes;
    file->durable = true;
    files_[name] = std::move(file);
  }
}

bool Disk::exists(const std::string& name) const {
  const auto found = files_.find(name);
  return found != files_.end() && found->second->linked;
}

Bytes Disk::contents(const std::string& name) const {
  return exists(name) ? files_.find(name)->second->cache : Bytes{};
}

void Disk::flip_bit(const std::string& name, std::uint64_t bit) {
  const auto found = files_.find(name);
  if (found == files_.end()) return;
  for (Bytes* image : {&found->second->cache, &found->second->medium}) {
    if (bit / 8 >= image->size()) continue;
    auto& byte = (*image)[bit / 8];
    byte = static_cast<std::uint8_t>(byte ^ (1u << (bit % 8)));
  }
}

}  // namespace troth::sim
