// The runners of one wycheproof group each, by type.
#pragma once

#include <string>

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"

namespace troth::vectors {

void judge(Tally& tally, const Node& test, const std::string& what, bool accepted);
// The group's type in lower case.
[[nodiscard]] std::string type_of(const Node& group);
void skip_group(Tally& tally, const Node& group, const std::string& what);

void aead_group(const std::string& algorithm, const Node& group, Tally& tally);
void mac_group(const std::string& algorithm, const Node& group, Tally& tally);
void hkdf_group(const std::string& algorithm, const Node& group, Tally& tally);
void ecdh_group(const std::string& algorithm, const Node& group, Tally& tally);
void ecdsa_group(const std::string& algorithm, const Node& group, Tally& tally);
void eddsa_group(const std::string& algorithm, const Node& group, Tally& tally);
void xdh_group(const std::string& algorithm, const Node& group, Tally& tally);

}  // namespace troth::vectors
