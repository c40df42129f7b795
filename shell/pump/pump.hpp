// The pump: feeds an engine with bytes, answers and time, ends its steps, and carries out its
// effects. One thread, one io_context. Sleeps until the engine's own deadline: an idle device wakes
// no timer.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "shell/keystore/keystore.hpp"
#include "shell/net/link.hpp"
#include "shell/pump/discovery_port.hpp"
#include "shell/pump/folder_port.hpp"
#include "troth/engine.hpp"

namespace troth::shell {

// Who owns the pump: a daemon, or a command that works alone.
class PumpHost {
 public:
  virtual ~PumpHost() = default;
  virtual void on_event(const Event& event) = 0;
  virtual void on_settled() {}            // after every committed step
  virtual void on_stopped(Errc why) = 0;  // the engine is gone; open() again or give up
};

class Pump final : public LinkSink, public FolderSink, public DiscoverySink {
 public:
  Pump(asio::io_context& io, Keystore& keystore, Rng& rng, FolderPort& folders, PumpHost& host);
  ~Pump() override;

  // Of the next open(); borrowed. Without one nothing is said or heard on the local network.
  void set_discovery(DiscoveryPort* discovery) { discovery_ = discovery; }
  // Needs an unlocked keystore. listen is what a QR tells applicants; may be empty.
  // unlocked_after: a passphrase opened the keystore for this, after so many wrong ones.
  [[nodiscard]] Result<> open(const std::string& home, const std::string& listen,
                              std::optional<std::uint64_t> unlocked_after = {});
  void locking();  // before a close() that its person asks for
  void close();    // drops connections and the engine with every key that it holds
  [[nodiscard]] bool is_open() const { return engine_ != nullptr; }

  [[nodiscard]] Result<Ticket> submit(Command command);
  template <class Q>
  [[nodiscard]] Result<typename Q::Answer> query(const Q& question) const {
    if (!engine_) return fail(Errc::locked);
    return engine_->query(question, now());
  }
  void adopt(std::unique_ptr<TcpSocket> socket);  // an accepted connection
  // Ends the step that submit and the like began; runs once however often it is asked for.
  void settle_soon();

  [[nodiscard]] std::size_t connections() const { return links_.size(); }
  [[nodiscard]] Now now() const;
  struct Traffic {
    std::uint64_t sent = 0, received = 0;  // bytes of all connections so far
  };
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

 private:
  std::size_t on_bytes(TcpLink& link, ByteView bytes) override;
  std::optional<std::size_t> next_bytes(TcpLink& link, MutableBytes out) override;
  void on_closed(TcpLink& link) override;

  void on_folder_scan_begins(std::uint32_t folder) override;
  void on_folder_entry(const FolderEntry& entry) override;
  void on_folder_scanned(std::uint32_t folder) override;
  void on_folder_answer(Ticket ticket, const Answer& answer) override;
  void on_discovery_answer(Ticket ticket, const Answer& answer) override;

  void settle();
  bool settle_once();  // true while effects gave the engine new input
  void carry_out(const Effect& effect);
  void perform(const PerformKeyOperation& operation);
  void dial(const Dial& dial);
  void save_guard(const SaveGuard& save);
  void hang_up(const CloseConnection& close);
  void add_link(std::unique_ptr<TcpSocket> socket, const Link& how);
  void answer(Ticket ticket, const Answer& answer);
  void move_links();
  void arm_timer();
  void stop(Errc why);

  asio::io_context& io_;
  Keystore& keystore_;
  Rng& rng_;
  FolderPort& folders_;
  DiscoveryPort* discovery_ = nullptr;
  PumpHost& host_;
  std::unique_ptr<Engine> engine_;
  std::map<std::uint64_t, std::shared_ptr<TcpLink>> links_;
  std::unique_ptr<Timer> timer_;
  Traffic traffic_;
  std::uint64_t generation_ = 0;  // answers to an engine that is gone are dropped
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // ends with the pump
  bool settle_posted_ = false;
  bool settling_ = false;
  bool dirty_ = false;
};

}  // namespace troth::shell
