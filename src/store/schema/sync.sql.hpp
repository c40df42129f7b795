// Tables of sync in schema version 1 (spec 07 §8). Batches are sealed already; names of fields,
// drafts, vectors and totals are sealed rows. Item rows hold ids, clocks and places, never a value.
#pragma once

namespace troth::store::sql {

inline constexpr const char* kSyncV1 = R"sql(
CREATE TABLE category (handle INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,
  v BLOB NOT NULL) STRICT;
CREATE TABLE writer (handle INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE field_name (handle INTEGER PRIMARY KEY, v BLOB NOT NULL) STRICT;
CREATE TABLE author (cat INTEGER NOT NULL, writer INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY (cat, writer)) STRICT, WITHOUT ROWID;
CREATE TABLE batch (seq INTEGER PRIMARY KEY AUTOINCREMENT, cat INTEGER NOT NULL,
  writer INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, prev BLOB NOT NULL,
  chain BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX batch_dot ON batch (cat, writer, last);
CREATE INDEX batch_category ON batch (cat);
CREATE TABLE item (cat INTEGER NOT NULL, item BLOB NOT NULL, fold BLOB NOT NULL,
  PRIMARY KEY (cat, item)) STRICT, WITHOUT ROWID;
CREATE TABLE superseded (cat INTEGER NOT NULL, item BLOB NOT NULL, batch INTEGER NOT NULL,
  op INTEGER NOT NULL, v BLOB NOT NULL, PRIMARY KEY (cat, item, batch, op)) STRICT, WITHOUT ROWID;
CREATE TABLE draft (cat INTEGER NOT NULL, item BLOB NOT NULL, field INTEGER NOT NULL,
  delivery INTEGER NOT NULL, hlc INTEGER NOT NULL, size INTEGER NOT NULL, v BLOB NOT NULL,
  PRIMARY KEY (cat, item, field)) STRICT;
CREATE INDEX draft_order ON draft (cat, delivery, hlc);
CREATE TABLE certificate (id BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE side (id INTEGER PRIMARY KEY AUTOINCREMENT, cat INTEGER NOT NULL,
  writer INTEGER NOT NULL, kind INTEGER NOT NULL, reason INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, prev BLOB NOT NULL, chain BLOB NOT NULL, device BLOB NOT NULL,
  sealed BLOB NOT NULL) STRICT;
CREATE INDEX side_order ON side (cat, writer, last);
)sql";

}  // namespace troth::store::sql
