// A circle with some devices, and short words for what they write: one log takes everything, and a
// test that needs another order or another log has the world.
#pragma once

#include <gtest/gtest.h>

#include "circle_world.hpp"

namespace troth::circle::test {

using Ids = std::vector<EntryId>;

inline GrantTerms terms(std::size_t subject, const CategoryId& category,
                        Direction direction = Direction::both, History history = History::all) {
  GrantTerms out;
  out.subject = actor(subject).id;
  out.category = category;
  out.direction = direction;
  out.purpose = "to test";
  out.locale = "en";
  out.history = history;
  return out;
}
inline GrantTerms until(GrantTerms terms, std::uint64_t ms) {
  terms.until = WallMs{ms};
  return terms;
}
inline DeviceRemove removal(std::size_t whom, Ids revert = {}) {
  DeviceRemove out;
  out.device = actor(whom).id;
  out.revert = std::move(revert);
  return out;
}
inline Withdraw withdrawal(std::size_t whom, const CategoryId& category,
                           Direction direction = Direction::both) {
  return {actor(whom).id, category, direction, {}};
}
inline CategoryCreate creation(std::size_t who, const std::string& name = "papers") {
  CategoryCreate out{name, "to test", "files", 1, terms(who, {})};
  return out;
}

// salt tells epochs with one number apart.
inline EpochDef epoch(const CategoryId& category, std::uint64_t number, std::uint8_t salt = 1,
                      std::vector<EpochId> prev = {}, bool history = true) {
  EpochDef out;
  out.category = category;
  out.number = number;
  out.commitment.bytes[0] = salt;
  out.commitment.bytes[1] = static_cast<std::uint8_t>(number);
  out.prev = std::move(prev);
  out.history = history;
  return out;
}
inline Box box(std::size_t to, std::vector<BoxedKey> keys) {
  return {actor(to).id, std::move(keys), actor(to).agree.public_key(), to_bytes("sealed")};
}

inline AuthorId author(std::uint8_t n) {
  AuthorId out;
  out.bytes[0] = n;
  return out;
}
inline Cut cut(const CategoryId& category, const AuthorId& author, std::uint64_t counter) {
  Cut out{category, author, counter, {}};
  if (counter > 0) out.chain.bytes[0] = static_cast<std::uint8_t>(counter);
  return out;
}

class Home {
 public:
  // Device 0 begins, and adds the others one after the other.
  explicit Home(std::size_t devices, bool signs = false)
      : world(signs),
        root(world.genesis(0)),
        log(world.begin(signs ? &crypto::p256_verify : &trusting)) {
    for (std::size_t d = 1; d < devices; ++d) adds.push_back(add(0, d));
  }

  // On top of everything that the log has; must be taken and valid.
  EntryId by(std::size_t who, const Payload& payload, std::uint64_t at = 1000) {
    const EntryId id = world.write_on(log, who, payload, at);
    EXPECT_TRUE(log.contains(id));
    EXPECT_EQ(log.birth(id), Reason::ok) << reason_key(log.birth(id));
    return id;
  }
  EntryId add(std::size_t who, std::size_t whom, std::vector<GrantTerms> grants = {}) {
    return by(who, DeviceAdd{actor(whom).descriptor, std::move(grants), {}});
  }
  CategoryId category(std::size_t who, const std::string& name = "papers") {
    return category_id(by(who, creation(who, name)));
  }
  // A grant, accepted by its subject. The reference names the grant.
  GrantRef give(std::size_t who, const GrantTerms& what) {
    const EntryId grant = by(who, Grant{what});
    by(actor_of(what.subject), Accept{grant, {0}, {}, {}});
    return {grant, 0};
  }
  // Takes whatever it is offered, in the past that it names.
  OfferResult take(const Ids& ids) { return world.offer(log, ids); }
  // Why the log refuses an entry on top of everything; ok when it is taken.
  [[nodiscard]] Reason may(std::size_t who, const Payload& payload, std::uint64_t at = 1000) {
    const EntryId id = world.add(who, payload, log.heads(), at);
    Log other = copy();
    const auto result = world.offer(other, {id});
    EXPECT_TRUE(result.refused.empty());
    const Reason said = log.view().may_write(payload, actor(who).id, WallMs{at});
    const Reason found = result.held.empty() ? other.birth(id) : result.held[0].reason;
    EXPECT_EQ(said, found) << reason_key(said) << " but " << reason_key(found);
    return found;
  }
  [[nodiscard]] Log copy() const {
    std::vector<Entry> entries;
    for (const auto& id : log.order()) entries.push_back(*log.entry(id));
    return std::move(*Log::restore(entries, &trusting));
  }
  [[nodiscard]] bool live(std::size_t who) const { return log.view().live(actor(who).id); }
  [[nodiscard]] bool granted(std::size_t who, const CategoryId& category,
                             Direction d = Direction::both) const {
    return log.view().granted(actor(who).id, category, d);
  }
  [[nodiscard]] Ids heads() const { return log.heads(); }

  World world;
  EntryId root;
  Log log;
  Ids adds;  // of device 1 and on
};

// What the log holds back, and why; ok when it took it.
inline Reason held_as(const Log& log, const EntryId& id) {
  for (const auto& held : log.held()) {
    if (held.id == id) return held.reason;
  }
  return Reason::ok;
}

}  // namespace troth::circle::test
