// Replays a corpus without libFuzzer, then a bounded number of mutations of it. Deterministic: the
// same arguments run the same inputs, so a failure in a test run can be had again.
//   fuzz_NAME [--mutations N] [--seed S] [--write-seeds FOLDER] [FILE or FOLDER]...
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/input.hpp"

namespace {

using troth::Bytes;

struct Options {
  std::uint64_t mutations = 2000;
  std::uint64_t seed = 1;
  std::vector<std::string> paths;
};

// The failing input is written by the signal handler, so it must be reachable from there.
Bytes current_input;

extern "C" void on_fatal_signal(int number) {
  static const char text[] = "fuzz: an input failed; hex on the next line\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);  // nothing can be done when stderr is gone
  static const char digits[] = "0123456789abcdef";
  for (const std::uint8_t byte : current_input) {
    const char pair[2] = {digits[byte >> 4], digits[byte & 15]};
    (void)!write(STDERR_FILENO, pair, sizeof pair);
  }
  (void)!write(STDERR_FILENO, "\n", 1);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run(Bytes input) {
  current_input = std::move(input);
  // A copy of exact size, so that reading past the end is a heap error that sanitizers see.
  const Bytes exact(current_input);
  troth::fuzzing::run_one(exact);
}

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(next()); }

 private:
  std::uint64_t state_;
};

std::ptrdiff_t offset(std::size_t value) { return static_cast<std::ptrdiff_t>(value); }

void mutate_once(Bytes& input, const Bytes& other, SplitMix& random) {
  const std::size_t at = random.below(input.size());
  switch (random.below(7)) {
    case 0:  // one bit
      if (!input.empty()) input[at] ^= static_cast<std::uint8_t>(1U << random.below(8));
      break;
    case 1:  // one byte, often a boundary of the CBOR heads
      if (!input.empty()) {
        static constexpr std::uint8_t kEdges[] = {0, 1, 23, 24, 25, 26, 27, 31, 0x7f, 0x80, 0xff};
        input[at] = random.below(2) == 0 ? random.byte() : kEdges[random.below(std::size(kEdges))];
      }
      break;
    case 2:
      input.insert(input.begin() + offset(at), random.byte());
      break;
    case 3:
      if (!input.empty()) input.erase(input.begin() + offset(at));
      break;
    case 4:
      input.resize(random.below(input.size() + 1));
      break;
    case 5: {  // a run of another input
      const std::size_t from = random.below(other.size());
      const std::size_t count = random.below(std::min<std::size_t>(other.size() - from, 64) + 1);
      input.insert(input.begin() + offset(at), other.begin() + offset(from),
                   other.begin() + offset(from + count));
      break;
    }
    default: {  // a run of itself again
      const std::size_t count = random.below(std::min<std::size_t>(input.size() - at, 64) + 1);
      const Bytes again(input.begin() + offset(at), input.begin() + offset(at + count));
      input.insert(input.begin() + offset(at), again.begin(), again.end());
    }
  }
}

void replay_mutations(const std::vector<Bytes>& inputs, const Options& options) {
  SplitMix random(options.seed);
  for (std::uint64_t i = 0; i < options.mutations; ++i) {
    Bytes input = inputs[random.below(inputs.size())];
    const Bytes& other = inputs[random.below(inputs.size())];
    for (std::size_t n = 1 + random.below(4); n > 0; --n) mutate_once(input, other, random);
    run(std::move(input));
  }
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "fuzz: cannot read " << path << "\n";
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<Bytes> read_inputs(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry);
  }
  std::sort(files.begin(), files.end());  // directory order differs between machines
  std::vector<Bytes> inputs;
  for (const auto& file : files) inputs.push_back(read_file(file));
  return inputs;
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool takes_value = arguments[i].starts_with("--");
    if (takes_value && i + 1 == arguments.size()) {
      std::cerr << "fuzz: " << arguments[i] << " needs a value\n";
      std::exit(2);
    }
    if (arguments[i] == "--mutations") {
      options.mutations = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--seed") {
      options.seed = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--write-seeds") {
      std::exit(troth::fuzzing::write_seeds(arguments[++i]) ? 0 : 1);
    } else if (takes_value) {
      std::cerr << "fuzz: unknown option " << arguments[i] << "\n";
      std::exit(2);
    } else {
      options.paths.push_back(arguments[i]);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv + 1, argv + argc});
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) {
    std::signal(number, on_fatal_signal);
  }
  std::vector<Bytes> inputs = read_inputs(options.paths);
  const std::size_t from_files = inputs.size();
  if (fuzz_seeds != nullptr) {
    for (Bytes& seed : fuzz_seeds()) inputs.push_back(std::move(seed));
  }
  const std::size_t from_code = inputs.size() - from_files;
  if (inputs.empty()) {
    std::cerr << "fuzz: no input; add a file to the corpus folder or define fuzz_seeds()\n";
    return 2;
  }
  inputs.emplace_back();  // the empty input is always tried
  for (const Bytes& input : inputs) run(input);
  replay_mutations(inputs, options);
  std::cout << "fuzz: " << from_files << " files, " << from_code << " seeds, " << options.mutations
            << " mutations from seed " << options.seed << ": clean\n";
  return 0;
}
