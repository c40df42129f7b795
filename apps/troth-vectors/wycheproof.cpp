// Wycheproof files: by the type of each group. "acceptable" passes either way. What is skipped
// names an algorithm, a curve, a key size or a nonce size that no suite of troth has.
#include "apps/troth-vectors/wycheproof.hpp"

#include <array>

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"

namespace troth::vectors {

void judge(Tally& tally, const Node& test, const std::string& what, bool accepted) {
  const std::string& result = test.str("result");
  const bool good = result == "acceptable" || (result == "valid" ? accepted : !accepted);
  tally.check(good,
              what + " tcId " + test.str("tcId") + " (" + result + ") " + test.str("comment"));
}

void skip_group(Tally& tally, const Node& group, const std::string& what) {
  tally.skip(what, static_cast<unsigned>(group.at("tests").items.size()));
}

namespace {

struct Type {
  std::string_view name;
  void (*run)(const std::string& algorithm, const Node& group, Tally& tally);
};
constexpr std::array kTypes{Type{"AeadTest", aead_group},
                            Type{"MacTest", mac_group},
                            Type{"HkdfTest", hkdf_group},
                            Type{"EcdhTest", ecdh_group},
                            Type{"EcdhEcpointTest", ecdh_group},
                            Type{"EcdhPemTest", ecdh_group},
                            Type{"EcdhWebcryptoTest", ecdh_group},
                            Type{"EcdsaVerify", ecdsa_group},
                            Type{"EcdsaP1363Verify", ecdsa_group},
                            Type{"EddsaVerify", eddsa_group},
                            Type{"XdhComp", xdh_group},
                            Type{"XdhAsnComp", xdh_group},
                            Type{"XdhPemComp", xdh_group},
                            Type{"XdhJwkComp", xdh_group}};

void run_group(const std::string& algorithm, const Node& group, Tally& tally) {
  for (const Type& type : kTypes) {
    if (type.name == group.str("type")) return type.run(algorithm, group, tally);
  }
  skip_group(tally, group, algorithm + " (" + group.str("type") + ")");
}

}  // namespace

bool run_wycheproof(const std::string& path, Tally& tally) {
  const auto file = load_json(path);
  if (!file || file->at("testGroups").items.empty()) return false;
  for (const Node& group : file->at("testGroups").items)
    run_group(file->str("algorithm"), group, tally);
  return true;
}

}  // namespace troth::vectors
