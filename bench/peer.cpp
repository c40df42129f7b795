// The second process of a gate: opens its home, connects, says yes to offers, notes what it sees.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
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

// The count last: who reads it finds the others as of then.
void tell_folder(Board& board, Side& side) {
  for (const auto& one : must(side.pump().query(StatusQuery{}), "status").folders) {
    if (!one.scanned) continue;
    board.files_waiting = one.waiting;
    board.folder_ready = 1;
    board.files = one.files;
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

int run_peer(const std::string& home, const std::string& board_file, const std::string& port,
             const std::string& folder) {
  const SharedBoard board(board_file, false);
  Side side(home);
  std::set<EntryId> accepted;
  side.on = [&](const Event& event) { saw(*board, side, accepted, event); };
  side.open();
  mark_memory();  // the peak counts from here
  board->rss_kib = rss_kib();
  board->ready_ns = wall_ns();
  side.submit(ConnectDevice{side.device(false).device, "127.0.0.1:" + port});
  board->connect_ns = wall_ns();
  if (!folder.empty()) {
    const auto categories = must(side.pump().query(CategoriesQuery{}), "categories");
    side.submit(AddFolder{categories.front().category, folder});
  }
  std::uint64_t next = 0;
  side.wait(1'800'000, [&] {
    if (!folder.empty() && wall_ns() >= next) {
      next = wall_ns() + 5'000'000;
      tell_folder(*board, side);
    }
    return board->stop != 0;
  });
  board->peak_kib = peak_kib();
  side.close();
  return 0;
}

}  // namespace troth::bench
