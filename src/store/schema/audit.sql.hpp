// Tables of audit in schema version 1. STRICT tables only; what a table holds is sealed (spec 11 §5).
#pragma once

namespace troth::store::sql {

inline constexpr const char* kAuditV1 = R"sql(
)sql";

}  // namespace troth::store::sql
