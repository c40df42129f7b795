// troth-sim: simulated devices, networks, disks, clocks and users, from a seed. Safety while faults
// strike, then liveness when they have stopped. A seed repeats exactly.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/plant.hpp"
#include "sim/world/checkers.hpp"

namespace troth::sim {
namespace {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::size_t devices = 4;
  std::string plant;
  bool verbose = false;
};
struct Totals {
  std::array<std::uint64_t, kInjected> injected{};
  std::array<std::uint64_t, kChecks> evaluated{};
  UserStats users;
  std::uint64_t steps = 0;
};
struct Outcome {
  std::optional<Violation> violation;
  Hash trace;
};

constexpr std::pair<const char*, Plant> kPlants[] = {
    {"wrap_unclean", Plant::wrap_unclean},
    {"link_under_k", Plant::link_under_k},
    {"seal_unclean", Plant::seal_unclean},
    {"admit_without_rule_4_4", Plant::admit_without_rule_4_4},
    {"apply_own_clock", Plant::apply_own_clock},
    {"reused_salt", Plant::reused_salt},
    {"send_before_commit", Plant::send_before_commit},
    {"skip_check_number", Plant::skip_check_number},
    {"forget_attempt", Plant::forget_attempt},
    {"ignore_withdrawal", Plant::ignore_withdrawal},
    {"skip_batch_signature", Plant::skip_batch_signature},
    {"lose_draft", Plant::lose_draft},
    {"accept_old_keys", Plant::accept_old_keys},
    {"vector_without_commit", Plant::vector_without_commit},
};

template <std::size_t N>
void add_all(std::array<std::uint64_t, N>& to, const std::array<std::uint64_t, N>& from) {
  for (std::size_t i = 0; i < N; ++i) to[i] += from[i];
}

void shake(World& world) {
  auto& devices = world.devices();
  for (std::size_t a = 0; a < devices.size(); ++a) {
    for (std::size_t b = a + 1; b < devices.size(); ++b) {
      world.set_partition(*devices[a], *devices[b], world.rng().chance(world.chances().partition));
    }
  }
}

Outcome run_seed(std::uint64_t seed, const Options& options, Totals& totals) {
  World world(seed);
  world.set_verbose(options.verbose);
  Users users(world);
  Checkers checkers(world, users);
  users.begin(options.devices);
  world.run_until(MonoMs{world.now().ms + 1000});
  for (int warm = 0; warm < 120 && !checkers.violation(); ++warm) {
    users.act();
    world.run_until(MonoMs{world.now().ms + 500});
  }
  world.draw_chances();
  for (int round = 0; round < 160 && !checkers.violation(); ++round) {
    if (round % 10 == 0) shake(world);
    users.act();
    world.turn_back();
    world.run_until(MonoMs{world.now().ms + world.rng().below(3000)});
    if (round % 8 == 0) checkers.safety();
  }
  users.hurry();
  world.heal();
  world.run_until(MonoMs{world.now().ms + 3000});
  users.meet();
  for (int wait = 0; wait < 40 && !checkers.violation(); ++wait) {
    world.run_until(MonoMs{world.now().ms + 5000});
    if (checkers.settled()) break;
  }
  if (!checkers.violation()) checkers.liveness();
  add_all(totals.injected, world.injected());
  add_all(totals.evaluated, checkers.evaluated());
  totals.steps += world.steps();
  totals.users.paired += users.stats().paired;
  totals.users.puts += users.stats().puts;
  totals.users.refused += users.stats().refused;
  totals.users.mistyped += users.stats().mistyped;
  totals.users.withdrawals += users.stats().withdrawals;
  totals.users.removals += users.stats().removals;
  totals.users.changed_mind += users.stats().changed_mind;
  totals.users.grants += users.stats().grants;
  totals.users.wrong_numbers += users.stats().wrong_numbers;
  totals.users.started_over += users.stats().started_over;
  totals.users.forged += users.stats().forged;
  return {checkers.violation(), world.trace()};
}

int report(const Totals& totals, const Options& options, std::uint64_t violations, double seconds) {
  bool complete = true;
  std::printf("faults injected:");
  for (std::size_t i = 0; i < kInjected; ++i) {
    std::printf(" %s %llu", name_of(static_cast<Injected>(i)),
                static_cast<unsigned long long>(totals.injected[i]));
    complete = complete && totals.injected[i] > 0;
  }
  std::printf("\nchecks evaluated:");
  for (std::size_t i = 0; i < kChecks; ++i) {
    std::printf(" %s %llu", name_of(static_cast<Check>(i)),
                static_cast<unsigned long long>(totals.evaluated[i]));
    complete = complete && totals.evaluated[i] > 0;
  }
  std::printf(
      "\nusers: paired %llu, refused %llu, mistyped %llu, edits %llu, grants %llu, withdrawals "
      "%llu, removals %llu, declined %llu, wrong numbers %llu, started over %llu, forged %llu\n",
      static_cast<unsigned long long>(totals.users.paired),
      static_cast<unsigned long long>(totals.users.refused),
      static_cast<unsigned long long>(totals.users.mistyped),
      static_cast<unsigned long long>(totals.users.puts),
      static_cast<unsigned long long>(totals.users.grants),
      static_cast<unsigned long long>(totals.users.withdrawals),
      static_cast<unsigned long long>(totals.users.removals),
      static_cast<unsigned long long>(totals.users.changed_mind),
      static_cast<unsigned long long>(totals.users.wrong_numbers),
      static_cast<unsigned long long>(totals.users.started_over),
      static_cast<unsigned long long>(totals.users.forged));
  std::printf("%llu seeds, %llu steps, %.1f s\n", static_cast<unsigned long long>(options.seeds),
              static_cast<unsigned long long>(totals.steps), seconds);
  if (!options.plant.empty()) return violations > 0 ? 0 : 1;
  if (violations > 0) return 1;
  if (options.seeds >= 20 && !complete) {
    std::printf("FAILED: a fault was never injected or a check never evaluated\n");
    return 1;
  }
  return 0;
}

#ifdef TROTH_PLANTS
// What a planted bug is blamed for must not happen without it.
bool clean_without_plant(std::uint64_t seed, const Options& options) {
  const auto found = std::find_if(std::begin(kPlants), std::end(kPlants),
                                  [&](const auto& row) { return options.plant == row.first; });
  plant(Plant::none);
  Totals ignored;
  const bool clean = !run_seed(seed, options, ignored).violation;
  plant(found->second);
  return clean;
}
#else
bool clean_without_plant(std::uint64_t, const Options&) { return false; }
#endif

int run(const Options& options) {
  Totals totals;
  std::uint64_t violations = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.seed + i;
    const auto outcome = run_seed(seed, options, totals);
    if (options.verbose)
      std::printf("seed %llu trace %s\n", static_cast<unsigned long long>(seed),
                  to_hex(outcome.trace.bytes).substr(0, 16).c_str());
    if (!outcome.violation) continue;
    if (!options.plant.empty() && !clean_without_plant(seed, options)) continue;
    ++violations;
    std::printf("%s: seed %llu: %s: %s\n", options.plant.empty() ? "VIOLATION" : "found",
                static_cast<unsigned long long>(seed), name_of(outcome.violation->check),
                outcome.violation->what.c_str());
    if (!options.plant.empty()) break;
  }
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report(totals, options, violations, seconds);
}

int usage() {
  std::fprintf(stderr,
               "usage: troth-sim [--seed N] [--seeds COUNT] [--devices N] [--plant NAME] "
               "[--plants] [--verbose]\n");
  return 2;
}

}  // namespace
}  // namespace troth::sim

int main(int argc, char** argv) {
  using namespace troth::sim;
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const bool has_value = i + 1 < argc;
    if (arg == "--verbose") {
      options.verbose = true;
    } else if (arg == "--plants") {
      for (const auto& [name, plant] : kPlants) std::printf("%s\n", name);
      return 0;
    } else if (arg == "--seed" && has_value) {
      options.seed = std::stoull(argv[++i]);
    } else if (arg == "--seeds" && has_value) {
      options.seeds = std::stoull(argv[++i]);
    } else if (arg == "--devices" && has_value) {
      options.devices = std::stoull(argv[++i]);
    } else if (arg == "--plant" && has_value) {
      options.plant = argv[++i];
    } else {
      return usage();
    }
  }
#ifdef TROTH_PLANTS
  for (const auto& [name, plant] : kPlants) {
    if (options.plant == name) troth::plant(plant);
  }
  if (!options.plant.empty() && troth::planted(troth::Plant::none)) return usage();
#else
  if (!options.plant.empty()) return usage();
#endif
  return run(options);
}
