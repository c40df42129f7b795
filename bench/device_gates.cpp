// Gates of whole devices without a network: pairing, connecting, doing nothing, the circle log.
#include <filesystem>

#include "bench/device.hpp"
#include "bench/gates.hpp"
#include "bench/scratch.hpp"
#include "circle/log.hpp"

namespace troth::bench {

namespace {
double ms(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }
}  // namespace

// CPU of both sides, from the code to the last signature; the median of a few.
void pairing(Report& report, const Options& options) {
  std::vector<double> spent;
  for (int i = 0; i < (options.quick ? 3 : 11); ++i) {
    const Scratch scratch;
    Pair pair(scratch.path());
    pair.init();
    const auto start = cpu_ns();
    pair.join();
    spent.push_back(ms(cpu_ns() - start));
  }
  report.row("pairing", percentile(spent, 0.5), "ms", Bound::at_most, 20, Scaled::speed);
}

// CPU of both sides from the dialled connection to "equal", with nothing to send.
void session(Report& report, const Options& options) {
  const Scratch scratch;
  Pair pair(scratch.path());
  pair.init();
  pair.join();
  pair.run(5000);
  std::vector<double> spent;
  for (int i = 0; i < (options.quick ? 5 : 50); ++i) {
    pair.disconnect();
    const auto before = cpu_ns();
    for (int tries = 0; tries < 600 && !pair.connected(); ++tries) pair.run(100);
    if (!pair.connected()) give_up("the devices did not connect again");
    spent.push_back(ms(cpu_ns() - before));
    pair.run(2000);
  }
  report.row("session", percentile(spent, 0.5), "ms", Bound::at_most, 2, Scaled::speed);
}

// Ten counted minutes of two connected devices that are equal: timers that fire and frames.
void idle(Report& report, const Options&) {
  const Scratch scratch;
  Pair pair(scratch.path());
  pair.init();
  pair.join();
  pair.run(60'000);
  if (!pair.connected()) give_up("the devices are not connected");
  pair.wake_ups = 0;
  const auto before = cpu_ns();
  constexpr double kMinutes = 10;
  pair.run(static_cast<std::uint64_t>(kMinutes * 60'000));
  const auto cpu = static_cast<double>(cpu_ns() - before);
  report.row("idle.wake_ups", static_cast<double>(pair.wake_ups) / 2 / kMinutes, "1/min",
             Bound::at_most, 1, Scaled::exact);
  report.row("idle.cpu", cpu / 2 / (kMinutes * 60e9) * 100, "%", Bound::at_most, 0.1,
             Scaled::speed);
}

namespace {

// A log as a long life makes it: sixteen devices, twenty categories, then names that change.
class LogMaker {
 public:
  LogMaker() {
    for (int i = 0; i < 16; ++i) people_.push_back(person(i));
    circle::Genesis genesis;
    genesis.device = people_[0].descriptor;
    genesis.member_name = "Ada";
    const auto bytes = must(circle::make_genesis(genesis, WallMs{at_}), "genesis");
    entries_.push_back(signed_by(people_[0].approve, bytes));
    log_.emplace(must(circle::Log::begin(entries_.back(), &trust), "begin a log"));
    for (int i = 1; i < 16; ++i)
      add(circle::DeviceAdd{people_[static_cast<std::size_t>(i)].descriptor, {}, {}});
    for (int i = 0; i < 20; ++i) {
      circle::CategoryCreate create;
      create.name = "category " + std::to_string(i);
      create.purpose = "to measure";
      add(create);
      categories_.push_back(id_prefix<CategoryId>(entries_.back().id()));
    }
  }
  void grow_to(std::size_t size) {
    while (entries_.size() < size) add(next());
  }
  circle::Entry one_more() {
    const auto bytes = must(log_->make_body(next(), self(), WallMs{++at_}), "a body");
    return signed_by(people_[0].approve, bytes);
  }
  [[nodiscard]] const std::vector<circle::Entry>& entries() const { return entries_; }

 private:
  struct Person {
    crypto::P256KeyPair sign, agree, approve;
    circle::DeviceDescriptor descriptor;
  };
  // Signatures are made, and checked when they count; not while the log is made up.
  static Result<> trust(const crypto::P256Public&, ByteView, ByteView) { return {}; }
  Person person(int number) {
    Person out{crypto::P256KeyPair::generate(rng_),
               crypto::P256KeyPair::generate(rng_),
               crypto::P256KeyPair::generate(rng_),
               {}};
    out.descriptor.name = "device " + std::to_string(number);
    out.descriptor.sign = out.sign.public_key();
    out.descriptor.agree = out.agree.public_key();
    out.descriptor.approve = out.approve.public_key();
    out.descriptor.member.bytes[0] = 1;
    rng_.fill(out.descriptor.box_secret);
    return out;
  }
  circle::Entry signed_by(const crypto::P256KeyPair& key, const Bytes& body) {
    return {body, key.sign(circle::signing_input(body), rng_)};
  }
  DeviceId self() const { return circle::device_id(people_[0].descriptor); }
  circle::Payload next() {
    circle::CategoryUpdate update;
    update.category = categories_[entries_.size() % categories_.size()];
    update.name = "name " + std::to_string(entries_.size());
    update.purpose = "to measure";
    return update;
  }
  void add(const circle::Payload& payload) {
    const auto bytes = must(log_->make_body(payload, self(), WallMs{++at_}), "a body");
    const auto entry = signed_by(people_[0].approve, bytes);
    const auto offered = log_->offer(std::span(&entry, 1));
    if (offered.admitted.size() != 1) give_up("an entry was not admitted");
    entries_.push_back(entry);
  }

  shell::OsRng rng_;
  std::vector<Person> people_;
  std::vector<CategoryId> categories_;
  std::vector<circle::Entry> entries_;
  std::optional<circle::Log> log_;
  std::uint64_t at_ = 1'800'000'000'000;
};

}  // namespace

void fold(Report& report, const Options& options) {
  LogMaker maker;
  maker.grow_to(options.quick ? 1000 : 10'000);
  auto start = cpu_ns();
  auto log = must(circle::Log::restore(maker.entries()), "restore a log");
  (void)log.view();
  report.row("fold.all", ms(cpu_ns() - start), "ms", Bound::at_most, 1000, Scaled::speed);
  const auto one = maker.one_more();
  start = cpu_ns();
  const auto offered = log.offer(std::span(&one, 1));
  (void)log.view();
  const auto spent = ms(cpu_ns() - start);
  if (offered.admitted.size() != 1) give_up("the last entry was not admitted");
  report.row("fold.one_more", spent, "ms", Bound::at_most, 1, Scaled::speed);
}

// The core as an app links it: libtroth without its symbols.
void core_size(Report& report, const Options&) {
  const Scratch scratch;
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto library = here / "../lib/libtroth.so";
  const auto stripped = scratch.path() + "/libtroth.so";
  const auto command = "strip -o '" + stripped + "' '" + library.string() + "'";
  if (!std::filesystem::exists(library) || std::system(command.c_str()) != 0)
    return report.failed("size.core", "no libtroth.so beside the programs, or no strip");
  report.row("size.core", static_cast<double>(std::filesystem::file_size(stripped)) / 1048576,
             "MiB", Bound::at_most, 3, Scaled::exact);
}

}  // namespace troth::bench
