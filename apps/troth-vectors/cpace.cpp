// Vectors of draft-irtf-cfrg-cpace. G_Coffee25519 (ristretto255 with SHA-512) is ours.
#include "crypto/cpace.hpp"

#include <sodium.h>

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"

namespace troth::vectors {

namespace {

using crypto::Cpace;
using crypto::CpaceInputs;

Result<Cpace> start(const Bytes& scalar, const CpaceInputs& inputs) {
  FixedRng rng(scalar);  // 32 bytes, then zeros: the reduction keeps it
  return Cpace::start(inputs, rng);
}

// What finish_initiator must answer when the shared point is `point`.
Bytes expected_key(ByteView session_id, ByteView point, ByteView own_share, ByteView peer_share) {
  Bytes text = crypto::lv_cat({as_bytes("CPaceRistretto255_ISK"), session_id, point});
  append(text, crypto::lv_cat({own_share, {}}));
  append(text, crypto::lv_cat({peer_share, {}}));
  Bytes hash(crypto_hash_sha512_BYTES);
  crypto_hash_sha512(hash.data(), text.data(), text.size());
  return hash;
}

void run_exchange(const Node& v, Tally& tally) {
  const Bytes secret = v.hex("PRS");
  const Bytes channel = v.hex("CI");
  const Bytes session = v.hex("sid");
  const CpaceInputs inputs{secret, channel, session};
  auto a = start(v.hex("ya"), inputs);
  auto b = start(v.hex("yb"), inputs);
  tally.check(a && equal(a->share(), v.hex("Ya")), "CPace Ya");
  tally.check(b && equal(b->share(), v.hex("Yb")), "CPace Yb");
  if (!a || !b) return;
  const auto share_a = a->share();
  const auto share_b = b->share();
  const Bytes ad_a = v.hex("ADa");
  const Bytes ad_b = v.hex("ADb");
  const auto key_a = std::move(*a).finish_initiator(share_b, ad_a, ad_b);
  const auto key_b = std::move(*b).finish_responder(share_a, ad_b, ad_a);
  const Bytes expected = v.hex("ISK_IR");
  tally.check(key_a && equal(key_a->expose(), expected), "CPace ISK_IR, initiator");
  tally.check(key_b && equal(key_b->expose(), expected), "CPace ISK_IR, responder");
  if (v.has("ISK_SY")) tally.skip("CPace with an ordered (symmetric) transcript");
}

void run_points(const Node& points, Tally& tally) {
  const CpaceInputs inputs{};
  for (const auto& [name, value] : points.fields) {
    const bool valid = name.starts_with("Valid");
    auto run = start(valid ? value.hex("s") : Bytes(1, 7), inputs);
    const Bytes share = valid ? value.hex("X") : from_hex(value.text).value_or(Bytes{});
    if (!run || share.empty()) {
      tally.check(false, "CPace point " + name + ": unreadable");
      continue;
    }
    const auto own = run->share();
    const auto key = std::move(*run).finish_initiator(share, {}, {});
    if (valid) {
      const Bytes point = value.hex("G.scalar_mult_vfy(s,X)");
      tally.check(key && equal(key->expose(), expected_key({}, point, own, share)),
                  "CPace point " + name);
    } else {
      tally.check(!key, "CPace point " + name + " must be refused");
    }
  }
}

}  // namespace

bool run_cpace(const std::string& path, Tally& tally) {
  const auto file = load_json(path);
  if (!file || file->fields.empty()) return false;
  for (const auto& [name, value] : file->fields) {
    if (name == "G_Coffee25519") {
      run_exchange(value, tally);
    } else if (name == "G_Coffee25519_points") {
      run_points(value, tally);
    } else {
      tally.skip("CPace over " + name.substr(0, name.find("_points")));
    }
  }
  return true;
}

}  // namespace troth::vectors
