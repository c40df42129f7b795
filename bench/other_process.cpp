#include "bench/other_process.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace troth::bench {

Peer::Peer(const std::string& home, const std::string& scratch, std::uint16_t port,
           const std::string& folder)
    : board_(scratch + "/board", true) {
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto file = scratch + "/board";
  const auto text = std::to_string(port);
  pid_ = ::fork();
  if (pid_ < 0) give_up("fork");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no process outlives a gate that gave up
  ::execl(self.c_str(), self.c_str(), "--peer", home.c_str(), file.c_str(), text.c_str(),
          folder.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

void Peer::stop() {
  if (pid_ <= 0) return;
  board_->stop = 1;
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Peer::wait_connected(Side& side) {
  if (!side.wait(30'000, [&] { return board_->connected == 1; }))
    give_up("the two processes did not connect");
}

}  // namespace troth::bench
