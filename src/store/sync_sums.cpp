#include "store/sync_sums.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace troth::store {

void SmallRows::put(std::string_view table, ByteView key, ByteView stored) {
  const Hash mac = sealer_->row_mac(table, key, stored);
  const auto [it, fresh] = macs_.try_emplace({table, to_bytes(key)}, mac);
  if (!fresh) set_.remove(std::exchange(it->second, mac));
  set_.add(mac);
  changed_ = true;
}

void SmallRows::remove(std::string_view table, ByteView key) {
  const auto it = macs_.find({table, to_bytes(key)});
  if (it == macs_.end()) return;
  set_.remove(it->second);
  macs_.erase(it);
  changed_ = true;
}

void SmallRows::clear() {
  set_ = {};
  macs_.clear();
  changed_ = false;
}

void SetSum::change(const crypto::SipTag& row, std::uint64_t by) {
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] ^= row[i];
  count_ += by;
}

void SetSum::encode(Bytes& out) const {
  append_be64(out, count_);
  append(out, sum_);
}

SetSum SetSum::decode(ByteView bytes) {
  SetSum out;
  out.count_ = read_be(bytes.first(8));
  std::copy_n(bytes.begin() + 8, out.sum_.size(), out.sum_.begin());
  return out;
}

void encode_sums(Bytes& out, const CategorySums& sums) {
  for (const auto& one : sums) {
    out.push_back(static_cast<std::uint8_t>(one.state));
    one.set.encode(out);
  }
}

Result<CategorySums> decode_sums(ByteView in) {
  if (in.size() != kCategorySumsBytes) return fail(Errc::damaged);
  CategorySums out;
  for (auto& one : out) {
    if (in[0] > static_cast<std::uint8_t>(sync::SumState::wrong)) return fail(Errc::damaged);
    one.state = static_cast<sync::SumState>(in[0]);
    one.set = SetSum::decode(in.subspan(1, SetSum::kBytes));
    in = in.subspan(1 + SetSum::kBytes);
  }
  return out;
}

RowBytes& RowBytes::begin(sync::RowTable table, sync::CategoryHandle category) {
  bytes_.clear();
  bytes_.push_back(static_cast<std::uint8_t>(sync::index_of(table) + 1));
  append_be32(bytes_, category.value);
  key_end_ = bytes_.size();
  return *this;
}

RowBytes& RowBytes::bytes(ByteView more) {
  append(bytes_, more);
  return *this;
}

RowBytes& RowBytes::number(std::uint64_t value) {
  append_be64(bytes_, value);
  return *this;
}

RowBytes& RowBytes::end_key() {
  key_end_ = bytes_.size();
  return *this;
}

RowBytes& RowBytes::cut() {
  bytes_.resize(key_end_);
  return *this;
}

RowBytes& RowBytes::set(ByteView whole, std::size_t key_end) {
  bytes_.assign(whole.begin(), whole.end());
  key_end_ = key_end;
  return *this;
}

RowPlace place_of(const RowBytes& row) {
  using sync::RowTable;
  auto rest = row.key().subspan(kRowPrefix);
  RowPlace out;
  if (row.table() != RowTable::side && row.table() != RowTable::batch) {
    out.id = to_bytes(rest.first(ItemId::kSize));
    rest = rest.subspan(ItemId::kSize);
  }
  for (auto* number : {&out.first, &out.second}) {
    if (rest.empty()) break;
    *number = static_cast<std::int64_t>(read_be(rest.first(8)));
    rest = rest.subspan(8);
  }
  return out;
}

bool RowCount::covers(const RowBytes& row, sync::CategoryHandle in) const {
  if (category != in || table != row.table()) return false;
  return done || (reached && place_of(row) <= *reached);
}

}  // namespace troth::store
