// A device for session tests: a real circle log without signatures, and batches that are plain
// bytes (author | index | text), so that what arrives can be compared at a glance.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "circle/log.hpp"
#include "circle/payloads.hpp"
#include "crypto/hash.hpp"
#include "session/session.hpp"
#include "tests/unit/channel/support.hpp"

namespace troth::session::test {

inline Result<> any_signature(const crypto::P256Public&, ByteView, ByteView) { return {}; }

// Two devices of one person; the first began the circle.
inline circle::DeviceDescriptor descriptor(std::uint8_t which) {
  channel::test::TestRng rng(which);
  circle::DeviceDescriptor out;
  out.name = "Laptop";
  out.model = "X1";
  out.sign = crypto::P256KeyPair::generate(rng).public_key();
  out.agree = crypto::P256KeyPair::generate(rng).public_key();
  out.approve = crypto::P256KeyPair::generate(rng).public_key();
  out.member.bytes.fill(6);
  rng.fill(out.box_secret);
  return out;
}

inline circle::Entry genesis() {
  const auto body = circle::make_genesis({descriptor(1), "Ada", 1, 1, {}}, WallMs{1});
  EXPECT_TRUE(body);
  return {*body, {}};
}

class FakeHost : public Host {
 public:
  explicit FakeHost(std::uint8_t id)
      : log_(std::move(*circle::Log::begin(genesis(), &any_signature))) {
    self_.bytes[0] = id;
    category_.bytes[0] = 7;
    circle::DeviceAdd add;
    add.device = descriptor(2);
    write(add, 1);
  }

  // --- what tests do to it ---
  void write_entry(std::string_view name) {
    circle::MemberAdd add;
    channel::test::TestRng rng(name.size() * 131 + static_cast<unsigned>(name.back()));
    rng.fill(add.member.bytes);
    add.name = name;
    write(add, self_.bytes[0]);
  }
  // An entry of a kind that nobody knows, so that it can be as long as one may be.
  void write_long_entry(std::size_t bytes) {
    const auto made = log_.make_body(circle::Ack{}, circle::device_id(descriptor(1)), WallMs{2});
    ASSERT_TRUE(made);
    auto body = *circle::decode_body(*made);
    body.kind = static_cast<circle::Kind>(200);
    body.critical = false;
    body.payload = Bytes(bytes, 1);
    const std::vector<circle::Entry> entries{{wire::encode(body), {}}};
    ASSERT_EQ(log_.offer(entries).admitted.size(), 1u);
  }
  void write_batch(std::string_view text) {
    auto& own = batches_[self_];
    Bytes batch(self_.bytes.begin(), self_.bytes.end());
    append_be64(batch, own.size());
    append(batch, text);
    own.push_back(batch);
  }
  [[nodiscard]] std::size_t batches() const {
    std::size_t out = 0;
    for (const auto& [author, list] : batches_) out += list.size();
    return out;
  }
  [[nodiscard]] const CategoryId& category() const { return category_; }
  void forget_last(const AuthorId& author) { batches_[author].pop_back(); }
  [[nodiscard]] const AuthorId& self() const { return self_; }

  bool send_allowed = true;
  bool call_everything_bad = false;
  bool set_everything_aside = false;
  std::size_t handed = 0;  // batches that came, whatever became of them
  bool log_grew = false;
  bool data_grew = false;
  int equal_told = 0;
  int gaps = 0;
  int hellos = 0;
  int removed_told = 0;
  std::size_t entries_offered = 0;
  std::vector<ChunkRef> wants;
  std::vector<ChunkRef> asked;
  std::map<ChunkRef, Bytes> chunks;
  int chunks_refused = 0;
  std::vector<CategoryLeft> left;

  // --- Host ---
  circle::Log& log() override { return log_; }
  std::string listen_address() const override { return {}; }
  WallMs wall() const override { return WallMs{1000}; }
  Result<> take_entries(const DeviceId&, std::vector<circle::Entry> entries) override {
    entries_offered += entries.size();
    log_grew = !log_.offer(entries).admitted.empty() || log_grew;
    return {};
  }
  std::vector<CategoryId> shared(const DeviceId&) override { return {category_}; }
  bool may_send(const DeviceId&, const CategoryId&) override { return send_allowed; }
  bool may_receive(const DeviceId&, const CategoryId&) override { return true; }
  bool durable() const override { return true; }
  sync::Vector claimed(const CategoryId&) override {
    sync::Vector out;
    for (const auto& [author, list] : batches_) {
      if (list.empty()) continue;
      const auto hash = crypto::sha256(list.back());
      out[author] = {list.size(), id_prefix<ChainHash>(hash)};
    }
    return out;
  }
  sync::Vector claimed_for(const DeviceId&, const CategoryId& category) override {
    return claimed(category);
  }
  bool lacks_older(const CategoryId&) override { return false; }
  sync::RangeCursor ranges(const DeviceId&, const CategoryId& category,
                           const sync::Vector& theirs) override {
    return {category, sync::missing(theirs, claimed(category)), 0};
  }
  Result<std::optional<Bytes>> next_batch(sync::RangeCursor& cursor) override {
    while (cursor.at < cursor.ranges.size()) {
      auto& range = cursor.ranges[cursor.at];
      if (range.from < range.to) {
        const auto& batch = batches_[range.author].at(range.from++);
        cursor.reached[range.author] = {range.from, id_prefix<ChainHash>(crypto::sha256(batch))};
        return std::optional(batch);
      }
      ++cursor.at;
    }
    return std::optional<Bytes>{};
  }
  Taken take_batch(const DeviceId&, const CategoryId&, ByteView sealed,
                   std::optional<std::uint64_t>) override {
    ++handed;
    if (call_everything_bad || sealed.size() < 16) return Taken::bad;
    if (set_everything_aside) return Taken::set_aside;
    auto& list = batches_[*id_from<AuthorId>(sealed.first(8))];
    const auto index = read_be(sealed.subspan(8, 8));
    if (index < list.size()) return Taken::set_aside;
    if (index > list.size()) {
      ++gaps;
      return Taken::gap;
    }
    list.push_back(to_bytes(sealed));
    data_grew = true;
    return Taken::applied;
  }
  void told_vector(const DeviceId&, const CategoryId&, const sync::Vector&) override {}
  void told_equal(const DeviceId&) override { ++equal_told; }
  void told_hello(const DeviceId&, const Hello&) override { ++hellos; }
  void told_removed(const DeviceId&, const circle::Entry&) override { ++removed_told; }
  std::vector<ChunkRef> next_wants(const DeviceId&, std::size_t at_most) override {
    std::vector<ChunkRef> out;
    while (!wants.empty() && out.size() < at_most) {
      out.push_back(wants.back());
      wants.pop_back();
    }
    return out;
  }
  void asked_chunk(const DeviceId&, const ChunkRef& ref) override { asked.push_back(ref); }
  void take_chunk(const DeviceId&, const ChunkRef& ref, ByteView sealed) override {
    chunks[ref] = to_bytes(sealed);
  }
  void refused_chunk(const DeviceId&, const ChunkRef&) override { ++chunks_refused; }
  std::vector<CategoryLeft> files_left() override { return left; }

 private:
  void write(const circle::Payload& payload, std::uint8_t author) {
    const auto body = log_.make_body(payload, circle::device_id(descriptor(author)), WallMs{2});
    ASSERT_TRUE(body);
    const auto result = log_.offer(std::vector<circle::Entry>{{*body, {}}});
    ASSERT_EQ(result.admitted.size(), 1u);
  }

  circle::Log log_;
  AuthorId self_;
  CategoryId category_;
  std::map<AuthorId, std::vector<Bytes>> batches_;
};

}  // namespace troth::session::test
