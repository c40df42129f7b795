#include "store/log_store.hpp"

namespace troth::store {

Result<> LogStore::append(const circle::Entry& entry, Rng& rng) {
  Bytes key;
  append_be64(key, entries_.count());
  TROTH_CHECK(held_.erase(entry.id().view()));  // what was held and is taken now
  return entries_.put(key, wire::encode(entry), rng);
}

Result<std::vector<circle::Entry>> LogStore::load() {
  std::vector<circle::Entry> out;
  TROTH_CHECK(entries_.for_each([&](ByteView, ByteView value) -> Result<> {
    auto entry = wire::decode<circle::Entry>(value);
    if (!entry) return fail(Errc::damaged);
    out.push_back(std::move(*entry));
    return {};
  }));
  return out;
}

Result<> LogStore::hold(const circle::Entry& entry, circle::Reason reason, Rng& rng) {
  Bytes value{static_cast<std::uint8_t>(reason)};
  troth::append(value, wire::encode(entry));
  return held_.put(entry.id().view(), value, rng);
}

Result<> LogStore::release(const EntryId& id) {
  TROTH_CHECK(held_.erase(id.view()));
  return {};
}

Result<std::vector<HeldRow>> LogStore::load_held() {
  std::vector<HeldRow> out;
  TROTH_CHECK(held_.for_each([&](ByteView, ByteView value) -> Result<> {
    if (value.empty()) return fail(Errc::damaged);
    auto entry = wire::decode<circle::Entry>(value.subspan(1));
    if (!entry || value[0] >= circle::kReasons) return fail(Errc::damaged);
    out.push_back({std::move(*entry), static_cast<circle::Reason>(value[0])});
    return {};
  }));
  return out;
}

}  // namespace troth::store
