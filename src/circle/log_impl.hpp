// What a Log is made of. Private to src/circle.
#pragma once

#include <deque>

#include "circle/folder.hpp"

namespace troth::circle {

struct HeldData {
  Entry entry;
  Reason reason = Reason::ok;
  DeviceId author;
};

struct Log::Impl {
  explicit Impl(VerifyFn verify) : state(verify) {}

  State state;
  CircleView view;
  std::map<EntryId, HeldData> held;
  std::deque<EntryId> held_order;  // oldest first

  // released: gains the ids that had to make room. True: it was not held yet.
  bool hold(const EntryId& id, Entry entry, Reason reason, std::vector<EntryId>& released);
  [[nodiscard]] bool unhold(const EntryId& id);
  [[nodiscard]] EntryId least_held() const;
  [[nodiscard]] Node in_log(const EntryId& id) const;
  [[nodiscard]] Scope scope() const { return Scope(state, state.log); }
};

// One offer, judged whole against the log as it was (rule 4.4). Admission.cpp.
class Admission {
 public:
  explicit Admission(Log::Impl& log) : log_(log), base_(static_cast<Node>(log.state.size())) {}
  [[nodiscard]] OfferResult run(std::span<const Entry> entries);

 private:
  void collect(std::span<const Entry> entries);
  void add(Entry entry);
  void push_all();
  [[nodiscard]] bool push_ready(const EntryId& id);
  void judge();
  [[nodiscard]] Reason judge_one(Node node, const Scope& scope) const;
  [[nodiscard]] bool forks(Node node) const;
  void hold_branches();
  void settle();
  void report_missing();

  struct Pending {
    Decoded in;
    std::vector<Entry> copies;     // of the same body: an id does not say how it is signed
    std::vector<EntryId> waiting;  // parents that are pending too
    std::vector<EntryId> missing;
  };

  Log::Impl& log_;
  Node base_;
  std::map<EntryId, Pending> pending_;
  std::map<EntryId, std::vector<EntryId>> children_;
  std::vector<EntryId> ready_;
  std::vector<Reason> verdicts_;  // of base_ and on
  std::vector<bool> taken_;
  OfferResult result_;
};

}  // namespace troth::circle
