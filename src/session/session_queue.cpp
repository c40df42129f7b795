// Session: what waits for the control stream, and how much of it may (spec 09 §5). Whatever can be
// made when there is room is made then, so that a peer that asks and does not read costs nothing.
#include "session/session.hpp"

namespace troth::session {

using channel::StreamClass;

void Session::tell(Bytes message) {
  control_bytes_ += message.size() + limits::kMessageCharge;
  control_.push_back(std::move(message));
}

// Heads that nobody has read yet are no news: the newest stand in their place.
void Session::tell_heads(std::vector<EntryId> own) {
  told_heads_ = std::move(own);
  constexpr auto kHeads = static_cast<std::uint8_t>(MessageType::heads);
  const bool waits =
      !control_.empty() && !control_.back().empty() && control_.back().front() == kHeads;
  if (waits) {
    control_bytes_ -= control_.back().size() + limits::kMessageCharge;
    control_.pop_back();
  }
  tell(pack(MessageType::heads, Heads{told_heads_}));
}

// One answer at a time: who asks again before it has the whole of it, asks for what is coming. An
// empty message keeps its place, so that heads which are told later arrive behind it.
void Session::begin_answer(const std::vector<EntryId>& have) {
  if (answer_) return;
  answer_ = Answer{};
  for (const auto& stored : host_.log().missing_for(have)) answer_->entries.push_back(stored.id);
  tell({});
}

// The next message of the answer. It ends below what a receiver takes in one offer; who lacks more
// asks again with the heads that it has then.
Bytes Session::answer_more() {
  Entries part;
  std::size_t size = 0;
  for (auto& at = answer_->at; at < answer_->entries.size(); ++at) {
    const auto* entry = host_.log().entry(answer_->entries[at]);
    if (entry == nullptr) continue;
    const std::size_t bytes = entry->body.size() + 80;
    if (!part.entries.empty() && (size + bytes > limits::kEntriesMessageBytes ||
                                  part.entries.size() == limits::kEntriesPerMessage)) {
      break;
    }
    part.entries.push_back(*entry);
    size += bytes;
  }
  answer_->bytes += size;
  part.last = answer_->at == answer_->entries.size() || answer_->bytes >= limits::kAnswerBytes;
  if (part.last) answer_.reset();
  return pack(MessageType::entries, part);
}

// What was found missing, however often, is asked for once, from what is held by then.
void Session::ask_for_missing() {
  while (control_.empty() && !resync_due_.empty()) {
    const auto category = *resync_due_.begin();
    resync_due_.erase(resync_due_.begin());
    if (!out_.contains(category)) continue;  // consent moved on
    tell(pack(MessageType::resync, Resync{sync::to_wire(category, host_.claimed(category))}));
  }
}

bool Session::queue_next_control() {
  if (!channel_.can_queue(StreamClass::control)) return false;
  if (control_.empty()) ask_for_missing();
  if (control_.empty()) return false;
  const auto& next = control_.front();
  if (!channel_.queue(StreamClass::control, next.empty() ? answer_more() : next)) return false;
  if (next.empty() && answer_) return true;
  control_bytes_ -= next.size() + limits::kMessageCharge;
  control_.pop_front();
  return true;
}

}  // namespace troth::session
