#include "bench/side.hpp"

#include "bench/report.hpp"
#include "shell/net/tcp.hpp"

namespace troth::bench {

struct Side::Net {
  asio::io_context io{1};
  std::unique_ptr<shell::TcpListener> listener;
};

Side::Side(const std::string& home) : home_(home), net_(std::make_unique<Net>()) {
  keystore_ = must(shell::FileKeystore::open(home_, rng_), "open a keystore");
  folders_ = shell::make_folders(net_->io, {});
  pump_ = std::make_unique<shell::Pump>(net_->io, *keystore_, rng_, *folders_, *this);
  net_->listener =
      must(shell::TcpListener::open(net_->io, {"127.0.0.1", 0},
                                    [this](auto socket) { pump_->adopt(std::move(socket)); }),
           "listen");
}

Side::~Side() { pump_->close(); }

void Side::open() {
  keystore_->prove_presence(SecretBytes(), shell::Presence::once, pump_->now(), [](Result<>) {});
  must(pump_->open(home_, net_->listener->local().text()), "open an engine");
}

std::uint16_t Side::port() const { return net_->listener->local().port; }

Ticket Side::submit(Command command) { return must(pump_->submit(std::move(command)), "submit"); }

DeviceInfo Side::device(bool self) {
  for (const auto& one : must(pump_->query(DevicesQuery{}), "devices")) {
    if (one.is_self == self) return one;
  }
  give_up("a device is missing");
}

bool Side::wait(std::uint64_t limit_ms, const std::function<bool()>& done) {
  const auto end = wall_ns() + limit_ms * 1'000'000;
  while (!done()) {
    if (wall_ns() >= end) return false;
    net_->io.restart();
    net_->io.run_one_for(std::chrono::milliseconds(1));
    net_->io.poll();
  }
  return true;
}

void Side::on_event(const Event& event) {
  if (const auto* failed = std::get_if<Failed>(&event)) {
    const Error error{failed->code, failed->reason, 0};
    give_up("a command failed", &error);
  }
  if (on) on(event);
}

void Side::on_stopped(Errc why) {
  const Error error{why, "", 0};
  give_up("the engine stopped", &error);
}

}  // namespace troth::bench
