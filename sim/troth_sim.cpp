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
  bool calm = false;  // without what came later: people's whims and homes that live twice
};
struct Totals {
  std::array<std::uint64_t, kInjected> injected{};
  std::array<std::uint64_t, kChecks> evaluated{};
  std::array<std::uint64_t, kActs> acts{};
  std::vector<std::uint64_t> disputed;  // seeds
  std::uint64_t steps = 0;
};
struct Outcome {
  std::optional<Violation> violation;
  Hash trace;
};

// A plant is found by a check that is about it: another violation may be what the bug led to, or a
// bug of its own.
struct PlantRow {
  const char* name;
  Plant plant;
  std::vector<Check> found_by;
};
const PlantRow kPlants[] = {
    {"wrap_unclean", Plant::wrap_unclean, {Check::clean_wraps}},
    {"link_under_k", Plant::link_under_k, {Check::links_need_history}},
    {"seal_unclean", Plant::seal_unclean, {Check::clean_seal}},
    {"admit_without_rule_4_4", Plant::admit_without_rule_4_4, {Check::log_admission}},
    {"apply_own_clock", Plant::apply_own_clock, {Check::data_equal, Check::queues_empty}},
    {"reused_salt", Plant::reused_salt, {Check::salts_unique}},
    {"send_before_commit", Plant::send_before_commit, {Check::claims_are_durable}},
    {"skip_check_number", Plant::skip_check_number, {Check::check_number}},
    {"forget_attempt", Plant::forget_attempt, {Check::attempts_counted}},
    {"ignore_withdrawal", Plant::ignore_withdrawal, {Check::consent_shown}},
    {"skip_batch_signature", Plant::skip_batch_signature, {Check::nothing_invented}},
    {"lose_draft", Plant::lose_draft, {Check::kept}},
    {"accept_old_keys", Plant::accept_old_keys, {Check::keys_once}},
    {"vector_without_commit", Plant::vector_without_commit, {Check::claims_are_durable}},
};
const PlantRow* plant_row(const std::string& name) {
  const auto found = std::find_if(std::begin(kPlants), std::end(kPlants),
                                  [&](const PlantRow& row) { return name == row.name; });
  return found == std::end(kPlants) ? nullptr : found;
}

// Of a hundred seeds; more, and liveness is hardly looked at.
constexpr std::uint64_t kDisputedMost = 10;
constexpr std::uint64_t kSeedsForAll = 100;  // so many meet even what is rare

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

void run_world(World& world, Users& users, Checkers& checkers, const Options& options) {
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
    world.turn_twins();
    world.run_until(MonoMs{world.now().ms + world.rng().below(3000)});
    if (round % 8 == 0) checkers.safety();
  }
  users.hurry();
  world.heal();
  world.run_until(MonoMs{world.now().ms + 3000});
  users.meet();
  if (!world.twinned().empty()) {
    world.run_until(MonoMs{world.now().ms + 60'000});
    checkers.twins();
    users.decide();
  }
  for (int wait = 0; wait < 40 && !checkers.violation(); ++wait) {
    world.run_until(MonoMs{world.now().ms + 5000});
    if (checkers.settled()) break;
  }
  if (!checkers.violation()) checkers.liveness();
}

Outcome run_seed(std::uint64_t seed, const Options& options, Totals& totals) {
  World world(seed, !options.calm);
  world.set_verbose(options.verbose);
  Users users(world, !options.calm);
  Checkers checkers(world, users);
  run_world(world, users, checkers, options);
  add_all(totals.injected, world.injected());
  add_all(totals.evaluated, checkers.evaluated());
  add_all(totals.acts, users.acts());
  totals.steps += world.steps();
  if (checkers.disputed()) totals.disputed.push_back(seed);
  return {checkers.violation(), world.trace()};
}

// What counts nothing has not happened. False: one of them. rare: one that a few seeds need not
// meet, or N.
template <class Kind, std::size_t N>
bool print_all(const char* title, const std::array<std::uint64_t, N>& counts,
               std::size_t rare = N) {
  bool complete = true;
  std::printf("%s:", title);
  for (std::size_t i = 0; i < N; ++i) {
    std::printf(" %s %llu", name_of(static_cast<Kind>(i)),
                static_cast<unsigned long long>(counts[i]));
    complete = complete && (counts[i] > 0 || i == rare);
  }
  std::printf("\n");
  return complete;
}

int report(const Totals& totals, const Options& options, std::uint64_t violations, double seconds) {
  bool complete = print_all<Injected>("faults injected", totals.injected);
  // Two lives that both wrote, and met somebody who can know, come once in tens of seeds.
  const auto rare =
      options.seeds < kSeedsForAll ? static_cast<std::size_t>(Check::clone_told) : kChecks;
  complete = print_all<Check>("checks evaluated", totals.evaluated, rare) && complete;
  complete = print_all<Act>("users", totals.acts) && complete;
  std::printf("disputed: %zu seeds", totals.disputed.size());
  for (const auto seed : totals.disputed)
    std::printf(" %llu", static_cast<unsigned long long>(seed));
  std::printf("\n%llu seeds, %llu steps, %.1f s\n", static_cast<unsigned long long>(options.seeds),
              static_cast<unsigned long long>(totals.steps), seconds);
  if (!options.plant.empty()) return violations > 0 ? 0 : 1;
  if (violations > 0) return 1;
  if (options.seeds < 20 || options.calm) return 0;
  if (!complete) {
    std::printf("FAILED: a fault or an act never happened, or a check was never evaluated\n");
    return 1;
  }
  if (totals.disputed.size() * 100 > options.seeds * kDisputedMost) {
    std::printf("FAILED: more than %llu in a hundred seeds ended in dispute\n",
                static_cast<unsigned long long>(kDisputedMost));
    return 1;
  }
  return 0;
}

#ifdef TROTH_PLANTS
// What a planted bug is blamed for must not happen without it.
bool clean_without_plant(std::uint64_t seed, const Options& options) {
  plant(Plant::none);
  Totals ignored;
  const bool clean = !run_seed(seed, options, ignored).violation;
  plant(plant_row(options.plant)->plant);
  return clean;
}
#else
bool clean_without_plant(std::uint64_t, const Options&) { return false; }
#endif

bool blamed(const Options& options, Check check) {
  const auto& checks = plant_row(options.plant)->found_by;
  return std::find(checks.begin(), checks.end(), check) != checks.end();
}

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
    if (!options.plant.empty() && !blamed(options, outcome.violation->check)) {
      std::printf("beside it: seed %llu: %s: %s\n", static_cast<unsigned long long>(seed),
                  name_of(outcome.violation->check), outcome.violation->what.c_str());
      continue;
    }
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
               "[--plants] [--calm] [--verbose]\n");
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
    } else if (arg == "--calm") {
      options.calm = true;
    } else if (arg == "--plants") {
      for (const auto& row : kPlants) std::printf("%s\n", row.name);
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
  if (const auto* row = plant_row(options.plant)) troth::plant(row->plant);
  if (!options.plant.empty() && plant_row(options.plant) == nullptr) return usage();
#else
  if (!options.plant.empty()) return usage();
#endif
  return run(options);
}
