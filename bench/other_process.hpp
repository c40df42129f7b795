// The other process of a gate: started, watched and ended by this one.
#pragma once

#include <string>

#include "bench/board.hpp"
#include "bench/device.hpp"
#include "bench/side.hpp"
#include "shell/os/clock.hpp"

namespace troth::bench {

// A real device's clock: homes are made in the present, because the daemons read the system's.
inline void use_present(Pair& pair) { pair.now = shell::os_now(); }

class Peer {
 public:
  Peer(const std::string& home, const std::string& scratch, std::uint16_t port,
       const std::string& folder = "");
  ~Peer() { stop(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  void stop();
  void wait_connected(Side& side);
  [[nodiscard]] Board& board() { return *board_; }

 private:
  SharedBoard board_;
  int pid_ = -1;
};

}  // namespace troth::bench
