// Tables of the store itself in schema version 1: the vault's rows, its record, and the row that a
// fence writes.
#pragma once

namespace troth::store::sql {

inline constexpr const char* kMetaV1 = R"sql(
CREATE TABLE sealed (t INTEGER NOT NULL, k BLOB NOT NULL, v BLOB NOT NULL, PRIMARY KEY (t, k))
  STRICT, WITHOUT ROWID;
CREATE TABLE vault (id INTEGER PRIMARY KEY CHECK (id = 1), v BLOB NOT NULL) STRICT;
CREATE TABLE fence (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT INTO fence (id, n) VALUES (1, 0);
)sql";

}  // namespace troth::store::sql
