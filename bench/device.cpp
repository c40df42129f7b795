#include "bench/device.hpp"

#include <algorithm>
#include <filesystem>

#include "base/limits.hpp"

namespace troth::bench {

// ---- one device

Device::Device(std::string home, std::string name) { become(std::move(home), std::move(name)); }

void Device::become(std::string home, std::string name) {
  close();
  home_ = std::move(home);
  name_ = std::move(name);
  events.clear();
  dials.clear();
  hang_ups.clear();
  std::filesystem::create_directories(home_);
  must(shell::FileKeystore::create(home_, SecretBytes(), {}, rng_), "make a keystore");
  keystore_ = must(shell::FileKeystore::open(home_, rng_), "open a keystore");
}

void Device::open(Now now) {
  const auto at_rest = must(keystore_->at_rest_key(), "at rest key");
  const auto& keys = keystore_->public_keys();
  const auto& guard = keystore_->guard();
  Config config;
  config.database = home_ + "/troth.db";
  config.sign_key = keys.sign.bytes();
  config.agree_key = keys.agree.bytes();
  config.approve_key = keys.approve.bytes();
  config.protection = keystore_->protection();
  config.home_id = guard.home;
  config.incarnation = guard.incarnation;
  config.reserved = guard.reserved;
  config.listen = name_;
  engine_ = must(Engine::open({&rng_, at_rest.expose()}, config, now), "open an engine");
}

bool Device::settle(Now now) {
  must(engine_->commit(now), "commit");
  bool any = false;
  while (auto effect = engine_->next_effect()) {
    carry_out(*effect, now);
    must(engine_->commit(now), "commit");
    any = true;
  }
  while (auto event = engine_->next_event()) {
    events.push_back(std::move(*event));
    any = true;
  }
  return any;
}

void Device::carry_out(const Effect& effect, Now now) {
  if (const auto* key = std::get_if<PerformKeyOperation>(&effect)) {
    if (key->request.op == KeyOp::approve)
      keystore_->prove_presence(SecretBytes(), shell::Presence::once, now, [](Result<>) {});
    keystore_->perform(key->request, now, [&](Result<Bytes> result) {
      const auto output = must(std::move(result), "a key operation");
      KeyAnswer answer;
      answer.ok = true;
      answer.output = output;
      engine_->answer(key->ticket, answer, now);
    });
  } else if (const auto* save = std::get_if<SaveGuard>(&effect)) {
    auto guard = keystore_->guard();
    guard.incarnation = save->incarnation;
    guard.reserved = save->reserved;
    must(keystore_->set_guard(guard), "save the guard");
    engine_->answer(save->ticket, GuardSaved{}, now);
  } else if (const auto* dial = std::get_if<Dial>(&effect)) {
    dials.push_back(*dial);
  } else if (const auto* close = std::get_if<CloseConnection>(&effect)) {
    hang_ups.push_back(close->connection);
  }
}

// ---- two

Pair::Pair(const std::string& folder)
    : a(folder + "/a", "laptop"), b(folder + "/b", "phone"), folder_(folder) {
  a.open(now);
  b.open(now);
}

Ticket Pair::submit(Device& device, Command command) {
  return must(device.engine().submit(std::move(command), now), "submit");
}

void Pair::dial() {
  for (int from = 0; from < 2; ++from) {
    auto dials = std::move(side(from).dials);
    side(from).dials.clear();
    for (const auto& one : dials) {
      Line line;
      line.id[from] = side(from).engine().connected({true, one.attempt, one.address}, now);
      line.id[1 - from] = side(1 - from).engine().connected({false, 0, "peer"}, now);
      lines_.push_back(std::move(line));
    }
  }
}

bool Pair::move(Line& line, int from) {
  auto& wire = line.waiting[from];
  if (wire.empty()) {
    wire.resize(limits::kChannelFrame);
    wire.resize(side(from).engine().pull(line.id[from], wire, now));
    if (wire.empty()) return false;
    ++wake_ups;
    bytes += wire.size();
  }
  auto& to = side(1 - from);
  const auto taken = to.engine().receive(line.id[1 - from], wire, now);
  to.settle(now);
  if (!taken) {
    line.open = false;
    return true;
  }
  wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(*taken));
  return *taken > 0;
}

bool Pair::turn() {
  bool busy = a.settle(now);
  busy = b.settle(now) || busy;
  dial();
  a.settle(now);
  b.settle(now);
  for (auto& line : lines_) {
    bool moved = true;
    while (line.open && moved) {
      moved = move(line, 0);
      if (line.open) moved = move(line, 1) || moved;
      busy = busy || moved;
    }
  }
  for (int at = 0; at < 2; ++at) {
    for (const auto& id : side(at).hang_ups) {
      for (auto& line : lines_) {
        if (line.id[at] == id) line.open = false;
      }
    }
    side(at).hang_ups.clear();
  }
  const auto gone = std::stable_partition(lines_.begin(), lines_.end(),
                                          [](const Line& line) { return line.open; });
  for (auto line = gone; line != lines_.end(); ++line) {
    a.engine().closed(line->id[0], now);
    b.engine().closed(line->id[1], now);
    busy = true;
  }
  lines_.erase(gone, lines_.end());
  return busy;
}

// To the next deadline of either, as a shell would sleep.
void Pair::step_to_next(std::uint64_t until) {
  auto next = until;
  for (int at = 0; at < 2; ++at) {
    const auto due = side(at).engine().deadline();
    if (due) next = std::min(next, std::max(due->ms, now.mono.ms + 1));
  }
  now.wall.ms += next - now.mono.ms;
  now.mono.ms = next;
  for (int at = 0; at < 2; ++at) {
    const auto due = side(at).engine().deadline();
    if (!due || due->ms > next) continue;
    side(at).engine().tick(now);
    ++wake_ups;
  }
}

void Pair::run(std::uint64_t ms) {
  const auto until = now.mono.ms + ms;
  while (true) {
    while (turn()) {
    }
    if (now.mono.ms >= until) return;
    step_to_next(until);
  }
}

void Pair::disconnect() {
  for (auto& line : lines_) line.open = false;
  turn();
  a.settle(now);
  b.settle(now);
}

bool Pair::connected() {
  const auto devices = must(a.engine().query(DevicesQuery{}, now), "devices");
  return std::any_of(devices.begin(), devices.end(),
                     [](const DeviceInfo& one) { return one.connected; });
}

namespace {
InitDevice first_run(const std::string& name, bool join) {
  InitDevice command;
  command.name = name;
  command.member = "Ada";
  command.join = join;
  return command;
}
}  // namespace

void Pair::init(std::size_t count) {
  submit(a, first_run("laptop", false));
  expect<Done>(a, "init");
  submit(b, first_run("phone", true));
  expect<Done>(b, "init to join");
  for (std::size_t i = 0; i < count; ++i) {
    submit(a, CreateCategory{"notes " + std::to_string(i), "to measure", "notes"});
    const auto done = expect<Done>(a, "create a category");
    categories.push_back(*id_from<CategoryId>(done.id));
  }
  category = categories.front();
}

void Pair::join() {
  std::vector<ShareTerms> share;
  for (const auto& one : categories) share.push_back(ShareTerms{one});
  submit(a, StartPairing{"so that it can be measured"});
  const auto code = expect<PairingCode>(a, "a code");
  submit(b, JoinCircle{code.code, a.name(), ""});
  const auto check = expect<PairingCheck>(b, "a check number");
  const auto card = expect<PairingApplicant>(a, "a card");
  submit(a, AnswerApplicant{card.pairing, false, check.check, share});
  const auto offer = expect<PairingOffer>(b, "an offer");
  submit(b, AnswerOffer{offer.pairing, false, categories});
  expect<Paired>(a, "paired");
  expect<Paired>(b, "paired");
}

void Pair::another(int number) {
  disconnect();
  const auto name = "device " + std::to_string(number);
  b.become(folder_ + "/" + std::to_string(number), name);
  b.open(now);
  a.dials.clear();
  a.events.clear();
  submit(b, first_run(name, true));
  expect<Done>(b, "init to join");
  join();
}

}  // namespace troth::bench
