// Tables of pairing in schema version 1. STRICT tables only; what they hold is sealed (spec 11 §5).
#pragma once

namespace troth::store::sql {

inline constexpr const char* kPairingV1 = R"sql(
)sql";

}  // namespace troth::store::sql
