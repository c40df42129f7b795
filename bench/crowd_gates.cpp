// Gates of many categories and devices: connecting with nothing to do, new keys for all.
#include "base/limits.hpp"
#include "bench/device.hpp"
#include "bench/gates.hpp"
#include "bench/scratch.hpp"

namespace troth::bench {

namespace {
constexpr std::size_t kMany = 20;

void connect_again(Pair& pair) {
  for (int tries = 0; tries < 600 && !pair.connected(); ++tries) pair.run(100);
  if (!pair.connected()) give_up("the devices did not connect again");
}
}  // namespace

// Bytes both ways, from the accepted connection until both know that all is equal.
void idle_reconnect(Report& report, const Options&) {
  const Scratch scratch;
  Pair pair(scratch.path());
  pair.init(kMany);
  pair.join();
  pair.run(60'000);
  pair.disconnect();
  pair.bytes = 0;
  connect_again(pair);
  pair.run(5000);
  report.row("idle_reconnect", static_cast<double>(pair.bytes), "B", Bound::at_most, 700,
             Scaled::exact);
}

namespace {
constexpr std::size_t kItems = 1024;

// Something to seal again, if anything were sealed again.
void put_items(Pair& pair) {
  PutItems put;
  for (std::size_t i = 0; i < kItems; ++i) {
    PutItem one;
    one.category = pair.categories[i % pair.categories.size()];
    append_be64(one.fields.emplace_back(FieldValue{"body", Bytes(256)}).value, i);
    one.item.bytes[15] = static_cast<std::uint8_t>(i);
    one.item.bytes[14] = static_cast<std::uint8_t>(i >> 8);
    put.items.push_back(std::move(one));
    if (put.items.size() < 256) continue;
    pair.submit(pair.a, std::move(put));
    put.items.clear();
    pair.run(100);
  }
  pair.run(10'000);
}
}  // namespace

// CPU of the device that makes the keys, from the command to its answer; then what the keys cost on
// the way to a device that has all the items.
void rotation(Report& report, const Options& options) {
  const Scratch scratch;
  Pair pair(scratch.path());
  pair.init(kMany);
  pair.join();
  const int devices = options.quick ? 4 : 16;
  for (int number = 3; number <= devices; ++number) pair.another(number);
  pair.run(limits::kUnforcedRotationMs);  // sooner a category gets no second key
  put_items(pair);
  pair.a.events.clear();
  const auto before = pair.bytes;
  const auto start = cpu_ns();
  pair.submit(pair.a, RotateKeys{});
  pair.a.settle(pair.now);
  const auto spent = static_cast<double>(cpu_ns() - start) / 1e6;
  pair.expect<Done>(pair.a, "new keys");
  pair.run(10'000);
  report.row("rotation.cpu", spent, "ms", Bound::at_most, 100, Scaled::speed);
  // The keys of all, and no item: those are four times as long as this.
  report.row("rotation.bytes", static_cast<double>(pair.bytes - before), "B", Bound::at_most,
             kItems * 256 / 4, Scaled::exact);
}

}  // namespace troth::bench
