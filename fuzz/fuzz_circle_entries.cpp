// Target: every form of a circle log entry decodes and re-encodes; a log that is offered what an
// insider signs folds to the same view as a log that is built from what it took
#include "fuzz/messages.hpp"
#include "fuzz/view_bytes.hpp"
#include "tests/circle_world.hpp"

namespace troth::fuzzing {
namespace {

using namespace circle;
#define ENTRY_FORMS                                                                            \
  Entry, EntryBody, DeviceDescriptor, Genesis, MemberAdd, MemberRemove, RoleSet, DeviceAdd,    \
      DeviceRemove, DeviceRekey, DeviceRename, CategoryCreate, CategoryUpdate, CategoryRetire, \
      ::troth::circle::Grant, Accept, Withdraw, Expire, Keys, Ack, PolicySet, RecoverySet,     \
      BackupOpt, ForkProof, Checkpoint, CircleReset

constexpr std::uint8_t kOffer = 0x80;  // first byte of the other mode
constexpr std::size_t kStepsMax = 8;   // a signature each, made and checked
constexpr std::size_t kActors = 4;     // 0 and 1 are in the log, 2 was removed, 3 is a stranger

// What decodes as the payload of a kind is that payload's one form.
void decode_payloads(ByteView in) {
  for (unsigned kind = 1; kind <= 24; ++kind) {
    const auto payload = decode_payload(static_cast<Kind>(kind), in);
    if (!payload || std::holds_alternative<Opaque>(*payload)) continue;
    FUZZ_REQUIRE(kind_of(*payload) == static_cast<Kind>(kind));
    FUZZ_REQUIRE(std::ranges::equal(encode_payload(*payload), in));
  }
}

// ---- a small log with one entry of nearly each kind

struct Home {
  test::World world{true};
  std::vector<EntryId> ids;
  CategoryId category;
  EpochDef epoch;
  Home() {
    ids.push_back(world.genesis(0));
    CategoryCreate create;
    create.name = "notes";
    create.terms = terms(0, {});
    add(0, create);
    category = category_id(ids.back());
    epoch.category = category;
    epoch.number = 1;
    epoch.commitment.bytes[0] = 7;
    add(0, Keys{{epoch}, {}, {box(0)}});
    add(0, DeviceAdd{test::actor(1).descriptor, {}, {}});
    add(0, circle::Grant{terms(1, category)});
    add(1, Accept{ids.back(), {0}, {}, {}});
    add(0, DeviceAdd{test::actor(2).descriptor, {}, {}});
    add(2, Ack{});
    add(1, removal(2));
    add(0, Ack{});
  }
  void add(std::size_t who, const Payload& payload) {
    ids.push_back(world.add(who, payload, {ids.back()}));
  }
  [[nodiscard]] static GrantTerms terms(std::size_t whom, const CategoryId& category) {
    GrantTerms out;
    out.subject = test::actor(whom).id;
    out.category = category;
    return out;
  }
  [[nodiscard]] static Box box(std::size_t whom) {
    return {test::actor(whom).id, {{0, false}}, test::actor(3).agree.public_key(), Bytes(49, 3)};
  }
  [[nodiscard]] static DeviceRemove removal(std::size_t whom) {
    DeviceRemove out;
    out.device = test::actor(whom).id;
    return out;
  }
  [[nodiscard]] std::vector<Entry> entries() const {
    std::vector<Entry> out;
    for (const auto& id : ids) out.push_back(world.entry(id));
    return out;
  }
};
const Home& home() {
  static const Home kHome;
  return kHome;
}

// ---- what an insider makes of an input

// One step: an author and what it says, with flags; then two bytes of length and the payload, or
// with kRaw the whole body.
enum Flag : std::uint8_t {
  kOtherKey = 1,   // signed with the key class that is not the right one
  kRaw = 2,        // the bytes are a body
  kNow = 4,        // an offer ends with this entry
  kKeep = 8,       // not offered: what builds on it lacks a parent
  kNoPrev = 16,    // leaves out its own last entry
  kCritical = 32,  // says so
};

class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  [[nodiscard]] bool done() const { return in_.empty(); }
  std::uint8_t byte() {
    if (in_.empty()) return 0;
    const auto out = in_[0];
    in_ = in_.subspan(1);
    return out;
  }
  ByteView run() {
    const std::size_t wanted = std::size_t{byte()} << 8 | byte();
    const auto out = in_.first(std::min(wanted, in_.size()));
    in_ = in_.subspan(out.size());
    return out;
  }

 private:
  ByteView in_;
};

class Insider {
 public:
  Insider() {
    for (const auto& id : home().ids) {
      std::uint64_t past = 0;
      for (std::size_t i = 0; i < known_.size(); ++i) {
        if (home().world.past(id).contains(known_[i].id)) past |= std::uint64_t{1} << i;
      }
      known_.push_back({id, home().world.body(id).author, past});
    }
  }
  // The entry that the next bytes ask for, and whether an offer ends here.
  struct Said {
    Entry entry;
    std::uint8_t flags = 0;
  };
  Said next(Reader& in) {
    const std::size_t who = in.byte() % kActors;
    const std::uint8_t flags = in.byte();
    const auto kind = static_cast<Kind>(in.byte());
    const std::uint8_t parents = in.byte();
    const ByteView rest = in.run();
    Bytes body = to_bytes(rest);
    if ((flags & kRaw) == 0) body = built(who, flags, kind, parents, rest);
    return {sign(who, flags, std::move(body)), flags};
  }

 private:
  struct Known {
    EntryId id;
    DeviceId author;
    std::uint64_t past = 0;  // bit i: known_[i]
  };
  Bytes built(std::size_t who, std::uint8_t flags, Kind kind, std::uint8_t mask, ByteView payload) {
    EntryBody body;
    body.kind = kind;
    body.circle = circle_id(home().ids.front());
    body.author = test::actor(who).id;
    body.at = WallMs{2000 + known_.size()};
    body.critical = (flags & kCritical) != 0;
    body.payload = to_bytes(payload);
    // The newest eight by the bits; none: the newest.
    std::uint64_t past = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      const bool named = mask == 0 ? bit == 0 : (mask >> bit & 1) != 0;
      if (!named || bit >= known_.size()) continue;
      const std::size_t at = known_.size() - 1 - bit;
      body.parents.push_back(known_[at].id);
      past |= known_[at].past | std::uint64_t{1} << at;
    }
    for (std::size_t at = known_.size(); at-- > 0 && (flags & kNoPrev) == 0;) {
      if ((past >> at & 1) == 0 || known_[at].author != body.author) continue;
      body.prev = known_[at].id;
      body.parents.push_back(known_[at].id);
      break;
    }
    std::sort(body.parents.begin(), body.parents.end());
    const auto twice = std::unique(body.parents.begin(), body.parents.end());
    body.parents.erase(twice, body.parents.end());
    Bytes bytes = wire::encode(body);
    known_.push_back({entry_id(bytes), body.author, past});
    return bytes;
  }
  static Entry sign(std::size_t who, std::uint8_t flags, Bytes bytes) {
    const auto body = decode_body(bytes);
    bool approve = false;
    if (body) {
      const auto payload = decode_payload(body->kind, body->payload);
      approve = signing_key(body->kind, body->critical, payload ? *payload : Payload{},
                            body->author) != SigningKey::sign;
      for (std::size_t other = 0; other < kActors; ++other) {
        if (body->author == test::actor(other).id) who = other;
      }
    }
    approve = approve != ((flags & kOtherKey) != 0);
    test::CountingRng rng(99);
    const auto& actor = test::actor(who);
    const auto signature = (approve ? actor.approve : actor.sign).sign(signing_input(bytes), rng);
    return {std::move(bytes), signature};
  }

  std::vector<Known> known_;
};

// ---- the properties

std::vector<Entry> taken(const Log& log) {
  std::vector<Entry> out;
  for (const auto& id : log.order()) out.push_back(*log.entry(id));
  return out;
}

// Rule 4.4: what is not taken changes nothing, and a view is a function of the set of entries.
void offer(Log& log, const std::vector<Entry>& entries) {
  const auto before = ViewBytes::of(log);
  const auto order = log.order();
  const auto result = log.offer(entries);
  const auto after = ViewBytes::of(log);
  if (result.admitted.empty()) {
    FUZZ_REQUIRE(after == before);
    FUZZ_REQUIRE(log.order() == order);
  }
  FUZZ_REQUIRE(log.size() == order.size() + result.admitted.size());
  for (const auto& id : result.admitted) FUZZ_REQUIRE(log.contains(id));
  for (const auto& held : result.held) FUZZ_REQUIRE(!log.contains(held.id));
  for (const auto& refused : result.refused) FUZZ_REQUIRE(!log.contains(refused.id));
  const auto again = Log::restore(taken(log));
  FUZZ_REQUIRE(again.has_value());
  FUZZ_REQUIRE(ViewBytes::of(*again) == after);
}

void offer_all(ByteView in) {
  auto log = Log::restore(home().entries());
  FUZZ_REQUIRE(log.has_value());
  Insider insider;
  Reader reader(in);
  std::vector<Entry> pending;
  for (std::size_t step = 0; step < kStepsMax && !reader.done(); ++step) {
    auto said = insider.next(reader);
    if ((said.flags & kKeep) == 0) pending.push_back(std::move(said.entry));
    if ((said.flags & kNow) == 0) continue;
    offer(*log, pending);
    pending.clear();
  }
  offer(*log, pending);
}

// ---- seeds

void step(Bytes& out, std::size_t who, std::uint8_t flags, const Payload& payload,
          std::uint8_t parents = 0) {
  const auto said = encode_payload(payload);
  out.push_back(static_cast<std::uint8_t>(who));
  out.push_back(flags);
  out.push_back(static_cast<std::uint8_t>(kind_of(payload).value_or(Kind::role_set)));
  out.push_back(parents);
  append_be16(out, static_cast<std::uint16_t>(said.size()));
  append(out, said);
}
Bytes one(std::size_t who, const Payload& payload, std::uint8_t flags = 0) {
  Bytes out{kOffer};
  step(out, who, flags, payload);
  return out;
}

std::vector<Payload> insider_says() {
  const auto& h = home();
  MemberAdd member{{}, "Bea"};
  member.member.bytes[0] = 9;
  CategoryCreate create;
  create.name = "photos";
  create.terms = Home::terms(0, {});
  CategoryUpdate update;
  update.category = h.category;
  update.name = "letters";
  EpochDef next = h.epoch;
  next.number = 2;
  next.commitment.bytes[0] = 8;
  next.prev = {h.epoch.id()};
  return {member,
          DeviceAdd{test::actor(3).descriptor, {Home::terms(3, h.category)}, {}},
          DeviceRename{test::actor(0).id, "kitchen"},
          create,
          update,
          CategoryRetire{h.category},
          circle::Grant{Home::terms(1, h.category)},
          Withdraw{test::actor(1).id, h.category, Direction::both, {}},
          Expire{{{h.ids[4], 0}}, {}},
          Keys{{next}, {}, {Home::box(0), Home::box(1)}},
          Keys{{}, {{h.category, h.epoch.id()}}, {Home::box(1)}},
          Ack{{{h.ids[8], {h.category, {}, 0, {}}}}},
          PolicySet{1, 1, 5, 0},
          Checkpoint{{h.ids[8]}, {}},
          Accept{h.ids[4], {}, {}, {}},
          Home::removal(1)};
}

void offer_seeds(std::vector<Bytes>& seeds) {
  for (const auto& payload : insider_says()) seeds.push_back(one(0, payload));
  seeds.push_back(one(0, Ack{}, kOtherKey));
  seeds.push_back(one(3, Ack{}));
  seeds.push_back(one(0, Opaque{}, kCritical));
  Bytes raw{kOffer, 0, kRaw, 0, 0};
  const auto& first = home().world.entry(home().ids.back()).body;
  append_be16(raw, static_cast<std::uint16_t>(first.size()));
  append(raw, first);
  seeds.push_back(std::move(raw));
  // A fork, its proof, and a removal of who forked; a late entry of the removed device that a
  // living one carries in; an entry whose parent never comes.
  Bytes fork{kOffer};
  step(fork, 1, kNow, Ack{});
  step(fork, 1, kNow, DeviceRename{test::actor(1).id, "twice"}, 2);
  step(fork, 0, kNow, Home::removal(1), 1);
  step(fork, 1, kNow, Ack{}, 2);
  seeds.push_back(std::move(fork));
  Bytes late{kOffer};
  step(late, 2, 0, Ack{}, 8);
  step(late, 1, kNow, Ack{}, 3);
  seeds.push_back(std::move(late));
  Bytes lost{kOffer};
  step(lost, 1, kKeep, Ack{});
  step(lost, 0, kNow, Ack{}, 1);
  seeds.push_back(std::move(lost));
}

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  using namespace troth::fuzzing;
  if (in.empty()) return;
  if (in[0] >= kOffer) return offer_all(in.subspan(1));
  fuzz_messages<ENTRY_FORMS>(in);
  decode_payloads(in.subspan(1));
}

std::vector<troth::Bytes> fuzz_seeds() {
  using namespace troth::fuzzing;
  auto seeds = message_seeds<ENTRY_FORMS>();
  for (const auto& id : home().ids) {
    seeds.push_back({0});
    troth::append(seeds.back(), troth::wire::encode(home().world.entry(id)));
    seeds.push_back({1});
    troth::append(seeds.back(), home().world.entry(id).body);
  }
  for (const auto& payload : insider_says()) {
    seeds.push_back({0});
    troth::append(seeds.back(), encode_payload(payload));
  }
  offer_seeds(seeds);
  return seeds;
}
