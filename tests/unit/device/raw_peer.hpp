// Whoever dials a device for a catch-up with keys of his choice, and says what he likes: all that
// it takes is the circle's id and the device's agree key.
#pragma once

#include "channel/channel.hpp"
#include "channel/handshake.hpp"
#include "session/messages.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device::testing {

class RawPeer {
 public:
  using Agree = std::function<Result<Secret32>(const KeyRequest&, Rng&)>;

  // With the keys of a device that is, or was, in the circle.
  static RawPeer as(Circle& circle, SimDevice& self, SimDevice& victim) {
    return RawPeer(circle, victim, self, self.core().own_->descriptor.agree,
                   [&self](const KeyRequest& request, Rng& rng) -> Result<Secret32> {
                     TROTH_TRY(const auto out, self.keys.perform(request, rng));
                     return Secret32(out.expose());
                   });
  }
  // As a live device dials; what it never says is what a recorded first message cannot say.
  static RawPeer full(Circle& circle, SimDevice& self, SimDevice& victim) {
    return RawPeer(
        circle, victim, self, self.core().own_->descriptor.agree,
        [&self](const KeyRequest& request, Rng& rng) -> Result<Secret32> {
          TROTH_TRY(const auto out, self.keys.perform(request, rng));
          return Secret32(out.expose());
        },
        channel::ConnectKind::full);
  }
  // With keys that nobody has seen; knows: a device that can say what the circle is.
  static RawPeer unknown(Circle& circle, SimDevice& knows, SimDevice& victim, std::uint64_t seed) {
    sim::SimRng rng(seed);
    auto pair = std::make_shared<crypto::P256KeyPair>(crypto::P256KeyPair::generate(rng));
    return RawPeer(circle, victim, knows, pair->public_key(),
                   [pair](const KeyRequest& request, Rng&) -> Result<Secret32> {
                     TROTH_TRY(const auto point, crypto::P256Public::parse(request.input));
                     return pair->agree(point);
                   });
  }

  // Until the channel stands; false: it does not.
  bool open() {
    for (int i = 0; i < 200 && !channel_; ++i) {
      while (auto request = handshake_.next_key_request())
        if (!handshake_.answer(agree_(*request, rng_), rng_)) return false;
      if (handshake_.done() && !handshake_.wants_pull()) {
        auto made = std::move(handshake_).take(now().mono);
        if (!made) return false;
        channel_.emplace(std::move(made->channel));
        break;
      }
      give();
      circle_.run(20);
      hear();
    }
    return channel_.has_value();
  }
  void hello(std::vector<EntryId> heads = {}) {
    session::Hello hello;
    hello.clock = now().wall;
    hello.heads = std::move(heads);
    say(session::MessageType::hello, hello);
  }
  template <class T>
  bool say(session::MessageType type, const T& message) {
    const auto queued =
        channel_->queue(channel::StreamClass::control, session::pack(type, message));
    give();
    return queued.has_value();
  }
  // What the victim has to say; a peer that never takes its messages gives no credit back.
  void hear() {
    Bytes frame(limits::kChannelFrame);
    while (const auto size = victim_.engine->pull(conn_, frame, now())) {
      if (channel_) {
        (void)channel_->receive(ByteView(frame).first(size), now().mono);
        continue;
      }
      for (std::size_t at = 0; at < size && !handshake_.done();) {
        const auto taken = handshake_.receive(ByteView(frame).subspan(at, size - at), rng_);
        if (!taken || *taken == 0) return;
        at += *taken;
      }
    }
  }
  std::optional<channel::Message> next() { return channel_->next_message(); }
  void hang_up() {
    victim_.engine->closed(conn_, now());
    circle_.world.settle(victim_);
  }
  [[nodiscard]] ConnId id() const { return conn_; }
  std::optional<Errc> refused;  // the victim ended the connection

 private:
  RawPeer(Circle& circle, SimDevice& victim, SimDevice& knows, const crypto::P256Public& key,
          Agree agree, channel::ConnectKind kind = channel::ConnectKind::catch_up)
      : circle_(circle),
        victim_(victim),
        agree_(std::move(agree)),
        handshake_(channel::Handshake::initiate(config(knows, victim, key, kind), rng_)),
        conn_(victim.engine->connected({false, 0, "somewhere"}, now())) {}

  static channel::InitiatorConfig config(SimDevice& knows, SimDevice& victim,
                                         const crypto::P256Public& key, channel::ConnectKind kind) {
    const auto circle = knows.core().log_->circle();
    const bool full = kind == channel::ConnectKind::full;
    channel::InitiatorConfig out{
        circle,
        kind,
        full ? knows.core().keyring_->newest(circle::kControl, 1).front()->noise_psk()
             : channel::catch_up_psk(circle),
        key,
        victim.core().own_->descriptor.agree,
        {},
        {}};
    out.can.suites = knows.core().config_.suites;
    if (!full) out.limits = channel::catch_up_limits();
    return out;
  }
  [[nodiscard]] Now now() const { return victim_.at(circle_.world.now()); }
  void give() {
    Bytes frame(limits::kChannelFrame);
    while (const auto size =
               channel_ ? channel_->pull(frame, now().mono) : handshake_.pull(frame)) {
      for (std::size_t at = 0; at < size && !refused;) {
        const auto taken =
            victim_.engine->receive(conn_, ByteView(frame).subspan(at, size - at), now());
        circle_.world.settle(victim_);
        if (!taken) refused = taken.error().code;
        if (!taken || *taken == 0) break;
        at += *taken;
      }
    }
  }

  Circle& circle_;
  SimDevice& victim_;
  sim::SimRng rng_{99 + circle_.world.now().ms};  // a first message is taken once
  Agree agree_;
  channel::Handshake handshake_;
  ConnId conn_;
  std::optional<channel::Channel> channel_;
};

}  // namespace troth::device::testing
