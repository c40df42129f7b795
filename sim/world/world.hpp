// World: devices, the network between them, their users and virtual time, all driven by one seed.
// Every input of an engine passes through here, so that faults can be put between any two of them.
#pragma once

#include <functional>
#include <queue>

#include "sim/world/device.hpp"

namespace troth::sim {

// How often each fault may strike; a seed draws its own subset, half of them are off (swarm).
struct Chances {
  std::uint64_t crash = 0;      // percent of commits that end in a power loss
  std::uint64_t cut = 0;        // percent of chunks that break the connection
  std::uint64_t corrupt = 0;    // percent of chunks with a flipped bit
  std::uint64_t duplicate = 0;  // percent of chunks that come twice (an attacker's replay)
  std::uint64_t reorder = 0;    // percent of chunks that overtake
  std::uint64_t loss = 0;       // percent of chunks that vanish
  std::uint64_t partition = 0;  // percent of minutes in which two devices cannot reach each other
  std::uint64_t delay_ms = 5;
  std::uint64_t disk_full = 0;  // percent of commits that meet a full disk
  std::uint64_t io_error = 0;
  std::uint64_t slow_keys_ms = 0;
};
enum class Injected : std::uint8_t {
  crash,
  cut,
  corrupt,
  duplicate,
  reorder,
  loss,
  partition,
  delay,
  disk_full,
  io_error,
  clock,
  slow_keys,
  rollback,
  clone
};
inline constexpr std::size_t kInjected = 14;
[[nodiscard]] const char* name_of(Injected fault);

class World {
 public:
  // Without clones: the world that this seed was before there were any.
  explicit World(std::uint64_t seed, bool clones = true);

  SimDevice& add(const std::string& name, std::optional<bool> discovery = {});
  [[nodiscard]] std::vector<std::unique_ptr<SimDevice>>& devices() { return devices_; }
  [[nodiscard]] SimRng& rng() { return rng_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] MonoMs now() const { return now_; }
  Chances& chances() { return chances_; }
  void draw_chances();
  void heal();  // no more faults, everybody up and reachable

  // Runs until virtual time passes `until` or nothing is left to do.
  void run_until(MonoMs until);
  void after(std::uint64_t ms, std::function<void()> act);
  Result<Ticket> submit(SimDevice& device, Command command);
  void settle(SimDevice& device);  // commit, then everything that it released
  void crash(SimDevice& device, Loss loss, std::uint64_t down_ms);
  void wipe(SimDevice& device, bool new_keys);  // its user starts over with an empty disk
  void touched(SimDevice& device);              // its user wrote into a folder
  // Now and then somebody copies a disk, and now and then puts the copy back (rule 19).
  void turn_back();
  // Does any alert of the device say that some device, or its own state, speaks twice?
  [[nodiscard]] static bool warns(SimDevice& device, const DeviceId& about);
  [[nodiscard]] const std::set<DeviceId>& twinned() const { return twinned_; }
  // In some worlds a whole home is copied once, and both go on in turns: only others can tell.
  void turn_twins();
  void set_partition(SimDevice& a, SimDevice& b, bool apart);

  using OnEvent = std::function<void(SimDevice&, const Event&)>;
  void on_event(OnEvent handler) { on_event_ = std::move(handler); }
  // Sees every effect; a local network is made of it, where a test wants one.
  using OnEffect = std::function<void(SimDevice&, const Effect&)>;
  void on_effect(OnEffect handler) { on_effect_ = std::move(handler); }
  // A man in the middle: may change a chunk, lets the first bytes of it pass, may end the
  // connection after them.
  struct Passage {
    std::size_t bytes = 0;
    bool cut = false;
  };
  using OnChunk = std::function<Passage(SimDevice& from, Bytes& chunk)>;
  void on_chunk(OnChunk handler) { on_chunk_ = std::move(handler); }
  // After each durable step, before anything of it is let out; true: the power fails there.
  using OnCommit = std::function<bool(SimDevice&)>;
  void on_commit(OnCommit handler) { on_commit_ = std::move(handler); }
  void answer(SimDevice& device, Ticket ticket, const Answer& answer);
  using OnRestart = std::function<void(SimDevice&)>;
  void on_restart(OnRestart handler) { on_restart_ = std::move(handler); }
  // Before that: what it told in its last run must be there, and no peer has brought it again yet.
  void on_opened(OnRestart handler) { on_opened_ = std::move(handler); }
  [[nodiscard]] const std::array<std::uint64_t, kInjected>& injected() const { return injected_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const Hash& trace() const { return trace_; }  // of every frame: two runs must agree
  void say(const SimDevice& device, const Event& event) const;  // one line an event, when verbose
  void say(const SimDevice& device, const char* what) const;
  void set_verbose(bool verbose) { verbose_ = verbose; }
  void count(Injected fault) { ++injected_[static_cast<std::size_t>(fault)]; }
  // Every byte that ever crossed the network, for the thief.
  [[nodiscard]] const std::vector<Bytes>& recorded() const { return recorded_; }

 private:
  struct Pipe {
    SimDevice* ends[2] = {nullptr, nullptr};
    ConnId ids[2];
    std::uint64_t ready_at[2] = {0, 0};  // no chunk arrives before the one in front of it
    Bytes backlog[2];                    // arrived, not yet taken (back-pressure)
    bool open = true;
  };
  struct Event_ {
    std::uint64_t at = 0;
    std::uint64_t order = 0;
    std::function<void()> act;
    bool operator>(const Event_& other) const {
      return std::tie(at, order) > std::tie(other.at, other.order);
    }
  };
  void count_strikes(SimDevice& device);
  void drain(SimDevice& device);
  void effect(SimDevice& device, Effect& effect);
  void file_effect(SimDevice& device, Effect effect);
  void hear_folders(SimDevice& device);  // what the folders have to report
  void dial(SimDevice& from, const Dial& dial);
  void pull_all(SimDevice& device);
  void send(std::size_t pipe, int from, Bytes bytes);
  void arrive(std::size_t pipe, int to, const Bytes& bytes);
  void close_pipe(std::size_t pipe);
  void arm(SimDevice& device);
  void restart(SimDevice& device);
  [[nodiscard]] bool apart(const SimDevice& a, const SimDevice& b) const;
  [[nodiscard]] Now at(const SimDevice& device) const { return device.at(now_); }
  void copy_disk(SimDevice& device);
  void put_back(SimDevice& device);
  [[nodiscard]] bool all_know_its_entries(SimDevice& device);
  [[nodiscard]] static std::set<EntryId> own_entries(SimDevice& device);
  void watch_put_back(SimDevice& device);  // after a step
  [[nodiscard]] static SimDevice::Life life_of(SimDevice& device);
  void swap_lives(SimDevice& device);
  void find_witnesses(SimDevice& device, const SimDevice::Life& coming);
  void remember_claims(SimDevice& device);
  void forget_claims(SimDevice& device);  // after a step
  void remember_log(SimDevice& device);   // after a step
  void check_told(SimDevice& device);     // after a start

  std::uint64_t seed_;
  SimRng rng_;
  SimRng copies_;  // of turn_back(): worlds without it stay what they were
  bool copying_;
  SimRng twins_;  // of turn_twins()
  bool cloning_;
  std::set<DeviceId> twinned_;  // devices of which two lives have run
  MonoMs now_{1};
  Chances chances_;
  std::vector<std::unique_ptr<SimDevice>> devices_;
  std::vector<Pipe> pipes_;
  std::map<std::pair<SimDevice*, ConnId>, std::pair<std::size_t, int>> by_conn_;
  std::priority_queue<Event_, std::vector<Event_>, std::greater<>> queue_;
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::map<SimDevice*, std::uint64_t> armed_;
  std::set<std::pair<std::string, std::string>> partitions_;
  std::array<std::uint64_t, kInjected> injected_{};
  OnEvent on_event_;
  OnRestart on_restart_, on_opened_;
  OnEffect on_effect_;
  OnChunk on_chunk_;
  OnCommit on_commit_;
  Hash trace_;
  bool verbose_ = false;
  std::vector<Bytes> recorded_;
};

}  // namespace troth::sim
