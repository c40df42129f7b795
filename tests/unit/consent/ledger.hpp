// A log with a few devices that write as they are told, for tests of what consent means.
#pragma once

#include <gtest/gtest.h>

#include "circle/log.hpp"
#include "consent/notice.hpp"

namespace troth::consent {

class CountRng : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_ = 1;
};

class Ledger {
 public:
  explicit Ledger(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      circle::DeviceDescriptor d;
      d.name = "device";
      d.model = "test";
      d.member = member;
      d.sign = crypto::P256KeyPair::generate(rng).public_key();
      d.agree = crypto::P256KeyPair::generate(rng).public_key();
      d.approve = crypto::P256KeyPair::generate(rng).public_key();
      descriptors.push_back(d);
      ids.push_back(circle::device_id(d));
    }
    circle::Genesis genesis;
    genesis.device = descriptors[0];
    genesis.member_name = "Ada";
    const circle::Entry entry{circle::make_genesis(genesis, now).value(), {}};
    log.emplace(circle::Log::begin(entry, &no_check).value());
    for (std::size_t i = 1; i < count; ++i) {
      circle::DeviceAdd add;
      add.device = descriptors[i];
      rng.fill(add.th2.bytes);
      write(0, add);
    }
  }

  EntryId write(std::size_t by, const circle::Payload& payload) {
    const circle::Entry entry{log->make_body(payload, ids[by], now).value(), {}};
    EXPECT_EQ(log->offer(std::span(&entry, 1)).admitted.size(), 1u);
    EXPECT_TRUE(log->valid(entry.id())) << circle::reason_key(log->birth(entry.id()));
    return entry.id();
  }
  CategoryId create(std::size_t by) {
    circle::CategoryCreate create;
    create.name = "notes";
    create.purpose = "Write on the way.";
    create.data_class = "notes";
    create.terms = terms(by, CategoryId{}, Direction::both);
    return circle::category_id(write(by, create));
  }
  circle::GrantTerms terms(std::size_t subject, const CategoryId& category, Direction direction) {
    circle::GrantTerms out;
    out.subject = ids[subject];
    out.category = category;
    out.direction = direction;
    out.purpose = "Write on the way.";
    out.locale = "en";
    out.notice = notice_hash("en", words(direction)).value();
    return out;
  }
  static NoticeTerms words(Direction direction) {
    NoticeTerms out;
    out.device = "Phone";
    out.person = "Ada";
    out.category = "notes";
    out.purpose = "Write on the way.";
    out.direction = direction;
    return out;
  }
  EntryId offer(std::size_t by, const circle::GrantTerms& terms) {
    return write(by, circle::Grant{terms});
  }
  EntryId accept(std::size_t by, const EntryId& offer) {
    circle::Accept accept;
    accept.entry = offer;
    accept.accepted = {0};
    return write(by, accept);
  }
  EntryId grant(std::size_t by, const circle::GrantTerms& terms, std::size_t to) {
    const auto entry = offer(by, terms);
    accept(to, entry);
    return entry;
  }
  // A first epoch; its keys are of no interest here.
  circle::EpochId epoch(std::size_t by, const CategoryId& category) {
    circle::Keys keys;
    circle::EpochDef def;
    def.category = category;
    def.number = 1;
    rng.fill(def.commitment.bytes);
    keys.epochs.push_back(def);
    circle::Box box;
    box.device = ids[by];
    box.keys = {{0, false}};
    box.enc = descriptors[by].agree;
    box.ciphertext = Bytes(64, 1);
    keys.boxes.push_back(box);
    write(by, keys);
    return def.id();
  }
  [[nodiscard]] const circle::CircleView& view() const { return log->view(); }

  CountRng rng;
  MemberId member = random_id<MemberId>(rng);
  WallMs now{1'800'000'000'000};
  std::vector<circle::DeviceDescriptor> descriptors;
  std::vector<DeviceId> ids;
  std::optional<circle::Log> log;

 private:
  static Result<> no_check(const crypto::P256Public&, ByteView, ByteView) { return {}; }
};

}  // namespace troth::consent
