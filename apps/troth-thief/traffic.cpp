#include "apps/troth-thief/traffic.hpp"

#include <fstream>
#include <iterator>

#include "base/bytes.hpp"
#include "channel/messages.hpp"
#include "channel/noise.hpp"
#include "wire/frame.hpp"

namespace troth::thief {

namespace {

using Noise = channel::NoiseHandshake<channel::P256Dh>;
constexpr std::size_t kFrameMax = 1024 * 1024;
constexpr std::array kAeads{crypto::Aead::aes256gcm, crypto::Aead::chacha20poly1305};

struct Record {
  Bytes head;
  Bytes body;
  std::uint64_t index = 0;  // of its direction: the counter of its nonce
};
struct Frames {
  std::vector<channel::FirstMessage> firsts;
  std::vector<Record> records;
};

void split_frames(ByteView bytes, Frames& out, TrafficCount& count) {
  std::uint64_t index = 0;
  while (bytes.size() >= wire::FrameHead{}.version + std::size_t{7}) {
    const auto head = wire::parse_head(bytes.first<8>(), kFrameMax);
    if (!head || bytes.size() - 8 < head->length) return;
    const auto body = bytes.subspan(8, head->length);
    ++count.frames;
    if (head->kind == wire::FrameKind::handshake1) {
      ++count.handshakes;
      index = 0;
      if (auto first = wire::decode<channel::FirstMessage>(body)) out.firsts.push_back(*first);
    } else if (head->kind == wire::FrameKind::handshake2) {
      index = 0;
    } else if (head->kind == wire::FrameKind::pairing) {
      ++count.pairing;
    } else if (head->kind == wire::FrameKind::record) {
      ++count.records;
      out.records.push_back({to_bytes(bytes.first(8)), to_bytes(body), index++});
    }
    bytes = bytes.subspan(8 + head->length);
  }
}

// Every secret of 32 bytes that the homes hold or derive, as if a session were sealed with it.
std::vector<Secret32> direct_keys(const Homes& homes) {
  std::vector<Secret32> out;
  for (const auto& loot : homes) {
    if (auto at_rest = loot->keystore->at_rest_key()) out.push_back(std::move(*at_rest));
    out.push_back(channel::catch_up_psk(loot->core->view().circle()));
    const auto& ring = *loot->core->keyring_;
    for (const auto& category : ring.categories()) {
      for (const auto* secret : ring.newest(category, ring.size())) {
        out.push_back(secret->carry(false).key.clone());
        out.push_back(secret->carry(secret->has_history()).key.clone());
        out.push_back(secret->noise_psk());
        out.push_back(secret->discovery_key());
      }
    }
  }
  return out;
}

std::vector<Secret32> psks_of(const Loot& loot) {
  std::vector<Secret32> out;
  out.push_back(channel::catch_up_psk(loot.core->view().circle()));
  const auto& ring = *loot.core->keyring_;
  for (const auto* secret : ring.newest(CategoryId{}, ring.size()))
    out.push_back(secret->noise_psk());
  return out;
}

crypto::Nonce nonce_of(crypto::Aead aead, std::uint64_t counter) {
  if (aead == crypto::Aead::aes256gcm) return crypto::counter_nonce(counter);
  crypto::Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return nonce;
}

bool opens(const Secret32& key, const Record& record, TrafficCount& count) {
  for (const auto aead : kAeads) {
    ++count.attempts;
    Bytes plain;
    if (crypto::AeadKey(aead, key.expose())
            .open(nonce_of(aead, record.index), record.head, record.body, plain))
      return true;
  }
  return false;
}

// Answers the recorded first message as the device itself would: own static key, psk, and an
// ephemeral key of its own, because the one that was used then is nowhere.
std::optional<channel::CipherPair> replay(Loot& loot, const channel::FirstMessage& first,
                                          const Secret32& psk, crypto::Aead aead,
                                          TrafficCount& count) {
  const auto& own = loot.keystore->public_keys().agree;
  const Bytes bound = channel::prologue(loot.core->view().circle(), first.offer);
  Noise noise({&channel::kIKpsk1, aead, false, bound, own, std::nullopt, psk.clone()});
  if (!noise.read(first.noise)) return std::nullopt;
  const auto answer_all = [&] {
    while (noise.waiting_for()) {
      const auto agreed = loot.agree(noise.waiting_for()->view());
      if (!agreed || !noise.answer(Secret32(ByteView(*agreed)))) return false;
    }
    return true;
  };
  if (!answer_all()) return std::nullopt;
  ++count.callers;
  noise.set_ephemeral(crypto::P256KeyPair::generate(loot.rng));
  if (!noise.write({}) || !answer_all() || !noise.finished()) return std::nullopt;
  return std::move(noise).split();
}

bool opens(channel::CipherState& cipher, const Record& record, TrafficCount& count) {
  if (record.body.size() < crypto::kAeadTag) return false;
  ++count.attempts;
  Bytes plain(record.body.size() - crypto::kAeadTag);
  return cipher.open(record.head, record.body, plain).has_value();
}

void try_handshake(Loot& loot, const channel::FirstMessage& first, Frames& frames,
                   TrafficCount& count) {
  const auto& own = loot.keystore->public_keys().agree;
  for (const auto& psk : psks_of(loot)) {
    if (channel::first_mac(psk, own, first.offer, first.noise) != first.mac) continue;
    ++count.recognised;
    for (const auto aead : kAeads) {
      auto pair = replay(loot, first, psk, aead, count);
      if (!pair) continue;
      for (const auto& record : frames.records) {
        if (record.index != 0) continue;
        if (opens(pair->initiator, record, count) || opens(pair->responder, record, count))
          ++count.opened;
      }
    }
  }
}

}  // namespace

Result<TrafficCount> try_traffic(const Homes& homes, const std::vector<std::string>& files,
                                 const std::vector<std::string>& markers) {
  TrafficCount count;
  Frames frames;
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(Errc::not_found);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    ++count.files;
    count.bytes += text.size();
    if (holds_marker(as_bytes(text), markers)) ++count.markers;
    split_frames(as_bytes(text), frames, count);
  }
  for (const auto& loot : homes) {
    for (const auto& first : frames.firsts) try_handshake(*loot, first, frames, count);
  }
  const auto keys = direct_keys(homes);
  for (const auto& record : frames.records) {
    for (const auto& key : keys) {
      if (!opens(key, record, count)) continue;
      ++count.opened;
      break;
    }
  }
  return count;
}

bool trying_works(const Homes& homes) {
  TrafficCount ignored;
  std::uint64_t index = 0;
  for (const auto& key : direct_keys(homes)) {
    for (const auto aead : kAeads) {
      Record record{Bytes(8, 7), {}, index++};
      crypto::AeadKey(aead, key.expose())
          .seal(nonce_of(aead, record.index), record.head, as_bytes("planted"), record.body);
      if (!opens(key, record, ignored)) return false;
    }
  }
  return index > 0;
}

}  // namespace troth::thief
