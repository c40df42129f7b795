#include "sim/world/device.hpp"

namespace troth::sim {

SimKeystore::SimKeystore(Rng& rng)
    : sign_(crypto::P256KeyPair::generate(rng)),
      agree_(crypto::P256KeyPair::generate(rng)),
      approve_(crypto::P256KeyPair::generate(rng)) {
  rng.fill(at_rest_.expose_mutable());
  rng.fill(home_);
}

Result<SecretBytes> SimKeystore::perform(const KeyRequest& request, Rng& rng) const {
  if (broken && broken_op.value_or(request.op) == request.op) return fail(*broken);
  if (request.op == KeyOp::agree) {
    TROTH_TRY(const auto point, crypto::P256Public::parse(request.input));
    return SecretBytes(agree_.agree(point).expose());
  }
  const auto& key = request.op == KeyOp::sign ? sign_ : approve_;
  const auto signature = key.sign(request.input, rng);
  return SecretBytes(ByteView(signature));
}

void SimKeystore::configure(Config& config) const {
  config.sign_key = sign_.public_key().bytes();
  config.agree_key = agree_.public_key().bytes();
  config.approve_key = approve_.public_key().bytes();
  config.home_id = home_;
  config.incarnation = guard.incarnation;
  config.reserved = guard.reserved;
}

Result<> SimDevice::open(Now now) {
  ++life;
  told_empty = false;
  Config config;
  config.database = "home.db";
  config.vfs = disk.vfs_name();
  config.listen = discovery ? std::string() : name;  // who is found needs no told address
  config.discovery = discovery;
  config.unlocked_after = unlocked_after;
  keys.configure(config);
  TROTH_TRY(engine, Engine::open({&rng, keys.at_rest()}, config, now));
  return {};
}

}  // namespace troth::sim
