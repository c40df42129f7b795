// The second process of a gate: opens its home, connects, says yes to offers, notes what it sees.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "bench/board.hpp"
#include "bench/side.hpp"

namespace troth::bench {

SharedBoard::SharedBoard(const std::string& file, bool create) {
  const int fd = ::open(file.c_str(), create ? O_RDWR | O_CREAT : O_RDWR, 0600);
  if (fd < 0 || (create && ::ftruncate(fd, sizeof(Board)) != 0)) give_up("no shared page");
  void* at = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (at == MAP_FAILED) give_up("no shared page");
  board_ = static_cast<Board*>(at);
}
SharedBoard::~SharedBoard() { ::munmap(board_, sizeof(Board)); }

namespace {

std::uint64_t status_kib(const std::string& key) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(key, 0) == 0) return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10);
  }
  return 0;
}

void note(std::atomic<std::uint64_t>& count, Sample* samples, std::uint64_t number) {
  const auto at = count.load(std::memory_order_relaxed);
  samples[at % kSamples] = {number, wall_ns()};
  count.store(at + 1, std::memory_order_release);
}

// This device's person says yes to everything, once.
void accept_offers(Board& board, Side& side, std::set<EntryId>& accepted) {
  for (const auto& offer : must(side.pump().query(OffersQuery{}), "offers")) {
    if (!accepted.insert(offer.offer).second) continue;
    side.submit(AcceptOffer{offer.offer, {}});
    ++board.offers;
  }
}

void saw(Board& board, Side& side, std::set<EntryId>& accepted, const Event& event) {
  if (const auto* item = std::get_if<ItemChanged>(&event)) {
    const auto now = wall_ns();
    if (board.items.fetch_add(1) == 0) board.first_item_ns = now;
    board.last_item_ns = now;
    note(board.item_count, board.item, read_be(ByteView(item->item.bytes).subspan(8)));
  } else if (const auto* peer = std::get_if<PeerChanged>(&event)) {
    board.connected = peer->connected ? 1 : 0;
  } else if (std::holds_alternative<CircleChanged>(event)) {
    accept_offers(board, side, accepted);
    const auto name = side.device(false).name;
    if (name.rfind("t", 0) == 0)
      note(board.name_count, board.name, std::strtoull(name.c_str() + 1, nullptr, 10));
  }
}

}  // namespace

int run_peer(const std::string& home, const std::string& board_file, const std::string& port) {
  const SharedBoard board(board_file, false);
  Side side(home);
  std::set<EntryId> accepted;
  side.on = [&](const Event& event) { saw(*board, side, accepted, event); };
  side.open();
  board->rss_kib = status_kib("VmRSS:");
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from here
  board->ready_ns = wall_ns();
  side.submit(ConnectDevice{side.device(false).device, "127.0.0.1:" + port});
  board->connect_ns = wall_ns();
  side.wait(600'000, [&] { return board->stop != 0; });
  board->peak_kib = status_kib("VmHWM:");
  side.close();
  return 0;
}

}  // namespace troth::bench
