// Tables of the store itself in schema version 1: settings and the row that a fence writes.
#pragma once

namespace troth::store::sql {

inline constexpr const char* kMetaV1 = R"sql(
CREATE TABLE meta (k BLOB PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE fence (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT INTO fence (id, n) VALUES (1, 0);
)sql";

}  // namespace troth::store::sql
