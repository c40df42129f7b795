#include "device/keys.hpp"

namespace troth::device {

void KeyDesk::ask(KeyRequest request, Ticket command, Done done) {
  if (waiting_.size() >= limits::kKeyOperations) return done(fail(Errc::limit));
  const Ticket ticket{core_.next_ticket()};
  waiting_.emplace(ticket, std::move(done));
  core_.out_.request(PerformKeyOperation{ticket, std::move(request), command});
}

bool KeyDesk::answer(Ticket ticket, const KeyAnswer& answer) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return false;
  const Done done = std::move(found->second);
  waiting_.erase(found);
  if (answer.ok) {
    done(SecretBytes(answer.output));
  } else {
    done(fail(answer.code));
  }
  return true;
}

}  // namespace troth::device
