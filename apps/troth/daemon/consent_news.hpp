// What changed in consent, in the words of `troth events`: it begins, it is taken back, its time is
// over. Ends by time come without any entry of the circle, so the next end is waited for as well.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "apps/troth/daemon/book.hpp"
#include "shell/pump/pump.hpp"

namespace troth::app {

class ConsentNews {
 public:
  void changed() { look_ = true; }  // something of the circle
  void forget();                    // nothing is known any more: the next look tells nothing
  [[nodiscard]] std::vector<GrantInfo> news(WallMs now, shell::Pump& pump);

 private:
  std::map<std::string, GrantState> known_;  // by id of the grant
  bool first_ = true;
  bool look_ = true;
  std::optional<std::uint64_t> next_end_ms_;
};

[[nodiscard]] Json consent_event(const GrantInfo& grant, const Book& book);

}  // namespace troth::app
