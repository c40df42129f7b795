// A workload whose every step can be recognised afterwards, and the check of what a crash left of
// it.
#pragma once

#include <gtest/gtest.h>

#include "sim/vfs/disk.hpp"
#include "store/db.hpp"

namespace troth::store::testing {

inline constexpr const char* kWorkSql[] = {
    "CREATE TABLE work (step INTEGER NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL,"
    "  PRIMARY KEY (step, part)) STRICT;"
    "CREATE TABLE fence (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
    "INSERT INTO fence (id, n) VALUES (1, 0)"};
inline constexpr Migration kWork[] = {{1, kWorkSql}};

inline Db::Options work_options(const sim::Disk& disk) {
  Db::Options out;
  out.path = "db";
  out.vfs = disk.vfs_name();
  out.migrations = kWork;
  out.cache_kib = 16;  // small: pages spill into the log in the middle of a step
  out.wal_pages = 12;
  return out;
}

inline std::uint64_t parts_of(std::uint64_t step) { return 1 + step % 4; }
inline Bytes body_of(std::uint64_t step, std::uint64_t part) {
  return Bytes(200 + (step * 977 + part * 131) % 3000, static_cast<std::uint8_t>(step * 7 + part));
}

struct Progress {
  std::uint64_t tried = 0;    // the last step whose commit was called
  std::uint64_t acked = 0;    // the last step that commit() acknowledged
  std::uint64_t durable = 0;  // the last step that was promised to survive a power loss
};

// One step: full, raised and normal ones take turns; now and then an idle moment.
inline Result<> work_step(Db& db, std::uint64_t step, Progress& progress) {
  TROTH_CHECK(db.begin(step % 5 == 0 ? Durability::full : Durability::normal));
  for (std::uint64_t part = 0; part < parts_of(step); ++part) {
    TROTH_TRY(Query query, db.prepare("INSERT INTO work (step, part, body) VALUES (?1, ?2, ?3)"));
    const Bytes body = body_of(step, part);
    const auto done = query.bind(1, step).bind(2, part).bind_borrowed(3, body).run();
    if (!done) {
      db.rollback();
      return done;
    }
  }
  if (step % 5 == 2) TROTH_CHECK(db.require_durable());
  progress.tried = step;
  TROTH_CHECK(db.commit());
  progress.acked = step;
  if (db.all_durable()) progress.durable = step;
  if (step % 7 != 3) return {};
  const auto idle = db.maintain();
  if (!idle && idle.error().code != Errc::disk_full) return idle;
  return {};
}

// Steps 1..m are there, whole and unchanged, and nothing else; answers m.
inline std::uint64_t present_steps(Db& db) {
  auto query = db.prepare("SELECT step, part, body FROM work ORDER BY step, part").value();
  std::uint64_t step = 0;
  std::uint64_t part = 0;
  const auto read = query.each([&]() -> Result<> {
    if (step == 0 || part == parts_of(step)) {
      ++step;
      part = 0;
    }
    EXPECT_EQ(query.u64(0), step);
    EXPECT_EQ(query.u64(1), part);
    EXPECT_TRUE(equal(query.blob(2), body_of(step, part)));
    ++part;
    return {};
  });
  EXPECT_TRUE(read) << static_cast<int>(read.error().code);
  EXPECT_TRUE(step == 0 || part == parts_of(step)) << "half of step " << step;
  return step;
}

}  // namespace troth::store::testing
