#include "sync/batch.hpp"

#include <bit>
#include <cstring>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "crypto/suites.hpp"

namespace troth::sync {
namespace {

// Known and not refused: what was sealed under a deprecated suite stays readable.
Result<> check_suite(std::uint8_t id) {
  for (const auto& suite : crypto::suites()) {
    if (suite.id != id) continue;
    const bool readable =
        suite.state == crypto::SuiteState::active || suite.state == crypto::SuiteState::deprecated;
    return require(readable, Errc::suite_refused);
  }
  return fail(Errc::no_suite);
}

// Appends to a buffer on the stack: leaves are hashed by the hundred thousand.
class Small {
 public:
  void add(ByteView bytes) {
    TROTH_ASSERT(size_ + bytes.size() <= buffer_.size());
    if (!bytes.empty()) std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void be(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) {
      buffer_[size_++] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
  [[nodiscard]] ByteView view() const { return ByteView(buffer_).first(size_); }

 private:
  std::array<std::uint8_t, 160> buffer_;
  std::size_t size_ = 0;
};

}  // namespace

Result<BatchHeader> parse_header(ByteView sealed) {
  if (sealed.size() < limits::kBatchFloor) return fail(Errc::truncated);
  if (sealed.size() > limits::kBatchBytes) return fail(Errc::too_long);
  BatchHeader header;
  header.version = sealed[0];
  if (header.version != 1) return fail(Errc::unknown_version);
  header.suite = sealed[1];
  TROTH_CHECK(check_suite(header.suite));
  header.delivery = static_cast<Delivery>(sealed[2]);
  if (!wire_known(header.delivery)) return fail(Errc::bad_value);
  TROTH_TRY(header.mailbox, id_from<MailboxId>(sealed.subspan(3, 16)));
  std::copy_n(sealed.begin() + 19, 32, header.salt.begin());
  header.total = static_cast<std::uint32_t>(read_be(sealed.subspan(51, 4)));
  if (header.total > sealed.size()) return fail(Errc::truncated);
  if (header.total < sealed.size()) return fail(Errc::trailing_bytes);
  return header;
}

void append_header(Bytes& out, const BatchHeader& header) {
  out.push_back(header.version);
  out.push_back(header.suite);
  out.push_back(static_cast<std::uint8_t>(header.delivery));
  append(out, header.mailbox.view());
  append(out, ByteView(header.salt));
  append_be32(out, header.total);
}

std::size_t padded_total(std::size_t exact) {
  const std::size_t size = std::max(exact, limits::kBatchFloor);
  const auto exponent = static_cast<unsigned>(std::bit_width(size) - 1);
  const auto mantissa = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - mantissa)) - 1;
  return (size + mask) & ~mask;
}

Leaf leaf_of(const OpHeader& op, ByteView body) {
  const auto body_hash = crypto::sha256(body);
  Small in;
  in.add(as_bytes(crypto::labels::kLeaf));
  in.add(op.author.view());
  in.be(op.counter, 8);
  in.be(op.hlc.value, 8);
  in.add(op.item.view());
  in.be(op.shape.field.size(), 1);
  in.add(as_bytes(op.shape.field));
  in.be(op.shape.type, 1);
  in.be(op.shape.schema, 4);
  in.add(body_hash.view());
  return Leaf{crypto::sha256(in.view()).bytes};
}

OpHeader OpenBatch::header_of(std::size_t index) const {
  const auto& op = ops[index];
  return {core.author, core.first + index, op.hlc, op.item, shapes[op.shape]};
}

std::size_t OpenBatch::memory() const {
  return sizeof(*this) + core_bytes.size() + certificate.size() + bodies.size() +
         ops.size() * sizeof(OpSlot) + shapes.size() * sizeof(Shape) +
         core.heads.size() * sizeof(EntryId);
}

}  // namespace troth::sync
