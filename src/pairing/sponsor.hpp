// The trusted device's side of one pairing run (spec 08 §5). One object a connection; one live run a
// code. Every failure ends the run and wipes its keys; nothing was shared before the user answered.
#pragma once

#include "circle/payloads.hpp"
#include "pairing/run.hpp"

namespace troth::pairing {

struct SponsorSetup {
  const MadeCode* code = nullptr;    // borrowed from the invitation, outlives the run
  std::vector<std::uint8_t> suites;  // order of preference, already cut to what policy allows
  std::uint64_t ttl_ms = 0;
  CircleId circle;
  Bytes descriptor;                  // this device's own
  std::string why;
  MonoMs started;                    // the connection's first bytes: a run that says no more ends
  MonoMs ends;                       // of the invitation
  std::uint32_t tries_left = 0;      // after this run
};

class SponsorRun final : public RunBase {
 public:
  SponsorRun(SponsorSetup setup, Rng& rng);

  void receive(ByteView body, MonoMs now);
  void key_answer(const KeyRequest& request, const Result<SecretBytes>& answer, MonoMs now);
  // The user read the number from the new device. One wrong number ends the run (rule 12).
  void user_answer(bool refuse, std::string_view check, MonoMs now);
  void entry_ready(Bytes device_add, std::vector<OfferCard> cards, MonoMs now);
  void publish(const std::vector<Bytes>& entries, MonoMs now);  // the whole log, parents first
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool typed_code_run() const { return counted_ && mode_ != Mode::qr; }
  [[nodiscard]] bool counted() const { return counted_; }  // P1 came
  [[nodiscard]] bool knocked() const { return knocked_; }  // it asked for this invitation
  [[nodiscard]] bool proven() const { return proven_; }    // and knows the code
  [[nodiscard]] bool awaits_user() const { return std::holds_alternative<AwaitUser>(state_); }

 private:
  struct AwaitKnock {};
  struct AwaitP1 { ClearTranscript clear; RunNonce nonce; };
  struct AwaitP3 { RunKeys keys; Hash commitment; };
  struct AwaitP5 { RunKeys keys; Hash commitment; Hash p3; Hash p4; };
  struct SigningP6 { RunKeys keys; P6 p6; Bytes descriptor; Hash response; std::string check; };
  struct AwaitP7 { RunKeys keys; Bytes descriptor; Hash response; std::string check; };
  struct AwaitUser { RunKeys keys; Bytes descriptor; std::string check; };
  struct AwaitEntry { RunKeys keys; };
  struct AwaitP9 { RunKeys keys; };
  struct Publishing { RunKeys keys; };
  struct AwaitP11 { RunKeys keys; };
  struct Dead {};
  using State = std::variant<AwaitKnock, AwaitP1, AwaitP3, AwaitP5, SigningP6, AwaitP7, AwaitUser,
                             AwaitEntry, AwaitP9, Publishing, AwaitP11, Dead>;

  Result<State> next(AwaitKnock&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP1&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP3&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP5&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP7&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP9&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP11&, MessageType, ByteView, MonoMs);
  template <class S>
  Result<State> next(S&, MessageType, ByteView, MonoMs) {
    return fail(Errc::unexpected_message);
  }
  void send_sealed(RunKeys& keys, MessageType type, const Bytes& message);
  void on_over() override { state_ = Dead{}; }

  SponsorSetup setup_;
  Rng& rng_;
  Mode mode_ = Mode::digits;
  bool counted_ = false;
  bool knocked_ = false;
  bool proven_ = false;
  RunNonce opening_{};  // of our commitment in P2: leaves in P6
  State state_ = AwaitKnock{};
};

}  // namespace troth::pairing
