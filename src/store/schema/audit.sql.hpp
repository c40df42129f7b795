// Tables of audit in schema version 1. STRICT tables only; what they hold is sealed (spec 11 §5).
#pragma once

namespace troth::store::sql {

inline constexpr const char* kAuditV1 = R"sql(
CREATE TABLE audit_leaf (i INTEGER PRIMARY KEY, v BLOB NOT NULL) STRICT;
CREATE TABLE audit_node (i INTEGER PRIMARY KEY, h BLOB NOT NULL) STRICT;
)sql";

}  // namespace troth::store::sql
