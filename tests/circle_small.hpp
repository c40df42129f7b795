// All logs of a few entries by three devices, each once up to the names of the two that are added,
// and what spec 04 §6 and §7 say about them, over bit masks. The sets are small enough that every
// definition can be written down as it stands on the page.
#pragma once

#include <functional>

#include "circle_world.hpp"

namespace troth::circle::test {

using Mask = unsigned;  // bit i: entry i of the log; bit 0 is genesis

struct SmallEntry {
  std::size_t author = 0;
  Kind kind = Kind::ack;
  std::size_t target = 0;  // of an add or a removal
  int prev = -1;
  Mask past = 0;
  std::uint64_t twin = 0;     // how many equal ones came before: a fork by the same words
  std::uint64_t label = 0;    // of its whole past, whatever the order of writing
  std::uint64_t swapped = 0;  // the same with devices 1 and 2 exchanged
  Entry entry;
  EntryId id;
};
using SmallLog = std::vector<SmallEntry>;

inline constexpr std::size_t kSmallDevices = 3;

inline bool is_add(const SmallEntry& e) {
  return e.kind == Kind::device_add || e.kind == Kind::genesis;
}
inline bool closed(const SmallLog& log, Mask set) {
  for (std::size_t i = 0; i < log.size(); ++i) {
    if ((set >> i & 1) != 0 && (log[i].past & ~set) != 0) return false;
  }
  return (set & 1) != 0;
}
// Those that no other of the set builds on.
inline Mask tips(const SmallLog& log, Mask set) {
  Mask out = set;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if ((set >> i & 1) != 0) out &= ~log[i].past;
  }
  return out;
}

// Walks the tree of logs: a log follows from the one without its largest head, and from no other,
// so that none is met in two orders of writing and nothing must be remembered.
class SmallLogs {
 public:
  using Visit = std::function<void(const SmallLog&)>;

  SmallLogs(std::size_t entries, Visit visit) : most_(entries), visit_(std::move(visit)) {
    for (std::size_t d = 0; d < kSmallDevices; ++d) {
      adds_.push_back(encode_payload(DeviceAdd{actor(d).descriptor, {}, {}}));
      DeviceRemove remove;
      remove.device = actor(d).id;
      removals_.push_back(encode_payload(remove));
    }
    ack_ = encode_payload(Ack{});
  }
  void run() {
    World world;
    SmallEntry first;
    first.kind = Kind::genesis;
    first.id = world.genesis(0);
    first.entry = world.entry(first.id);
    first.label = first.swapped = mix(1, 0);
    circle_ = circle_id(first.id);
    log_ = {first};
    grow();
  }

 private:
  static std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
    h ^= v + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
    h *= 0xff51afd7ed558ccdULL;
    return h ^ (h >> 33);
  }
  static std::size_t other(std::size_t device) { return device == 0 ? 0 : kSmallDevices - device; }

  void grow() {
    std::uint64_t own = 0;
    std::uint64_t swapped = 0;
    for (const auto& e : log_) {
      own += mix(7, e.label);
      swapped += mix(7, e.swapped);
    }
    if (own <= swapped) visit_(log_);
    if (log_.size() == most_) return;
    for (Mask past = 1; past < Mask{1} << log_.size(); past += 2) {
      if (!closed(log_, past)) continue;
      for (std::size_t author = 0; author < kSmallDevices; ++author) grow_by(author, past);
    }
  }
  // Whoever writes must be known there, or the entry is refused for its form; prev is the last own
  // entry, or any of them where its author has forked.
  void grow_by(std::size_t author, Mask past) {
    bool known = false;
    Mask own = 0;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if ((past >> i & 1) == 0) continue;
      known = known || (is_add(log_[i]) && log_[i].target == author);
      if (log_[i].author == author) own |= Mask{1} << i;
    }
    if (!known) return;
    const Mask last = tips(log_, own);
    if (last == 0) write(author, past, -1);
    for (int i = 0; i < static_cast<int>(log_.size()); ++i) {
      if ((last >> i & 1) != 0) write(author, past, i);
    }
  }
  void write(std::size_t author, Mask past, int prev) {
    try_one(author, Kind::ack, 0, past, prev);
    for (std::size_t target = 0; target < kSmallDevices; ++target) {
      try_one(author, Kind::device_add, target, past, prev);
      try_one(author, Kind::device_remove, target, past, prev);
    }
  }
  void try_one(std::size_t author, Kind kind, std::size_t target, Mask past, int prev) {
    SmallEntry e{author, kind, target, prev, past, 0, 0, 0, {}, {}};
    for (const auto& x : log_) {
      e.twin += x.author == author && x.kind == kind && x.target == target && x.past == past &&
                x.prev == prev;
    }
    label(e);
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const bool head = (tips(log_, (Mask{1} << log_.size()) - 1) & ~past) >> i & 1;
      if (head && log_[i].label > e.label) return;
    }
    make(e);
    log_.push_back(std::move(e));
    grow();
    log_.pop_back();
  }
  void label(SmallEntry& e) const {
    const auto kind = static_cast<std::uint64_t>(e.kind);
    const bool names = e.kind != Kind::ack;
    e.label = mix(mix(mix(mix(2, e.author), kind), names ? e.target + 1 : 0), e.twin);
    e.swapped =
        mix(mix(mix(mix(2, other(e.author)), kind), names ? other(e.target) + 1 : 0), e.twin);
    std::uint64_t past = 0;
    std::uint64_t swapped = 0;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if ((e.past >> i & 1) == 0) continue;
      past += mix(7, log_[i].label);
      swapped += mix(7, log_[i].swapped);
    }
    if (e.prev >= 0) {
      past = mix(past, log_[static_cast<std::size_t>(e.prev)].label);
      swapped = mix(swapped, log_[static_cast<std::size_t>(e.prev)].swapped);
    }
    e.label = mix(e.label, past);
    e.swapped = mix(e.swapped, swapped);
  }
  void make(SmallEntry& e) const {
    EntryBody body;
    body.kind = e.kind;
    body.circle = circle_;
    body.author = actor(e.author).id;
    body.at = WallMs{1000 + e.twin};
    body.payload = e.kind == Kind::device_add      ? adds_[e.target]
                   : e.kind == Kind::device_remove ? removals_[e.target]
                                                   : ack_;
    Mask parents = tips(log_, e.past);
    if (e.prev >= 0) {
      parents |= Mask{1} << e.prev;
      body.prev = log_[static_cast<std::size_t>(e.prev)].id;
    }
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if ((parents >> i & 1) != 0) body.parents.push_back(log_[i].id);
    }
    std::sort(body.parents.begin(), body.parents.end());
    e.entry = Entry{wire::encode(body), {}};
    e.id = e.entry.id();
  }

  std::size_t most_;
  Visit visit_;
  SmallLog log_;
  CircleId circle_;
  std::vector<Bytes> adds_, removals_;
  Bytes ack_;
};

// Spec 04 §6 and §7, and rule 11. Devices are bits too.
class SmallOracle {
 public:
  explicit SmallOracle(const SmallLog& log) : log_(log) {
    for (std::size_t x = 0; x < log.size(); ++x) {
      const auto& e = log[x];
      bool born = x == 0 || (live(e.past) >> e.author & 1) != 0;
      for (std::size_t y = 0; y < x; ++y) {
        const bool seen = e.kind == Kind::device_add && (e.past >> y & 1) != 0 && is_add(log[y]) &&
                          log[y].target == e.target;
        born = born && !seen;
      }
      if (born) born_ |= Mask{1} << x;
    }
  }
  [[nodiscard]] bool born(std::size_t x) const { return (born_ >> x & 1) != 0; }

  // R of the set: valid at birth, and a removal.
  [[nodiscard]] Mask removals(Mask set) const {
    Mask out = 0;
    for (std::size_t x = 0; x < log_.size(); ++x) {
      if ((set & born_) >> x & 1 && log_[x].kind == Kind::device_remove) out |= Mask{1} << x;
    }
    return out;
  }
  // Nothing here reverts, so that what is void is what is late.
  [[nodiscard]] bool late(std::size_t x, Mask removals) const {
    if (x == 0) return false;
    for (std::size_t r = 0; r < log_.size(); ++r) {
      if ((removals >> r & 1) != 0 && r != x && log_[r].target == log_[x].author &&
          (log_[r].past >> x & 1) == 0) {
        return true;
      }
    }
    bool any = false;
    for (std::size_t a = 0; a < x; ++a) {
      const bool adds =
          (log_[x].past & born_) >> a & 1 && is_add(log_[a]) && log_[a].target == log_[x].author;
      if (!adds) continue;
      if (!late(a, removals)) return false;
      any = true;
    }
    return any;
  }
  [[nodiscard]] Mask removed(Mask set) const {
    Mask out = 0;
    const Mask all = removals(set);
    for (std::size_t r = 0; r < log_.size(); ++r) {
      if ((all >> r & 1) != 0) out |= Mask{1} << log_[r].target;
    }
    return out;
  }
  [[nodiscard]] Mask live(Mask set) const {
    Mask out = 0;
    const Mask all = removals(set);
    for (std::size_t x = 0; x < log_.size(); ++x) {
      const bool adds = (set & born_) >> x & 1 && is_add(log_[x]);
      if (adds && !late(x, all)) out |= Mask{1} << log_[x].target;
    }
    return out & ~removed(set);
  }
  // What is taken of everything else that the log holds, offered at once.
  [[nodiscard]] Mask offer(Mask log) const {
    const Mask all = removals(log);
    Mask out = log;
    for (std::size_t x = 0; x < log_.size(); ++x) {
      if ((log >> x & 1) != 0 || !born(x) || late(x, all) || forks(x, log)) continue;
      out |= log_[x].past | Mask{1} << x;
    }
    return out;
  }

 private:
  [[nodiscard]] bool forks(std::size_t x, Mask log) const {
    for (std::size_t y = 0; y < log_.size(); ++y) {
      const bool beside = (log & ~log_[x].past) >> y & 1;
      if (beside && log_[y].author == log_[x].author) return true;
    }
    return false;
  }

  const SmallLog& log_;
  Mask born_ = 0;
};

}  // namespace troth::circle::test
