#include "sync/seal.hpp"

#include <algorithm>
#include <map>

#include "base/plant.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "sync/inner.hpp"

namespace troth::sync {
namespace {

Result<> check_drafts(std::span<const Draft> drafts, const CategoryId& category) {
  if (drafts.empty() || drafts.size() > limits::kOpsPerBatch) return fail(Errc::limit);
  std::size_t bytes = 0;
  const Draft* last = nullptr;
  for (const auto& draft : drafts) {
    if (draft.category != category) return fail(Errc::bad_value);
    if (last != nullptr && !(last->hlc < draft.hlc)) return fail(Errc::bad_value);
    TROTH_CHECK(check_field_name(draft.shape.field));
    if (draft.body.size() > limits::kValueBytes) return fail(Errc::too_long);
    bytes += draft.body.size();
    last = &draft;
  }
  return require(bytes <= limits::kBatchBodyBytes, Errc::limit);
}

Result<std::vector<EntryId>> sorted_heads(std::span<const EntryId> heads) {
  std::vector<EntryId> out(heads.begin(), heads.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.empty()) return fail(Errc::bad_value);
  if (out.size() > limits::kBatchHeads) return fail(Errc::limit);
  return out;
}

// Gives each value its index by first use.
template <class Key>
class FirstUse {
 public:
  struct Use {
    std::uint8_t index;
    bool first;
  };
  Use use(const Key& key) {
    const auto [it, first] = seen_.try_emplace(key, static_cast<std::uint8_t>(seen_.size()));
    order_.push_back(it->second);
    return {it->second, first};
  }
  [[nodiscard]] const Bytes& order() const { return order_; }
  [[nodiscard]] std::size_t distinct() const { return seen_.size(); }

 private:
  std::map<Key, std::uint8_t> seen_;
  Bytes order_;
};

void add_clock(Columns& columns, const Draft* before, const Draft& draft) {
  if (before == nullptr) {
    columns.clock = draft.hlc.value;
    return;
  }
  columns.elapsed.push_back(draft.hlc.wall().ms - before->hlc.wall().ms);
  columns.ticks.push_back(draft.hlc.counter());
}

// Fills the columns and, beside them, what a receiver will see.
Columns code(std::span<const Draft> drafts, OpenBatch& open) {
  Columns columns;
  FirstUse<ItemId> items;
  FirstUse<std::tuple<std::string_view, std::uint8_t, std::uint32_t>> shapes;
  const Draft* before = nullptr;
  open.ops.reserve(drafts.size());
  for (const auto& draft : drafts) {
    if (items.use(draft.item).first) append(columns.items, draft.item.view());
    const auto shape = shapes.use({draft.shape.field, draft.shape.type, draft.shape.schema});
    if (shape.first) columns.shapes.push_back(draft.shape);
    add_clock(columns, before, draft);
    const auto size = static_cast<std::uint32_t>(draft.body.size());
    columns.sizes.push_back(size);
    OpSlot op{draft.item, draft.hlc, shape.index, static_cast<std::uint32_t>(open.bodies.size()),
              size,       {}};
    const OpHeader header{open.core.author, open.core.first + open.ops.size(), draft.hlc,
                          draft.item, draft.shape};
    op.leaf = leaf_of(header, draft.body);
    open.ops.push_back(op);
    append(open.bodies, draft.body);
    before = &draft;
  }
  if (items.distinct() != drafts.size()) columns.item = items.order();
  if (shapes.distinct() != 1) columns.shape = shapes.order();
  open.shapes = columns.shapes;
  return columns;
}

std::array<std::uint8_t, 32> make_salt(const crypto::Prk& prk, ByteView inner, Rng& rng) {
  std::array<std::uint8_t, 64> input{};
  if (!planted(Plant::reused_salt)) {
    rng.fill(MutableBytes(input).first(32));
    const auto hash = crypto::sha256(inner);
    std::copy(hash.bytes.begin(), hash.bytes.end(), input.begin() + 32);
  }
  const auto key = prk.expand32(crypto::labels::kBatchSalt);
  return crypto::hmac_sha256(key.expose(), input).bytes;
}

Result<Bytes> encrypt(const SealContext& context, OpenBatch& open, const Inner& inner, Rng& rng) {
  const auto size = wire::encoded_size(inner);
  const auto total = padded_total(size + kSealOverhead);
  if (total > limits::kBatchBytes) return fail(Errc::limit);
  Bytes plain;
  plain.reserve(total - BatchHeader::kSize - crypto::kAeadTag);
  append_be32(plain, static_cast<std::uint32_t>(size));
  wire::Writer writer(plain);
  wire::Codec<Inner>::put(writer, inner);
  open.header.salt = make_salt(*context.key.prk, ByteView(plain).subspan(4), rng);
  plain.resize(total - BatchHeader::kSize - crypto::kAeadTag);
  open.header.total = static_cast<std::uint32_t>(total);

  TROTH_TRY(const auto suite, crypto::usable_suite(context.suite));
  const auto key = batch_key(*context.key.prk, open.header.salt);
  Bytes sealed;
  sealed.reserve(total);
  append_header(sealed, open.header);
  Bytes aad = sealed;
  crypto::AeadKey(suite.aead, key.expose()).seal(crypto::counter_nonce(0), aad, plain, sealed);
  return sealed;
}

}  // namespace

Result<SealedBatch> seal(std::span<const Draft> drafts, const SealContext& context,
                         const BatchSigner& signer, Rng& rng) {
  const auto& certificate = signer.certificate();
  if (context.key.prk == nullptr) return fail(Errc::no_key);
  if (certificate.body.circle != context.circle) return fail(Errc::bad_value);
  TROTH_CHECK(check_drafts(drafts, context.key.epoch.category));
  TROTH_TRY(auto heads, sorted_heads(context.heads));

  SealedBatch out;
  auto& open = out.open;
  const auto& epoch = context.key.epoch;
  open.header = {1, context.suite, context.delivery, context.key.mailbox, {}, 0};
  open.core = {context.circle,  epoch.category,     epoch.number,
               epoch.commit,    certificate.author, certificate.body.incarnation,
               certificate.id,  context.prev,       context.first,
               std::move(heads)};
  Inner inner;
  inner.columns = code(drafts, open);
  inner.core = wire::encode(open.core);
  open.root = leaf_root(leaves_of(open));
  inner.signature = signer.sign(signed_message(inner.core, open.root));
  if (context.carry_certificate) inner.certificate = certificate.encoded;
  inner.bodies = std::move(open.bodies);
  TROTH_TRY(out.sealed, encrypt(context, open, inner, rng));

  open.bodies = std::move(inner.bodies);
  open.core_bytes = std::move(inner.core);
  open.signature = inner.signature;
  open.chain = chain_hash(open.core_bytes, open.root);
  if (inner.certificate) open.certificate = std::move(*inner.certificate);
  return out;
}

}  // namespace troth::sync
