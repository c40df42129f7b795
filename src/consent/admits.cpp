#include "consent/admits.hpp"

#include <algorithm>

namespace troth::consent {
namespace {

using circle::CircleView;
using circle::CutInfo;

// The highest of what the ending entry states and what live holders had applied before (rule 10).
// Where several say different things of one place, none of them is in the way of another's batch.
Bound effective(const CutInfo& cut, const BatchClaims& claims) {
  Bound out{cut.stated.counter, cut.stated.chain};
  if (cut.strict) return out;
  for (const auto& raise : cut.raises) {
    const bool same = raise.counter == out.counter && raise.counter == claims.last;
    if (raise.counter > out.counter || (same && raise.chain == claims.chain))
      out = {raise.counter, raise.chain};
  }
  return out;
}

// Of two bounds at one place, the one that the batch does not keep to counts: all must be kept to.
bool tighter(const Bound& a, const Bound& b, const BatchClaims& claims) {
  if (a.counter != b.counter) return a.counter < b.counter;
  return a.counter == claims.last && a.chain != claims.chain;
}

std::optional<Bound> lowest(const std::vector<CutInfo>& cuts, const BatchClaims& claims) {
  std::optional<Bound> out;
  for (const auto& cut : cuts) {
    const auto bound = effective(cut, claims);
    if (!out || tighter(bound, *out, claims)) out = bound;
  }
  return out;
}

Admission below(const BatchClaims& claims, const std::optional<Bound>& bound) {
  if (!bound) return {Admit::accept, {}, std::nullopt};
  if (claims.last > bound->counter) return {Admit::park, Errc::above_cut, bound};
  if (claims.last == bound->counter && claims.chain != bound->chain) {
    return {Admit::park, Errc::bad_chain, bound};
  }
  return {Admit::accept, {}, bound};
}

}  // namespace

Admission admits(const BatchClaims& claims, const CircleView& view) {
  if (claims.heads.empty() || claims.first == 0 || claims.last < claims.first) {
    return {Admit::refuse, Errc::bad_value, {}};
  }
  if (claims.category == circle::kControl) return {Admit::refuse, Errc::unknown_category, {}};
  if (!view.knows(claims.heads)) return {Admit::hold, Errc::held, {}};
  if (view.data_stopped()) return {Admit::hold, Errc::unsupported, {}};
  if (view.epoch(claims.category, claims.epoch) == nullptr) return {Admit::hold, Errc::no_key, {}};
  if (!view.send_grant_active_at(claims.device, claims.category, claims.heads)) {
    return {Admit::refuse, Errc::no_grant, {}};
  }
  return below(
      claims,
      lowest(view.cuts(claims.category, claims.device, claims.author, claims.heads), claims));
}

}  // namespace troth::consent
