// Two devices in one process: real engines and file keystores over homes on the disk, with bytes
// moved by hand and a clock that the gate turns. Also how a gate of two processes makes its homes.
#pragma once

#include <deque>

#include "bench/report.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/rng.hpp"
#include "troth/engine.hpp"

namespace troth::bench {

class Device {
 public:
  Device(std::string home, std::string name);
  void open(Now now);
  void close() { engine_.reset(); }
  void become(std::string home, std::string name);  // another device, with keys of its own
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  std::deque<Event> events;
  std::vector<Dial> dials;  // since the last look
  std::vector<ConnId> hang_ups;
  bool settle(Now now);  // commit, effects, events; true when there were any

 private:
  void carry_out(const Effect& effect, Now now);

  std::string home_, name_;
  shell::OsRng rng_;
  std::unique_ptr<shell::FileKeystore> keystore_;
  std::unique_ptr<Engine> engine_;
};

class Pair {
 public:
  explicit Pair(const std::string& folder);
  void init(std::size_t count = 1);  // both devices, one circle, so many categories
  void join();                       // pairs them and shares the categories
  void another(int number);          // b becomes one more device and joins; the last stays away
  void run(std::uint64_t ms);        // of the counted time
  Ticket submit(Device& device, Command command);
  void disconnect();
  [[nodiscard]] bool connected();
  // Runs until the event comes, or gives up after ten counted seconds.
  template <class T>
  T expect(Device& device, const char* what);

  Device a, b;
  Now now{WallMs{1'800'000'000'000}, MonoMs{1'000'000}};
  CategoryId category;  // the first of:
  std::vector<CategoryId> categories;
  std::uint64_t wake_ups = 0;  // ticks and frames since the last look
  std::uint64_t bytes = 0;     // that went over lines, both ways

 private:
  struct Line {
    ConnId id[2];
    Bytes waiting[2];
    bool open = true;
  };
  void dial();
  bool move(Line& line, int from);
  bool turn();
  void step_to_next(std::uint64_t until);
  Device& side(int index) { return index == 0 ? a : b; }

  std::string folder_;
  std::deque<Line> lines_;
};

template <class T>
T Pair::expect(Device& device, const char* what) {
  for (int i = 0; i < 1000; ++i) {
    while (!device.events.empty()) {
      const Event event = std::move(device.events.front());
      device.events.pop_front();
      if (const auto* found = std::get_if<T>(&event)) return *found;
      if (const auto* failed = std::get_if<Failed>(&event)) {
        const Error error{failed->code, what, 0};
        give_up(what, &error);
      }
    }
    run(10);
  }
  give_up(std::string("no answer: ") + what);
}

}  // namespace troth::bench
