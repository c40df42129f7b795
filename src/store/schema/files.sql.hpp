// Tables of files (spec 10 §8). STRICT tables only; what they hold is sealed (spec 11 §5).
#pragma once

namespace troth::store::sql {

inline constexpr const char* kFilesV1 = R"sql(
)sql";

// What is on disk in a bound folder: one row a file (part 0), and its chunk list when that is long
// (part 1).
inline constexpr const char* kFilesV2 = R"sql(
CREATE TABLE file_known (folder INTEGER NOT NULL, item BLOB NOT NULL, part INTEGER NOT NULL,
  v BLOB NOT NULL, PRIMARY KEY (folder, item, part)) STRICT, WITHOUT ROWID;
)sql";

}  // namespace troth::store::sql
