#include "channel/psk.hpp"

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "crypto/labels.hpp"

namespace troth::channel {

namespace {

crypto::Prk mac_key(const Secret32& psk, std::string_view label) {
  return crypto::Prk(crypto::Prk(psk.expose()).expand32(label).expose());
}

FirstMac truncated(const Hash& mac) {
  FirstMac out{};
  std::copy_n(mac.bytes.begin(), out.size(), out.begin());
  return out;
}

}  // namespace

Secret32 noise_psk(const crypto::Prk& control_prk) {
  return control_prk.expand32(crypto::labels::kNoisePsk);
}

Secret32 catch_up_psk(const CircleId& circle) {
  return crypto::Prk(circle.view()).expand32(crypto::labels::kNoiseCatchUp);
}

FirstMac first_mac(const Secret32& psk, const crypto::P256Public& responder, ByteView offer,
                   ByteView noise) {
  // Each part has a fixed length or its length before it, so no two inputs give the same bytes.
  Bytes input(responder.view().begin(), responder.view().end());
  append_be32(input, static_cast<std::uint32_t>(offer.size()));
  append(input, offer);
  append(input, noise);
  return truncated(mac_key(psk, crypto::labels::kNoiseMac).mac(input));
}

FirstMac retry_mac(const Secret32& psk, const FirstMac& answers, std::uint8_t suite) {
  Bytes input(answers.begin(), answers.end());
  input.push_back(suite);
  return truncated(mac_key(psk, crypto::labels::kNoiseRetry).mac(input));
}

bool SeenFirstMessages::insert(const FirstMac& mac) {
  if (!known_.insert(mac).second) return false;
  order_.push_back(mac);
  if (order_.size() > limits::kSeenFirstMessages) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

}  // namespace troth::channel
