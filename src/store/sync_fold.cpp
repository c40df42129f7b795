#include "store/sync_store.hpp"

namespace troth::store {
namespace {

constexpr std::string_view kFieldTable = "sync/field";
constexpr std::string_view kWriterTable = "sync/writer";

Bytes handle_key(std::uint64_t handle) {
  Bytes key;
  append_be64(key, handle);
  return key;
}

void put_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

// Our own rows only: anything odd is damage.
Result<std::uint64_t> take_varint(ByteView& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !in.empty(); shift += 7) {
    const auto byte = in[0];
    in = in.subspan(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return fail(Errc::damaged);
}

Result<ByteView> take_bytes(ByteView& in, std::size_t size) {
  if (in.size() < size) return fail(Errc::damaged);
  const auto out = in.first(size);
  in = in.subspan(size);
  return out;
}

}  // namespace

Result<> FoldCodec::load() {
  writers_.clear();
  authors_.clear();
  fields_.clear();
  names_.clear();
  TROTH_TRY(Query writers, db_->prepare("SELECT handle, id FROM writer"));
  TROTH_CHECK(writers.each([&]() -> Result<> {
    TROTH_TRY(const auto id, writers.id<AuthorId>(1));
    rows_->put(kWriterTable, handle_key(writers.u64(0)), id.view());
    writers_.emplace(id, writers.u64(0));
    authors_.emplace(writers.u64(0), id);
    return {};
  }));
  TROTH_TRY(Query fields, db_->prepare("SELECT handle, v FROM field_name"));
  return fields.each([&]() -> Result<> {
    const auto handle = fields.u64(0);
    rows_->put(kFieldTable, handle_key(handle), fields.blob(1));
    TROTH_TRY(const auto name, sealer_->open(kFieldTable, handle_key(handle), fields.blob(1)));
    fields_.emplace(as_text(name), handle);
    names_.emplace(handle, as_text(name));
    return {};
  });
}

Result<std::uint64_t> FoldCodec::writer(const AuthorId& author) {
  if (const auto it = writers_.find(author); it != writers_.end()) return it->second;
  const std::uint64_t handle = authors_.empty() ? 1 : authors_.rbegin()->first + 1;
  TROTH_TRY(Query query, db_->prepare("INSERT INTO writer (handle, id) VALUES (?1, ?2)"));
  TROTH_CHECK(query.bind(1, handle).bind(2, author).run());
  rows_->put(kWriterTable, handle_key(handle), author.view());
  writers_.emplace(author, handle);
  authors_.emplace(handle, author);
  return handle;
}

std::optional<std::uint64_t> FoldCodec::writer_of(const AuthorId& author) const {
  const auto it = writers_.find(author);
  if (it == writers_.end()) return std::nullopt;
  return it->second;
}

Result<AuthorId> FoldCodec::author(std::uint64_t writer) const {
  const auto it = authors_.find(writer);
  if (it == authors_.end()) return fail(Errc::damaged);
  return it->second;
}

Result<std::uint64_t> FoldCodec::field(std::string_view name) {
  if (const auto it = fields_.find(name); it != fields_.end()) return it->second;
  const std::uint64_t handle = names_.empty() ? 1 : names_.rbegin()->first + 1;
  const auto sealed = sealer_->seal(kFieldTable, handle_key(handle), as_bytes(name), *rng_);
  TROTH_TRY(Query query, db_->prepare("INSERT INTO field_name (handle, v) VALUES (?1, ?2)"));
  TROTH_CHECK(query.bind(1, handle).bind(2, sealed).run());
  rows_->put(kFieldTable, handle_key(handle), sealed);
  fields_.emplace(name, handle);
  names_.emplace(handle, name);
  return handle;
}

Result<std::string> FoldCodec::field_name(std::uint64_t handle) const {
  const auto it = names_.find(handle);
  if (it == names_.end()) return fail(Errc::damaged);
  return it->second;
}

Result<> FoldCodec::put(Bytes& out, std::string_view name, const sync::Op& op) {
  TROTH_TRY(const auto field_handle, field(name));
  TROTH_TRY(const auto writer_handle, writer(op.rank.author));
  put_varint(out, field_handle << 1 | (op.dead ? 1 : 0));
  out.push_back(op.type);
  put_varint(out, op.schema);
  append_be64(out, op.rank.hlc.value);
  put_varint(out, writer_handle);
  append(out, op.rank.leaf.view());
  put_varint(out, op.at.batch.value);
  put_varint(out, op.at.index);
  return {};
}

Result<sync::FieldState> FoldCodec::take(ByteView& in) const {
  sync::FieldState out;
  auto& op = out.winner;
  TROTH_TRY(const auto field_handle, take_varint(in));
  op.dead = (field_handle & 1) != 0;
  TROTH_TRY(out.name, field_name(field_handle >> 1));
  TROTH_TRY(const ByteView type, take_bytes(in, 1));
  op.type = type[0];
  TROTH_TRY(const auto schema, take_varint(in));
  op.schema = static_cast<std::uint32_t>(schema);
  TROTH_TRY(const ByteView hlc, take_bytes(in, 8));
  op.rank.hlc.value = read_be(hlc);
  TROTH_TRY(const auto writer_handle, take_varint(in));
  TROTH_TRY(op.rank.author, author(writer_handle));
  TROTH_TRY(const ByteView leaf, take_bytes(in, op.rank.leaf.bytes.size()));
  std::copy(leaf.begin(), leaf.end(), op.rank.leaf.bytes.begin());
  TROTH_TRY(op.at.batch.value, take_varint(in));
  TROTH_TRY(const auto index, take_varint(in));
  op.at.index = static_cast<std::uint32_t>(index);
  return out;
}

Result<> FoldCodec::put_item(Bytes& out, const sync::ItemState& state) {
  put_varint(out, state.fields.size());
  for (const auto* list : {&state.fields, &state.lost}) {
    for (const auto& one : *list) TROTH_CHECK(put(out, one.name, one.winner));
  }
  return {};
}

Result<sync::ItemState> FoldCodec::take_item(ByteView in) const {
  sync::ItemState out;
  TROTH_TRY(const auto count, take_varint(in));
  if (count > in.size()) return fail(Errc::damaged);
  out.fields.reserve(count);
  while (!in.empty()) {
    TROTH_TRY(auto one, take(in));
    (out.fields.size() < count ? out.fields : out.lost).push_back(std::move(one));
  }
  if (out.fields.size() != count) return fail(Errc::damaged);
  return out;
}

}  // namespace troth::store
