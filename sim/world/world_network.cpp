// World: the network between devices, and what happens to what they send.
#include <algorithm>

#include "crypto/hash.hpp"
#include "sim/world/world.hpp"

namespace troth::sim {

namespace {

constexpr std::size_t kRecordedMax = 4096;

}  // namespace

void World::dial(SimDevice& from, const Dial& dial) {
  const auto found = std::find_if(devices_.begin(), devices_.end(),
                                  [&](const auto& d) { return d->name == dial.address; });
  const auto life = from.life;
  after(1 + rng_.below(chances_.delay_ms + 1),
        [this, &from, life, dial, target = found == devices_.end() ? nullptr : found->get()] {
          if (!from.lives(life)) return;
          if (target == nullptr || !target->up() || apart(from, *target)) {
            from.engine->dial_failed(dial.attempt, at(from));
            return settle(from);
          }
          const auto index = pipes_.size();
          Pipe pipe;
          pipe.ends[0] = &from;
          pipe.ends[1] = target;
          pipe.ids[1] = target->engine->connected({false, 0, from.name}, at(*target));
          pipe.ids[0] = from.engine->connected({true, dial.attempt, target->name}, at(from));
          pipes_.push_back(pipe);
          by_conn_[{target, pipe.ids[1]}] = {index, 1};
          by_conn_[{&from, pipe.ids[0]}] = {index, 0};
          settle(*target);
          settle(from);
        });
}

bool World::apart(const SimDevice& a, const SimDevice& b) const {
  return partitions_.contains({std::min(a.name, b.name), std::max(a.name, b.name)});
}

void World::set_partition(SimDevice& a, SimDevice& b, bool apart_) {
  const std::pair key{std::min(a.name, b.name), std::max(a.name, b.name)};
  if (!apart_) {
    partitions_.erase(key);
    return;
  }
  partitions_.insert(key);
  count(Injected::partition);
  for (std::size_t i = 0; i < pipes_.size(); ++i) {
    const bool hit = pipes_[i].open && apart(*pipes_[i].ends[0], *pipes_[i].ends[1]);
    if (hit) close_pipe(i);
  }
}

void World::send(std::size_t index, int from, Bytes bytes) {
  trace_ = crypto::sha256({trace_.bytes, bytes});
  if (recorded_.size() < kRecordedMax) recorded_.push_back(bytes);
  auto& pipe = pipes_[index];
  const int to = 1 - from;
  const auto passage = on_chunk_ ? on_chunk_(*pipe.ends[from], bytes) : Passage{bytes.size()};
  bytes.resize(std::min(bytes.size(), passage.bytes));
  if (rng_.chance(chances_.cut)) {
    count(Injected::cut);
    after(1, [this, index] { close_pipe(index); });
    return;
  }
  if (rng_.chance(chances_.loss)) return count(Injected::loss);
  if (rng_.chance(chances_.corrupt)) {
    bytes[rng_.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << rng_.below(8));
    count(Injected::corrupt);
  }
  const auto wait = 1 + rng_.below(chances_.delay_ms + 1);
  if (chances_.delay_ms > 5) count(Injected::delay);
  std::uint64_t when = now_.ms + wait;
  if (rng_.chance(chances_.reorder)) {
    count(Injected::reorder);
  } else {
    when = std::max(when, pipe.ready_at[to]);
    pipe.ready_at[to] = when;
  }
  const bool twice = rng_.chance(chances_.duplicate);
  if (twice) count(Injected::duplicate);
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    after(when - now_.ms, [this, index, to, bytes] { arrive(index, to, bytes); });
  }
  if (passage.cut) after(when - now_.ms + 1, [this, index] { close_pipe(index); });
}

void World::arrive(std::size_t index, int to, const Bytes& bytes) {
  if (!pipes_[index].open) return;
  auto& device = *pipes_[index].ends[to];
  append(pipes_[index].backlog[to], bytes);
  while (device.up() && pipes_[index].open && !pipes_[index].backlog[to].empty()) {
    const Bytes waiting = pipes_[index].backlog[to];
    const auto taken = device.engine->receive(pipes_[index].ids[to], waiting, at(device));
    const auto size = taken ? *taken : waiting.size();
    auto& backlog = pipes_[index].backlog[to];
    backlog.erase(backlog.begin(), backlog.begin() + static_cast<std::ptrdiff_t>(size));
    settle(device);
    if (size == 0) break;
  }
}

void World::close_pipe(std::size_t index) {
  if (!pipes_[index].open) return;
  pipes_[index].open = false;
  for (int end = 0; end < 2; ++end) {
    auto* device = pipes_[index].ends[end];
    by_conn_.erase({device, pipes_[index].ids[end]});
    if (!device->up()) continue;
    device->engine->closed(pipes_[index].ids[end], at(*device));
    settle(*device);
  }
}

}  // namespace troth::sim
