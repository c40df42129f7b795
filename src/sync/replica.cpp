#include "sync/replica.hpp"

#include <algorithm>

namespace troth::sync {

Replica::Replica(SyncStore& store, const KeySource& keys, const Self& self)
    : store_(&store),
      keys_(&keys),
      self_(self),
      author_(author_of(self.device, self.incarnation)) {}

Result<Replica> Replica::open(SyncStore& store, const KeySource& keys, const Self& self) {
  Replica replica(store, keys, self);
  TROTH_CHECK(replica.load());
  return replica;
}

Result<> Replica::load() {
  TROTH_TRY(auto states, store_->load());
  for (auto& state : states) {
    clock_ = std::max(clock_, state.totals.hlc);
    if (marked(state.handle) && !state.totals.erasing) doubts_.insert(state.handle);
    if (!state.tails.empty()) uncounted_.insert(state.handle);
    categories_.emplace(state.id, Category{state.id, state.handle, state.totals,
                                           std::move(state.authors), std::move(state.tails)});
  }
  TROTH_TRY(newest_, store_->newest_batch());
  TROTH_TRY(const auto certificates, store_->certificates());
  for (const auto& encoded : certificates) {
    auto known = trusted_certificate(encoded);
    if (!known || known->body.circle != self_.circle) return fail(Errc::damaged);
    // A fork among stored ones was reported when the second came; the first stays the valid one.
    if (auto added = book_.add(std::move(*known)); !added && added.error().code != Errc::fork) {
      return fail(added.error());
    }
  }
  return {};
}

const Replica::Category* Replica::find(const CategoryId& category) const {
  const auto it = categories_.find(category);
  return it == categories_.end() ? nullptr : &it->second;
}

Replica::Category* Replica::find(const CategoryId& category) {
  const auto it = categories_.find(category);
  return it == categories_.end() ? nullptr : &it->second;
}

Result<Replica::Category*> Replica::writable(const CategoryId& category) {
  if (auto* in = find(category)) {
    if (in->totals.erasing) return fail(Errc::again);
    return in;
  }
  TROTH_TRY(const auto handle, store_->create_category(category));
  return &categories_.emplace(category, Category{category, handle, {}, {}, {}}).first->second;
}

std::vector<CategoryId> Replica::categories() const {
  std::vector<CategoryId> out;
  for (const auto& [id, in] : categories_) {
    if (!in.totals.erasing) out.push_back(id);
  }
  return out;
}

std::vector<CategoryId> Replica::erasing() const {
  std::vector<CategoryId> out;
  for (const auto& [id, in] : categories_) {
    if (in.totals.erasing) out.push_back(id);
  }
  return out;
}

Result<bool> Replica::erase(const CategoryId& category, std::size_t rows) {
  auto* in = find(category);
  if (in == nullptr) return true;
  if (!in->totals.erasing) {
    in->totals = {};
    in->totals.erasing = true;
    in->authors.clear();
    in->tails.clear();
    in->runs.reset();
    in->confirmed = false;
    doubts_.erase(in->handle);
    uncounted_.erase(in->handle);
    TROTH_CHECK(store_->put_totals(in->handle, in->totals));
  }
  cache_.clear();
  TROTH_TRY(const bool done, store_->erase_some(in->handle, std::max<std::size_t>(rows, 1)));
  if (done) categories_.erase(category);
  return done;
}

Vector Replica::vector(const CategoryId& category) const {
  Vector out;
  if (const auto* in = find(category)) {
    for (const auto& [author, state] : in->authors) {
      if (state.entry.counter > 0) out.emplace(author, state.entry);
    }
  }
  return out;
}

CategoryTotals Replica::totals(const CategoryId& category) const {
  const auto* in = find(category);
  return in == nullptr ? CategoryTotals{} : in->totals;
}

Vector Replica::whole(const CategoryId& category) const {
  Vector out;
  if (const auto* in = find(category)) {
    for (const auto& [author, state] : in->authors) {
      if (state.whole().counter > 0) out.emplace(author, state.whole());
    }
  }
  return out;
}

Vector Replica::sound(const CategoryId& category) const {
  Vector out;
  if (const auto* in = find(category)) {
    for (const auto& [author, state] : in->authors) {
      if (state.sound().counter > 0) out.emplace(author, state.sound());
    }
  }
  return out;
}

bool Replica::has_gaps(const CategoryId& category) const {
  const auto* in = find(category);
  return in != nullptr && std::any_of(in->authors.begin(), in->authors.end(),
                                      [](const auto& one) { return !one.second.gaps.empty(); });
}

bool Replica::has_lost(const CategoryId& category) const {
  const auto* in = find(category);
  return in != nullptr && std::any_of(in->authors.begin(), in->authors.end(), [](const auto& one) {
           return one.second.sound() != one.second.entry;
         });
}

RangeCursor Replica::ranges_for(const CategoryId& category, const Vector& theirs) const {
  return {category, missing(theirs, vector(category)), 0};
}

Result<std::optional<Bytes>> Replica::next_batch(RangeCursor& cursor) {
  const auto* in = find(cursor.category);
  while (in != nullptr && cursor.at < cursor.ranges.size()) {
    auto& range = cursor.ranges[cursor.at];
    if (range.from < range.to) {
      TROTH_TRY(auto stored, store_->batch_after(in->handle, range.author, range.from));
      // Withdrawn or cut meanwhile, or left out here: there is nothing more to send of this author.
      if (stored && stored->meta.first <= range.from + 1) {
        cursor.after = range.after;
        if (range.after) range.after = stored->meta.last;
        range.from = stored->meta.last;
        cursor.reached[range.author] = {stored->meta.last, stored->meta.chain};
        return std::optional<Bytes>(std::move(stored->sealed));
      }
    }
    ++cursor.at;
  }
  return std::optional<Bytes>{};
}

Result<Runs*> Replica::runs(Category& in) {
  if (!in.runs) {
    Runs read;
    TROTH_CHECK(store_->each_place(in.handle, [&](const BatchPlace& place) { read.add(place); }));
    in.runs = std::move(read);
  }
  return &*in.runs;
}

Result<Vector> Replica::chosen_vector(const CategoryId& category, const Vector& held,
                                      const Choice& choice) {
  Vector out;
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return out;
  TROTH_TRY(const auto* read, runs(*in));
  for (const auto& [author, entry] : held) {
    if (const auto newest = read->newest(author, entry, choice)) out.emplace(author, *newest);
  }
  return out;
}

Result<RangeCursor> Replica::chosen_ranges(const CategoryId& category, const Vector& theirs,
                                           const Choice& choice) {
  RangeCursor out{category, {}, 0};
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return out;
  TROTH_TRY(const auto* read, runs(*in));
  for (const auto& [author, state] : in->authors) {
    const auto it = theirs.find(author);
    read->append_ranges(author, it == theirs.end() ? 0 : it->second.counter, choice, out.ranges);
  }
  return out;
}

}  // namespace troth::sync
