// Builds circle log entries for tests, also hostile ones: any author, any parents. Signatures are
// made only where a test asks for them; the verifier `trusting` takes every signature.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/ports.hpp"
#include "circle/log.hpp"

namespace troth::circle::test {

inline Result<> trusting(const crypto::P256Public&, ByteView, ByteView) { return {}; }

// Repeatable; not for keys that matter.
class CountingRng : public Rng {
 public:
  explicit CountingRng(std::uint64_t seed) : state_(seed * 2 + 1) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next() >> 33);
  }
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return state_ ^ (state_ >> 29);
  }
  std::uint64_t below(std::uint64_t bound) { return (next() >> 17) % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct Actor {
  crypto::P256KeyPair sign, agree, approve;
  DeviceDescriptor descriptor;
  DeviceId id;
};

// Key generation is slow enough to be worth sharing: actor n is the same in every test.
inline const Actor& actor(std::size_t n) {
  static std::map<std::size_t, Actor> made;
  const auto at = made.find(n);
  if (at != made.end()) return at->second;
  CountingRng rng(7000 + n);
  Actor a{crypto::P256KeyPair::generate(rng),
          crypto::P256KeyPair::generate(rng),
          crypto::P256KeyPair::generate(rng),
          {},
          {}};
  a.descriptor.name = "device " + std::to_string(n);
  a.descriptor.model = "test";
  a.descriptor.sign = a.sign.public_key();
  a.descriptor.agree = a.agree.public_key();
  a.descriptor.approve = a.approve.public_key();
  a.descriptor.member.bytes[0] = 1;
  rng.fill(a.descriptor.box_secret);
  a.id = device_id(a.descriptor);
  return made.emplace(n, std::move(a)).first->second;
}

inline std::size_t actor_of(const DeviceId& id) {
  for (std::size_t n = 0;; ++n) {
    if (actor(n).id == id) return n;
  }
}

// Every entry that anybody ever wrote, with its ancestors; what a Log takes of it is another
// matter.
class World {
 public:
  explicit World(bool signs = false) : signs_(signs) {}

  EntryId genesis(std::size_t who = 0) {
    Genesis g;
    g.device = actor(who).descriptor;
    g.member_name = "member";
    EntryBody body;
    body.author = actor(who).id;
    return write(std::move(body), g);
  }
  // prev and its place among the parents are filled in.
  EntryId add(std::size_t who, const Payload& payload, std::vector<EntryId> parents,
              std::uint64_t at = 1000) {
    EntryBody body;
    body.circle = circle_id(first_);
    body.author = actor(who).id;
    body.at = WallMs{at};
    if (const auto own = last_own(who, parents)) {
      body.prev = *own;
      parents.push_back(*own);
    }
    std::sort(parents.begin(), parents.end());
    parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
    body.parents = std::move(parents);
    return write(std::move(body), payload);
  }
  EntryId add_device(std::size_t who, std::size_t whom, std::vector<EntryId> parents,
                     std::vector<GrantTerms> grants = {}) {
    DeviceAdd payload{actor(whom).descriptor, std::move(grants), {}};
    return add(who, payload, std::move(parents));
  }
  EntryId remove(std::size_t who, std::size_t whom, std::vector<EntryId> parents,
                 std::vector<EntryId> revert = {}) {
    DeviceRemove payload;
    payload.device = actor(whom).id;
    payload.revert = std::move(revert);
    return add(who, payload, std::move(parents));
  }
  EntryId ack(std::size_t who, std::vector<EntryId> parents) {
    return add(who, Ack{}, std::move(parents));
  }
  EntryId write(EntryBody body, const Payload& payload) {
    if (const auto kind = kind_of(payload)) {
      body.kind = *kind;
      body.payload = encode_payload(payload);
    }
    Entry entry{wire::encode(body), {}};
    const EntryId id = entry.id();
    if (signs_) entry.signature = sign(body, payload, entry.body);
    if (entries_.empty()) first_ = id;
    std::set<EntryId> past;
    for (const auto& parent : body.parents) {
      past.insert(parent);
      past.insert(past_[parent].begin(), past_[parent].end());
    }
    past_.emplace(id, std::move(past));
    bodies_.emplace(id, std::move(body));
    entries_.emplace(id, std::move(entry));
    return id;
  }

  [[nodiscard]] const Entry& entry(const EntryId& id) const { return entries_.at(id); }
  [[nodiscard]] Entry& entry(const EntryId& id) { return entries_.at(id); }
  [[nodiscard]] const EntryBody& body(const EntryId& id) const { return bodies_.at(id); }
  [[nodiscard]] const std::set<EntryId>& past(const EntryId& id) const { return past_.at(id); }
  [[nodiscard]] std::set<EntryId> closure(const EntryId& id) const {
    auto out = past_.at(id);
    out.insert(id);
    return out;
  }
  [[nodiscard]] const EntryId& first() const { return first_; }
  [[nodiscard]] const std::map<EntryId, Entry>& entries() const { return entries_; }

  [[nodiscard]] Log begin(VerifyFn verify = &trusting) const {
    return std::move(*Log::begin(entries_.at(first_), verify));
  }
  // Offers entries closed under parents.
  OfferResult offer(Log& log, const std::vector<EntryId>& ids) const {
    std::set<EntryId> all;
    for (const auto& id : ids) {
      const auto more = closure(id);
      all.insert(more.begin(), more.end());
    }
    std::vector<Entry> out;
    for (const auto& id : all) {
      if (!log.contains(id)) out.push_back(entries_.at(id));
    }
    return log.offer(out);
  }
  // Writes on top of the log's heads and offers it at once.
  EntryId write_on(Log& log, std::size_t who, const Payload& payload, std::uint64_t at = 1000) {
    const EntryId id = add(who, payload, log.heads(), at);
    offer(log, {id});
    return id;
  }

  [[nodiscard]] crypto::P256Signature sign(const EntryBody& body, const Payload& payload,
                                           const Bytes& bytes) const {
    return sign_by(body, bytes,
                   signing_key(body.kind, body.critical, payload, body.author) != SigningKey::sign);
  }
  // The entry with a signature by a key of its author that the test chooses.
  [[nodiscard]] Entry signed_by(const EntryId& id, bool approve) const {
    Entry out = entries_.at(id);
    out.signature = sign_by(bodies_.at(id), out.body, approve);
    return out;
  }

 private:
  [[nodiscard]] std::optional<EntryId> last_own(std::size_t who,
                                                const std::vector<EntryId>& parents) const {
    std::optional<EntryId> best;
    std::set<EntryId> all;
    for (const auto& parent : parents) {
      all.insert(parent);
      all.insert(past_.at(parent).begin(), past_.at(parent).end());
    }
    for (const auto& id : all) {
      if (bodies_.at(id).author != actor(who).id) continue;
      // Past sizes grow along every chain, so the largest is nobody's ancestor.
      if (!best || past_.at(id).size() > past_.at(*best).size()) best = id;
    }
    return best;
  }

  [[nodiscard]] static crypto::P256Signature sign_by(const EntryBody& body, const Bytes& bytes,
                                                     bool approve) {
    CountingRng rng(99);
    const auto& who = actor(actor_of(body.author));
    return (approve ? who.approve : who.sign).sign(signing_input(bytes), rng);
  }

  bool signs_;
  EntryId first_;
  std::map<EntryId, Entry> entries_;
  std::map<EntryId, EntryBody> bodies_;
  std::map<EntryId, std::set<EntryId>> past_;
};

}  // namespace troth::circle::test
