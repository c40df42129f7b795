// Gates of two processes that talk over loopback, each as a daemon runs its engine.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "bench/device.hpp"
#include "bench/gates.hpp"
#include "bench/other_process.hpp"
#include "bench/scratch.hpp"
#include "bench/side.hpp"

namespace troth::bench {

namespace {

constexpr std::size_t kValue = 256;
constexpr std::size_t kPerCommand = 256;

PutItem numbered(const CategoryId& category, std::uint64_t number) {
  PutItem put;
  put.category = category;
  Bytes id;
  append_be64(id, 1'800'000'000'000u << 16);
  append_be64(id, number);
  put.item = *id_from<ItemId>(id);
  put.fields.push_back({"body", Bytes(kValue, static_cast<std::uint8_t>(number * 31))});
  return put;
}

// When the number became visible over there; 0: not yet.
std::uint64_t when(const std::atomic<std::uint64_t>& count, const Sample* samples,
                   std::uint64_t number) {
  const auto seen = count.load(std::memory_order_acquire);
  for (std::uint64_t i = seen > kSamples ? seen - kSamples : 0; i < seen; ++i) {
    if (samples[i % kSamples].number == number) return samples[i % kSamples].ns;
  }
  return 0;
}

double ms(std::uint64_t from, std::uint64_t to) {
  return to > from ? static_cast<double>(to - from) / 1e6 : 0;
}

double fsync_ms(const std::string& folder) {
  std::vector<double> values;
  const int fd = ::open((folder + "/fsync").c_str(), O_RDWR | O_CREAT, 0600);
  const Bytes page(4096, 1);
  for (int i = 0; fd >= 0 && i < 50; ++i) {
    const auto start = wall_ns();
    if (::pwrite(fd, page.data(), page.size(), 0) < 0 || ::fdatasync(fd) != 0) break;
    values.push_back(ms(start, wall_ns()));
  }
  ::close(fd);
  return percentile(values, 0.5);
}

// Somebody types: one field, a pause, again.
void edit_visible(Report& report, const Options& options, Side& side, Peer& peer,
                  const CategoryId& category) {
  std::vector<double> values;
  for (std::uint64_t i = 1; i <= (options.quick ? 20u : 300u); ++i) {
    const auto number = 1'000'000 + i;
    const auto start = wall_ns();
    side.submit(numbered(category, number));
    const auto& board = peer.board();
    const auto seen = [&] { return when(board.item_count, board.item, number) != 0; };
    if (!side.wait(5'000, seen)) give_up("an edit did not become visible");
    values.push_back(ms(start, when(board.item_count, board.item, number)));
    side.wait(20 + i % 17, [] { return false; });
  }
  report.row("edit_visible.p50", percentile(values, 0.5), "ms", Bound::at_most, 10, Scaled::speed);
  report.row("edit_visible.p99", percentile(values, 0.99), "ms", Bound::at_most, 60, Scaled::speed);
}

// Edits stream; consent is taken back; how long do they still arrive?
void withdraw(Report& report, const Options& options, Side& side, Peer& peer,
              const CategoryId& category) {
  std::vector<double> values;
  std::uint64_t number = 2'000'000;
  const auto other = side.device(false).device;
  auto& board = peer.board();
  const auto stream = [&](std::uint64_t for_ms) {
    const auto end = wall_ns() + for_ms * 1'000'000;
    while (wall_ns() < end) {
      side.submit(numbered(category, ++number));
      side.wait(1, [] { return false; });
    }
  };
  for (int round = 0; round < (options.quick ? 3 : 20); ++round) {
    // Who was shut out waits for a key and fetches everything anew: live is what comes after that.
    side.submit(numbered(category, ++number));
    const auto there = [&] { return when(board.item_count, board.item, number) != 0; };
    if (!side.wait(30'000, there)) give_up("nothing arrives");
    side.wait(300, [] { return false; });
    const auto before = board.items.load();
    stream(200);
    if (!side.wait(10'000, [&] { return board.items > before; })) give_up("nothing arrives");
    const auto start = wall_ns();
    side.submit(WithdrawConsent{category, other});
    stream(300);
    values.push_back(ms(start, board.last_item_ns));
    const auto offers = board.offers.load();
    side.submit(GrantConsent{other, ShareTerms{category}});
    if (!side.wait(10'000, [&] { return board.offers > offers; }))
      give_up("the new offer did not arrive");
    side.wait(200, [] { return false; });
  }
  report.info("withdraw.p50", percentile(values, 0.5), "ms");
  report.row("withdraw.p99", percentile(values, 0.99), "ms", Bound::at_most, 20, Scaled::speed);
}

}  // namespace

void live(Report& report, const Options& options) {
  const Scratch scratch;
  CategoryId category;
  {
    Pair pair(scratch.path());
    use_present(pair);
    pair.init();
    pair.join();
    pair.run(3000);
    category = pair.category;
  }
  Side side(scratch.path() + "/a");
  side.open();
  Peer peer(scratch.path() + "/b", scratch.path(), side.port());
  peer.wait_connected(side);
  report.info("fsync.p50", fsync_ms(scratch.path()), "ms");
  edit_visible(report, options, side, peer, category);
  withdraw(report, options, side, peer, category);
}

namespace {

// A home with many items, sealed; as an import makes it.
void fill(Report& report, Pair& pair, std::size_t items) {
  const auto start = wall_ns();
  for (std::uint64_t at = 0; at < items; at += kPerCommand) {
    PutItems put;
    for (std::uint64_t i = 0; i < kPerCommand; ++i)
      put.items.push_back(numbered(pair.category, at + i));
    pair.submit(pair.a, std::move(put));
    pair.a.settle(pair.now);
    pair.now.mono.ms += 1;
    pair.now.wall.ms += 1;
    pair.a.engine().tick(pair.now);
    pair.a.settle(pair.now);
    pair.a.events.clear();
  }
  const auto sealed = [&pair] {
    const auto drafts = must(pair.a.engine().query(StatusQuery{}, pair.now), "status").drafts;
    return std::all_of(drafts.begin(), drafts.end(),
                       [](const auto& cls) { return cls.items == 0; });
  };
  while (!sealed()) {
    pair.now.mono.ms += 20;
    pair.now.wall.ms += 20;
    pair.a.engine().tick(pair.now);
    pair.a.settle(pair.now);
  }
  report.info("bootstrap.fill",
              static_cast<double>(items) * 1e9 / static_cast<double>(wall_ns() - start), "ops/s");
}

}  // namespace

void bootstrap(Report& report, const Options& options) {
  const Scratch scratch;
  const auto items = options.items() / kPerCommand * kPerCommand;
  {
    Pair pair(scratch.path());
    use_present(pair);
    pair.init();
    pair.join();
    pair.run(3000);
    pair.disconnect();
    pair.b.close();
    fill(report, pair, items);
  }
  auto start = wall_ns();
  Side side(scratch.path() + "/a");
  side.open();
  report.row("cold_start", ms(start, wall_ns()), "ms", Bound::at_most, 500, Scaled::speed);

  Peer peer(scratch.path() + "/b", scratch.path(), side.port());
  auto& board = peer.board();
  peer.wait_connected(side);
  std::vector<std::uint64_t> sent;
  auto next = wall_ns();
  const auto self = side.device(true).device;
  const bool all = side.wait(120'000, [&] {
    if (wall_ns() >= next) {  // control frames meanwhile
      next = wall_ns() + 100'000'000;
      sent.push_back(wall_ns());
      side.submit(RenameDevice{self, "t" + std::to_string(sent.back())});
    }
    return board.items >= items;
  });
  const std::uint64_t from = board.connect_ns;
  const double seconds = ms(from, board.last_item_ns) / 1e3;
  side.wait(500, [] { return false; });
  peer.stop();
  if (!all) return report.failed("bootstrap", "not all items came within two minutes");
  report.row("bootstrap.all", seconds, "s", Bound::at_most, 10, Scaled::speed);
  report.row("bootstrap.first", ms(from, board.first_item_ns), "ms", Bound::at_most, 300,
             Scaled::speed);
  report.row("bootstrap.memory", static_cast<double>(board.peak_kib - board.rss_kib) / 1024, "MiB",
             Bound::at_most, 48, Scaled::exact);
  std::vector<double> values;
  for (const auto at : sent) {
    const auto seen = when(board.name_count, board.name, at);
    if (seen != 0 && at < board.last_item_ns) values.push_back(ms(at, seen));
  }
  if (values.empty())
    return report.failed("control_latency", "no name arrived during the transfer");
  report.info("control_latency.samples", static_cast<double>(values.size()), "");
  report.row("control_latency.p99", percentile(values, 0.99), "ms", Bound::at_most, 100,
             Scaled::speed);
}

}  // namespace troth::bench
