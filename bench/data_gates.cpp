// Gates of the data path: sealing, sealing durably, taking in, bytes on the disk (design 14).
#include "bench/gates.hpp"
#include "bench/replica_node.hpp"
#include "bench/scratch.hpp"

namespace troth::bench {

namespace {

constexpr std::size_t kGroup = 64;      // ops a batch
constexpr std::size_t kStepOps = 1024;  // group commit (design 2)

sync::Admission accept_all(const sync::BatchClaims&) {
  return {sync::Admit::accept, Errc::refused};
}

// Batches of one author, made without a store: numbers first..first+count, `per` ops each.
class Maker {
 public:
  explicit Maker(OneEpoch& keys) : keys_(keys), sign_(crypto::P256KeyPair::generate(rng_)) {
    rng_.fill(device_.bytes);
    rng_.fill(incarnation_.bytes);
    keys.devices[device_] = sign_.public_key();
    auto pair = crypto::Ed25519KeyPair::generate(rng_);
    sync::Certificate body;
    body.circle = CircleId{};
    body.device = device_;
    body.incarnation = incarnation_;
    body.key = pair.public_key();
    body.issued = kNow;
    body.lifetime_ms = limits::kCertificateMs;
    const auto bytes = wire::encode(body);
    const sync::SignedCertificate certificate{bytes,
                                              sign_.sign(sync::certificate_message(bytes), rng_)};
    auto known =
        must(sync::verify_certificate(wire::encode(certificate), CircleId{}, sign_.public_key()),
             "a certificate");
    signer_.emplace(sync::BatchSigner{std::move(known), std::move(pair)});
  }
  [[nodiscard]] std::vector<sync::Draft> drafts(const std::vector<std::uint64_t>& numbers) {
    std::vector<sync::Draft> out;
    for (const auto number : numbers) {
      clock_.value += 1;
      out.push_back({keys_.key().epoch.category,
                     item_id(number),
                     {"body", 1, 0},
                     clock_,
                     sync::Delivery::normal,
                     value_of(number + clock_.value)});
    }
    return out;
  }
  Bytes seal(const std::vector<sync::Draft>& drafts) {
    const EntryId head{};
    sync::SealContext context{
        CircleId{}, keys_.key(), prev_, next_, std::span(&head, 1), 1, sync::Delivery::normal,
        next_ == 1};
    auto sealed = must(sync::seal(drafts, context, *signer_, rng_), "seal");
    next_ += drafts.size();
    prev_ = sealed.open.chain;
    return std::move(sealed.sealed);
  }

 private:
  OneEpoch& keys_;
  shell::OsRng rng_;
  crypto::P256KeyPair sign_;
  DeviceId device_;
  sync::Incarnation incarnation_;
  std::optional<sync::BatchSigner> signer_;
  sync::Hlc clock_ = sync::Hlc::at(kNow);
  ChainHash prev_;
  std::uint64_t next_ = 1;
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = first + i;
  return out;
}

}  // namespace

void seal_cpu(Report& report, const Options& options) {
  OneEpoch keys;
  Maker maker(keys);
  const std::size_t batches = options.quick ? 200 : 4000;
  std::vector<std::vector<sync::Draft>> work;
  for (std::size_t i = 0; i < 100; ++i) work.push_back(maker.drafts(numbers(i * kGroup, kGroup)));
  const auto start = cpu_ns();
  for (std::size_t i = 0; i < batches; ++i) (void)maker.seal(work[i % work.size()]);
  const auto spent = static_cast<double>(cpu_ns() - start);
  report.row("seal_cpu", static_cast<double>(batches * kGroup) * 1e9 / spent, "ops/s",
             Bound::at_least, 500'000, Scaled::speed);
}

void edit_to_sealed(Report& report, const Options& options) {
  const Scratch scratch;
  OneEpoch keys;
  ReplicaNode node(keys, scratch.path() + "/a.db");
  node.certify();
  const auto& category = keys.key().epoch.category;
  const EntryId head{};
  const std::size_t steps = options.quick ? 10 : 100;
  std::uint64_t number = 0;
  const auto group = [&]() -> Result<> {
    for (std::size_t i = 0; i < kGroup; ++i, ++number) {
      const sync::FieldEdit edit{"body", 1, 0, value_of(number)};
      TROTH_CHECK(node.replica().put(category, item_id(number), std::span(&edit, 1),
                                     sync::Delivery::normal, kNow));
    }
    TROTH_TRY(
        const auto sealed,
        node.replica().seal_due(category, {keys.key(), std::span(&head, 1)}, kNow, node.rng()));
    return require(sealed.has_value() && sealed->last + 1 - sealed->first == kGroup,
                   Errc::internal);
  };
  const auto start = wall_ns();
  for (std::size_t step = 0; step < steps; ++step) {
    node.step(store::Durability::full, [&]() -> Result<int> {
      for (std::size_t i = 0; i < kStepOps / kGroup; ++i) TROTH_CHECK(group());
      return 0;
    });
  }
  const auto spent = static_cast<double>(wall_ns() - start);
  report.row("edit_to_sealed", static_cast<double>(number) * 1e9 / spent, "ops/s", Bound::at_least,
             50'000, Scaled::speed);
}

namespace {

// Takes in batches of `make(i)` numbers in steps of kStepOps; ops a second.
template <class Make>
double take_in(ReplicaNode& node, Maker& maker, std::size_t ops, Make&& make) {
  std::uint64_t spent = 0;
  for (std::size_t at = 0; at < ops;) {
    std::vector<Bytes> sealed;
    for (std::size_t i = 0; i < kStepOps / kGroup; ++i, at += kGroup)
      sealed.push_back(maker.seal(maker.drafts(make(at))));
    const auto start = wall_ns();
    node.step(store::Durability::normal, [&]() -> Result<int> {
      for (const auto& one : sealed) {
        TROTH_TRY(const auto applied, node.replica().apply(one, accept_all, kNow));
        TROTH_CHECK(require(applied.outcome == sync::Outcome::applied, applied.reason));
      }
      return 0;
    });
    spent += wall_ns() - start;
  }
  return static_cast<double>(ops) * 1e9 / static_cast<double>(spent);
}

}  // namespace

void open_merge_store(Report& report, const Options& options) {
  const Scratch scratch;
  OneEpoch keys;
  const auto path = scratch.path() + "/b.db";
  ReplicaNode node(keys, path);
  Maker maker(keys);
  const std::size_t present = options.items() / kStepOps * kStepOps;
  const std::size_t more = options.quick ? kStepOps : 100 * kStepOps;
  report.info("open_merge_store.fill",
              take_in(node, maker, present, [](std::size_t at) { return numbers(at, kGroup); }),
              "ops/s");
  must(node.db().maintain(), "maintain");
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  report.row(
      "open_merge_store",
      take_in(node, maker, more, [&](std::size_t at) { return numbers(present + at, kGroup); }),
      "ops/s", Bound::at_least, 100'000, Scaled::speed);
  std::uint64_t dice = 1;
  const auto random = [&](std::size_t) {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i < kGroup; ++i) {
      dice = dice * 6364136223846793005u + 1442695040888963407u;
      out.push_back((dice >> 20) % present);
    }
    return out;
  };
  // No gate of the design: each of them changes another page of the database.
  report.info("open_merge_store.updates", take_in(node, maker, more / 4, random), "ops/s");
  report.row("size.item", bytes / static_cast<double>(present * kValue), "x", Bound::at_most, 1.6,
             Scaled::exact);
}

}  // namespace troth::bench
