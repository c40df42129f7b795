// What both sides of a pairing run share: the actions that they ask of the engine, their timers, and
// the way a run ends. A run never touches a socket, a store or a user: it asks, and is answered.
#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "pairing/transcript.hpp"
#include "troth/event.hpp"

namespace troth::pairing {

struct SendFrame { Bytes body; };              // body of one frame of kind pairing
struct NeedKey { KeyRequest request; };        // answered by key_answer()
struct RunStarted {};                          // sponsor: count the attempt durably in this step
struct ShowCard { Bytes descriptor; };         // sponsor's user: who asks; user_answer()
struct BuildEntry { Bytes descriptor; Hash th2; };   // sponsor: make a device_add body; entry_ready()
struct StoreAccept { Bytes accept; };          // sponsor: take device_add and accept; publish()
struct ShowCheck { std::string check; CircleId circle; };      // applicant's user
struct ShowOffer { P8 offer; Bytes sponsor; std::string why; Hash th2; };  // applicant's user: accept_ready()
struct TakeEntries { std::vector<Bytes> entries; bool last; }; // applicant: fold; log_taken() after the last
struct Finished {};
struct Ended { Errc why; std::uint32_t tries_left; bool by_peer; };

using Action = std::variant<SendFrame, NeedKey, RunStarted, ShowCard, BuildEntry, StoreAccept,
                            ShowCheck, ShowOffer, TakeEntries, Finished, Ended>;

class RunBase {
 public:
  [[nodiscard]] std::optional<Action> next_action();
  [[nodiscard]] std::optional<MonoMs> deadline() const;
  [[nodiscard]] bool over() const { return over_; }
  void tick(MonoMs now);                       // ends the run when its time is up
  void cancel(Errc why);                       // local end: the other side is told, keys are wiped
  void cancel_unsent(Errc why);                // the same, and what was to be sent is dropped
  void connection_closed();

 protected:
  void ask(Action action) { actions_.push_back(std::move(action)); }
  void send_clear(MessageType type, const Bytes& message);
  void wait_until(MonoMs at) { deadline_ = at; }
  // Ends the run; tell = send End to the peer. Derived classes wipe their state in on_over().
  void end(Errc why, bool tell, std::uint32_t tries_left = 0, bool by_peer = false);
  void finish();
  virtual void on_over() = 0;
  ~RunBase() = default;

 private:
  std::deque<Action> actions_;
  std::optional<MonoMs> deadline_;
  bool over_ = false;
};

// Splits type and message; an End of the peer is reported as its Errc in `ended`.
struct Incoming {
  MessageType type = MessageType::end;
  ByteView message;
};
[[nodiscard]] Result<Incoming> split(ByteView body);
[[nodiscard]] Bytes join(MessageType type, ByteView message);

}  // namespace troth::pairing
