// The new device's side of one pairing run (spec 08 §5). It confirms first, proves that it holds its
// keys, shows the check number and the circle words, and takes only what its user accepted.
#pragma once

#include "circle/payloads.hpp"
#include "pairing/run.hpp"

namespace troth::pairing {

struct ApplicantSetup {
  TypedCode code;
  std::vector<std::uint8_t> suites;  // what this device allows, order of preference
  Bytes descriptor;                  // this device's own, encoded
  MonoMs started;
  std::uint64_t answer_ms = limits::kPairingMessageMs;  // for P0: is anybody there?
};

class ApplicantRun final : public RunBase {
 public:
  ApplicantRun(ApplicantSetup setup, Rng& rng);  // sends the knock

  void receive(ByteView body, MonoMs now);
  void key_answer(const KeyRequest& request, const Result<SecretBytes>& answer, MonoMs now);
  // The user's choice became a signed accept entry; or the user refused.
  void accept_ready(Bytes accept, MonoMs now);
  void user_refused() { cancel(Errc::rejected); }
  void log_taken(MonoMs now);  // folded from genesis = circle id to our own entry

 private:
  struct AwaitP0 {};
  struct AwaitP2 {
    crypto::Cpace cpace;
    ClearTranscript clear;
    crypto::Aead aead;
    Hash commitment;
  };
  struct AwaitP4 { RunKeys keys; Hash p3; };
  struct SigningP5 { RunKeys keys; Hash p3; Hash p4; };
  struct AwaitP6 { RunKeys keys; };
  struct OpeningP6 { RunKeys keys; P6 p6; std::string check; };
  struct AwaitP8 { RunKeys keys; P6 p6; };
  struct AwaitUser { RunKeys keys; };
  struct AwaitP10 { RunKeys keys; };
  struct Folding { RunKeys keys; };
  struct Dead {};
  using State = std::variant<AwaitP0, AwaitP2, AwaitP4, SigningP5, AwaitP6, OpeningP6, AwaitP8,
                             AwaitUser, AwaitP10, Folding, Dead>;

  Result<State> next(AwaitP0&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP2&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP4&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP6&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP8&, MessageType, ByteView, MonoMs);
  Result<State> next(AwaitP10&, MessageType, ByteView, MonoMs);
  template <class S>
  Result<State> next(S&, MessageType, ByteView, MonoMs) {
    return fail(Errc::unexpected_message);
  }
  void signed_p5(SigningP5& state, const SecretBytes& signature, MonoMs now);
  void opened_p6(OpeningP6& state, const SecretBytes& shared, MonoMs now);
  void on_over() override;

  ApplicantSetup setup_;
  Rng& rng_;
  Bytes knock_;
  RunNonce opening_{};       // of our commitment in P1: leaves in P5
  Hash sponsor_commitment_;  // of P2
  State state_ = AwaitP0{};
};

}  // namespace troth::pairing
