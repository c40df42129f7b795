// One entry that came without its past, judged as far as this log can tell (rule 4.4). Nothing is
// taken in by it.
#include <algorithm>

#include "circle/birth.hpp"
#include "circle/log_impl.hpp"

namespace troth::circle {
namespace {

// (ii) Does the author have an entry here that is not in this one's past? Its past is known where
// the author's previous entry is; where that one is news too, nothing can be said.
bool forks(const State& state, const EntryBody& body) {
  Cone own;
  if (body.prev) {
    const Node prev = state.find(*body.prev);
    if (prev == kNoNode) return false;
    own = state.closure(prev);
  }
  const auto& branches = state.device(body.author)->branches;
  return std::any_of(branches.begin(), branches.end(), [&](std::uint32_t b) {
    const auto count = state.log.count(b);
    return count > 0 && !state.in(own, state.branch(b)[count - 1]);
  });
}

Reason against(const State& state, const Decoded& in) {
  const Scope here(state, state.log);
  const auto& author = in.body.author;
  if (!here.known(author)) return Reason::author_unknown;
  if (!state.verify_alone(in)) return Reason::bad_signature;
  if (here.removed(author)) return Reason::author_removed_here;
  if (const Reason r = may_write(here, author, in.body.at, in.payload); r != Reason::ok) return r;
  return forks(state, in.body) ? Reason::fork : Reason::ok;
}

}  // namespace

Reason Log::judge_alone(const Entry& entry) const {
  const auto in = decode_entry(entry);
  const bool ours = in && in->body.circle == circle() && in->body.kind != Kind::genesis;
  return ours ? against(impl_->state, *in) : Reason::malformed;
}

}  // namespace troth::circle
