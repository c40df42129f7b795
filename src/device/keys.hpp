// KeyDesk: every use of a long-term key leaves as an effect with a ticket and comes back later;
// what happens then is the callback of whoever asked.
#pragma once

#include "device/core.hpp"

namespace troth::device {

class KeyDesk {
 public:
  using Done = std::function<void(Result<SecretBytes>)>;
  explicit KeyDesk(Core& core) : core_(core) {}

  void ask(KeyRequest request, Ticket command, Done done);
  // False when the ticket is not one of ours.
  bool answer(Ticket ticket, const KeyAnswer& answer);

 private:
  Core& core_;
  std::map<Ticket, Done> waiting_;
};

}  // namespace troth::device
