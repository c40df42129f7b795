// One entry of each kind that is built, as version 1 writes it: one log, which is taken whole.
#include <gtest/gtest.h>

#include "circle_world.hpp"
#include "frozen.hpp"

namespace troth::circle::test {
namespace {

using troth::test::expect_frozen;
using troth::test::frozen;

struct Written {
  std::string name;
  Entry entry;
};

class OneOfEach {
 public:
  OneOfEach() {
    keep(world_.genesis(0));
    MemberAdd member{{}, "Bea"};
    member.member.bytes[0] = 9;
    say(0, member);
    say(0, DeviceAdd{actor(1).descriptor, {}, Hash{{5}}});
    say(0, DeviceRename{actor(0).id, "kitchen"});
    CategoryCreate create{"notes", "to write", "notes", 1, terms(0, {}, {})};
    say(0, create);
    const auto notes = category_id(log_.back());
    say(0, CategoryUpdate{notes, "letters", "to write", "notes", 2});
    say(0, Grant{terms(1, notes, WallMs{1500})});
    const auto grant = log_.back();
    say(1, Accept{grant, {0}, {}, {}});
    keys(notes);
    say(0, Expire{{{grant, 0}}, {{notes, AuthorId{{3}}, 4, ChainHash{{5}}}}}, 2000);
    say(1, Ack{{{log_.back(), {notes, AuthorId{{3}}, 6, ChainHash{{7}}}}}});
    say(0, Grant{terms(1, notes, {})}, 2000, "");
    say(1, Accept{log_.back(), {0}, {}, {}}, 2000, "");
    say(0, Withdraw{actor(1).id, notes, Direction::both, {}});
    say(0, PolicySet{1, 1, 5, 86'400'000});
    say(0, CategoryRetire{notes});
    fork();
    DeviceRemove remove{actor(1).id, RemoveWhy::lost, true, {}, {}};
    remove.cuts.push_back({notes, AuthorId{{3}}, 6, ChainHash{{7}}});
    say(0, remove);
    checkpoint();
  }
  [[nodiscard]] const std::vector<Written>& all() const { return all_; }

 private:
  static GrantTerms terms(std::size_t whom, const CategoryId& category,
                          std::optional<WallMs> until) {
    return {actor(whom).id, category, Direction::both, "to write",
            Hash{{6}},      "en",     until,           History::all};
  }
  void keep(const EntryId& id, std::string name = "genesis") {
    log_.push_back(id);
    all_.push_back({std::move(name), world_.entry(id)});
  }
  void say(std::size_t who, const Payload& payload, std::uint64_t at = 1000) {
    say(who, payload, at, kind_name(*kind_of(payload)));
  }
  // Without a name: an entry that the others need, of a kind that stands here already.
  void say(std::size_t who, const Payload& payload, std::uint64_t at, std::string_view name) {
    keep(world_.add(who, payload, {log_.back()}, at), std::string(name));
  }
  void keys(const CategoryId& category) {
    EpochDef epoch{category, 1, Hash{{8}}, {}, true, {}};
    const Box box{actor(1).id, {{0, true}}, actor(2).agree.public_key(), Bytes(49, 3)};
    say(0, Keys{{epoch}, {}, {box}});
  }
  void fork() {
    say(1, Ack{}, 2000, "");
    const auto first = log_.back();
    auto body = world_.body(first);
    body.at = WallMs{2001};
    const auto second = world_.write(body, Ack{});
    say(0, ForkProof{first, second, wire::encode(world_.entry(second))});
  }
  void checkpoint() {
    Checkpoint out;
    out.removals = {log_.back()};
    for (const auto* key :
         {&actor(1).descriptor.sign, &actor(1).descriptor.agree, &actor(1).descriptor.approve})
      out.dead_keys.push_back(crypto::sha256(key->view()));
    std::sort(out.dead_keys.begin(), out.dead_keys.end());
    say(0, out);
  }

  World world_{true};
  std::vector<EntryId> log_;
  std::vector<Written> all_;
};

TEST(EntriesVersion1, AreMadeOfTheSameBytes) {
  const OneOfEach made;
  std::set<std::string> kinds;
  for (const auto& written : made.all()) {
    if (written.name.empty()) continue;
    kinds.insert(written.name);
    expect_frozen("entry." + written.name, wire::encode(written.entry));
  }
  for (std::uint8_t number = 1; number <= 23; ++number) {
    const auto kind = static_cast<Kind>(number);
    EXPECT_EQ(kinds.contains(std::string(kind_name(kind))), is_built(kind)) << kind_name(kind);
  }
}

TEST(EntriesVersion1, StoredBytesAreALog) {
  const OneOfEach made;
  std::optional<Log> log;
  for (const auto& written : made.all()) {
    auto entry = written.entry;
    if (!written.name.empty()) {
      const auto bytes = frozen("entry." + written.name);
      auto decoded = wire::decode<Entry>(bytes);
      ASSERT_TRUE(decoded) << written.name;
      entry = *decoded;
    }
    if (!log) {
      auto begun = Log::begin(entry);
      ASSERT_TRUE(begun);
      log.emplace(std::move(*begun));
      continue;
    }
    const auto result = log->offer(std::span(&entry, 1));
    ASSERT_EQ(result.admitted, std::vector{entry.id()}) << written.name;
    EXPECT_EQ(log->birth(entry.id()), Reason::ok) << written.name;
  }
  EXPECT_EQ(log->view().live_devices(), std::vector{actor(0).id});
}

}  // namespace
}  // namespace troth::circle::test
