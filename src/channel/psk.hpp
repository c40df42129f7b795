// What guards a responder's keys against strangers (rule 14): the two kinds of psk, the mac over
// message 1 that is checked before any key operation, and the memory of message 1s already seen.
#pragma once

#include <deque>
#include <set>

#include "base/secret.hpp"
#include "crypto/kdf.hpp"
#include "crypto/p256.hpp"

namespace troth::channel {

// full: both hold a recent control key. catch_up: only the log may be exchanged (rule 14).
enum class ConnectKind : std::uint8_t { full = 1, catch_up = 2 };
[[nodiscard]] constexpr bool wire_known(ConnectKind kind) {
  return kind == ConnectKind::full || kind == ConnectKind::catch_up;
}

using FirstMac = std::array<std::uint8_t, 16>;

// control_prk is that of the control epoch (rule 18 with category 0).
[[nodiscard]] Secret32 noise_psk(const crypto::Prk& control_prk);
// From the circle id, which is no secret to past members: it keeps strangers out, nobody else.
[[nodiscard]] Secret32 catch_up_psk(const CircleId& circle);

// Over the offer and the Noise message as sent, and the responder's key, so that a message recorded
// on the way to one device buys no work on another.
[[nodiscard]] FirstMac first_mac(const Secret32& psk, const crypto::P256Public& responder,
                                 ByteView offer, ByteView noise);
// Over a retry and the mac of the message 1 that it answers.
[[nodiscard]] FirstMac retry_mac(const Secret32& psk, const FirstMac& answers, std::uint8_t suite);

// The newest macs that were accepted, so that a replayed message 1 costs a lookup instead of two
// key operations. Forgetting the oldest is safe: a replay can never complete a handshake.
class SeenFirstMessages {
 public:
  // False when it was there already.
  [[nodiscard]] bool insert(const FirstMac& mac);

 private:
  std::set<FirstMac> known_;
  std::deque<FirstMac> order_;
};

}  // namespace troth::channel
