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

std::string type_of(const Node& group) {
  std::string type = group.str("type");
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

void skip_group(Tally& tally, const Node& group, const std::string& what) {
  tally.skip(what, static_cast<unsigned>(group.at("tests").items.size()));
}

namespace {

struct Type {
  std::string_view name;  // lower case: older files write some in capitals
  void (*run)(const std::string& algorithm, const Node& group, Tally& tally);
};
constexpr std::array kTypes{Type{"aeadtest", aead_group},          Type{"mactest", mac_group},
                            Type{"hkdftest", hkdf_group},          Type{"ecdhtest", ecdh_group},
                            Type{"ecdhecpointtest", ecdh_group},   Type{"ecdhpemtest", ecdh_group},
                            Type{"ecdhwebcryptotest", ecdh_group}, Type{"ecdhwebtest", ecdh_group},
                            Type{"ecdsaverify", ecdsa_group},      Type{"ecdsaver", ecdsa_group},
                            Type{"ecdsap1363verify", ecdsa_group}, Type{"eddsaverify", eddsa_group},
                            Type{"eddsaver", eddsa_group},         Type{"xdhcomp", xdh_group},
                            Type{"xdhasncomp", xdh_group},         Type{"xdhpemcomp", xdh_group},
                            Type{"xdhjwkcomp", xdh_group}};

void run_group(const std::string& algorithm, const Node& group, Tally& tally) {
  for (const Type& type : kTypes) {
    if (type.name == type_of(group)) return type.run(algorithm, group, tally);
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
