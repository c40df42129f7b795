// One device in this process as the daemon runs it: pump, sockets, file keystore.
#pragma once

#include <functional>

#include "shell/folder/folders.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/rng.hpp"
#include "shell/pump/pump.hpp"

namespace troth::bench {

class Side final : public shell::PumpHost {
 public:
  explicit Side(const std::string& home);
  ~Side() override;
  void open();  // unlocked, user present, listening on a port of loopback
  void close() { pump_->close(); }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] shell::Pump& pump() { return *pump_; }
  Ticket submit(Command command);
  [[nodiscard]] DeviceInfo device(bool self);  // this one, or the other
  // Runs the loop until the condition holds; false after the limit.
  bool wait(std::uint64_t limit_ms, const std::function<bool()>& done);

  std::function<void(const Event&)> on;

 private:
  void on_event(const Event& event) override;
  void on_stopped(Errc why) override;

  struct Net;  // the io_context and the listener
  std::string home_;
  shell::OsRng rng_;
  std::unique_ptr<shell::FileKeystore> keystore_;
  std::unique_ptr<Net> net_;
  std::unique_ptr<shell::FolderPort> folders_;
  std::unique_ptr<shell::Pump> pump_;
};

}  // namespace troth::bench
