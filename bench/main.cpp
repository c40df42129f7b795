// troth-bench: prints every gate of design 14 that exists. Exit 1 when a gate is missed or broke, 2
// when nothing could be measured. Never part of the tests: a busy machine must not fail a build.
#include <cstdio>
#include <cstring>

#include "bench/board.hpp"
#include "bench/gates.hpp"
#include "shell/os/memory.hpp"

namespace troth::bench {

namespace {

const Gate kGates[] = {
    {"seal_cpu", "seal 64 ops of 256 B, CPU", seal_cpu},
    {"edit_to_sealed", "64 edits to one durable batch", edit_to_sealed},
    {"open_merge_store", "take in batches over a million items; bytes on the disk",
     open_merge_store},
    {"pairing", "a whole pairing, CPU of both sides", pairing},
    {"session", "connect and find nothing to do, CPU of both sides", session},
    {"idle", "wake-ups and CPU of a connected device", idle},
    {"idle_daemon", "the same of two daemons, as the kernel counts it", idle_daemon},
    {"fold", "10,000 log entries, then one more", fold},
    {"core_size", "the stripped core library", core_size},
    {"live", "edit_visible and withdraw between two processes", live},
    {"bootstrap", "cold_start, a million items to a new device, control_latency meanwhile",
     bootstrap},
    {"idle_reconnect", "bytes to find twenty categories equal", idle_reconnect},
    {"rotation", "new keys of twenty categories for sixteen devices", rotation},
    {"file_bulk", "one file of 512 MiB to another device's folder; memory of both", file_bulk},
    {"file_small", "5,000 small files", file_small},
    {"file_insert", "one byte into the middle of a file of 256 MiB", file_insert},
    {"file_flat", "1 GiB; memory of both", file_flat},
};

int usage() {
  std::fputs("troth-bench [--list] [--quick] [--gate NAME]...\n", stderr);
  return 2;
}

int list() {
  for (const auto& gate : kGates) std::printf("%-18s %s\n", gate.name, gate.what);
  return 0;
}

int run(const Options& options, const std::vector<std::string>& wanted) {
  Report report;
  std::puts("gate, value, unit, target, ok, cal");
  report.set_cal(calibrate(report));
  for (const auto& gate : kGates) {
    bool chosen = wanted.empty();
    for (const auto& name : wanted) chosen = chosen || name == gate.name;
    if (!chosen) continue;
    try {
      gate.run(report, options);
    } catch (const Broken& broken) {
      report.failed(gate.name, broken.what());
    }
  }
  if (report.missed().empty()) return 0;
  std::fputs("missed:", stdout);
  for (const auto& gate : report.missed()) std::printf(" %s", gate.c_str());
  std::puts(options.quick ? " (quick numbers are no verdict)" : "");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  shell::tune_heap();
  if (argc == 6 && std::strcmp(argv[1], "--peer") == 0)
    return run_peer(argv[2], argv[3], argv[4], argv[5]);
  Options options;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--list") return list();
    if (word == "--quick") {
      options.quick = true;
    } else if (word == "--gate" && i + 1 < argc) {
      wanted.emplace_back(argv[++i]);
      bool known = false;
      for (const auto& gate : kGates) known = known || wanted.back() == gate.name;
      if (!known) return usage();
    } else {
      return usage();
    }
  }
  return run(options, wanted);
}

}  // namespace troth::bench

int main(int argc, char** argv) {
  try {
    return troth::bench::main(argc, argv);
  } catch (const troth::bench::Broken& broken) {
    std::fprintf(stderr, "troth-bench: %s\n", broken.what());
    return 2;
  }
}
