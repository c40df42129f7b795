// What this machine does without any of our code, measured in the same run: so that a slow or busy
// machine lowers the targets, and a fast one does not.
#include <array>
#include <cmath>
#include <filesystem>

#include "bench/report.hpp"
#include "bench/scratch.hpp"
#include "crypto/aead.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "shell/os/rng.hpp"
#include "sqlite3.h"

namespace troth::bench {

namespace {

// docs/HACKING.md says where these come from. They are round on purpose.
constexpr double kAesMb = 2500, kShaMb = 1000, kVerifies = 8000, kInserts = 300'000;

// Runs work for about 150 ms of CPU; the work done a second.
template <class Work>
double rate(Work&& work) {
  const auto start = cpu_ns();
  double done = 0;
  std::uint64_t spent = 0;
  do {
    done += work();
    spent = cpu_ns() - start;
  } while (spent < 150'000'000);
  return done * 1e9 / static_cast<double>(spent);
}

double aes_mb(Rng& rng) {
  Secret32 secret;
  rng.fill(secret.expose_mutable());
  const crypto::AeadKey key(crypto::Aead::aes256gcm, secret.expose());
  const Bytes plain(16 * 1024);
  Bytes sealed(plain.size() + crypto::kAeadTag);
  std::uint64_t counter = 0;
  return rate([&] {
    key.seal_into(crypto::counter_nonce(++counter), {}, plain, sealed);
    return 16.0 / 1024;
  });
}

double sha_mb() {
  const Bytes data(16 * 1024);
  return rate([&] {
    (void)crypto::sha256(data);
    return 16.0 / 1024;
  });
}

double verifies(Rng& rng) {
  const auto pair = crypto::Ed25519KeyPair::generate(rng);
  const Bytes message(64);
  const auto signature = pair.sign(message);
  return rate([&] {
    must(crypto::ed25519_verify(pair.public_key(), message, signature), "calibration: verify");
    return 1.0;
  });
}

double inserts() {
  const Scratch scratch;
  sqlite3* db = nullptr;
  const auto path = scratch.path() + "/cal.db";
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) give_up("calibration: sqlite");
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sql);
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t(k INTEGER PRIMARY KEY, "
      "v)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t(v) VALUES(?)", -1, &insert, nullptr);
  const Bytes value(256);
  const double result = rate([&] {
    run("BEGIN");
    for (int i = 0; i < 1024; ++i) {
      sqlite3_bind_blob(insert, 1, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    run("COMMIT");
    return 1024.0;
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return result;
}

}  // namespace

double calibrate(Report& report) {
  shell::OsRng rng;
  const struct {
    const char* name;
    double value;
    const char* unit;
    double reference;
  } parts[] = {{"cal.aes", aes_mb(rng), "MB/s", kAesMb},
               {"cal.sha", sha_mb(), "MB/s", kShaMb},
               {"cal.verify", verifies(rng), "1/s", kVerifies},
               {"cal.insert", inserts(), "1/s", kInserts}};
  double product = 1;
  for (const auto& part : parts) {
    report.info(part.name, part.value, part.unit);
    product *= std::min(1.0, part.value / part.reference);
  }
  return std::pow(product, 1.0 / 4);
}

}  // namespace troth::bench
