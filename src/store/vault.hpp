// Vault: binds a database file to one home and keeps the small tables whose every row matters (log
// entries, epochs, grants, settings). Their rows are sealed, their keys blinded, and a sealed
// record holds the sum of each table, so that a removed, older, added or swapped row is found when
// the file is opened. A whole older file is found elsewhere: by the keystore's counter (rule 19),
// for which generation() counts the steps that changed such a table.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "store/db.hpp"
#include "store/sealed.hpp"

namespace troth::store {

using HomeId = Id<struct HomeTag, 16>;  // random, made with the home, kept in the keystore as well

class SealedMap;

class Vault final : private StepObserver {
 public:
  // For a new home: the file must not hold one yet (exists). Commits a step of its own.
  [[nodiscard]] static Result<std::unique_ptr<Vault>> create(Db& db, const Secret32& at_rest_key,
                                                             const HomeId& home);
  // For a home that the keystore knows: damaged when a row is not as it was left, or when the file
  // is of another home; rolled_back when the file holds no home at all.
  [[nodiscard]] static Result<std::unique_ptr<Vault>> open(Db& db, const Secret32& at_rest_key,
                                                           const HomeId& home);
  struct Private {};
  Vault(Private, Db& db, const Secret32& at_rest_key, const HomeId& home);
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  // A protected table; the name is a literal such as "circle/entries". Lives as long as the vault.
  [[nodiscard]] SealedMap map(std::string_view name);
  // The sum of rows that a store keeps in tables of its own (spec 11 §6.1): that store compares it,
  // the record only keeps it. The name begins with "outer/". Nothing: never kept.
  [[nodiscard]] std::optional<RowSet> outer(std::string_view name) const;
  [[nodiscard]] Result<> put_outer(std::string_view name, const RowSet& set);
  [[nodiscard]] const RowSealer& sealer() const { return sealer_; }
  [[nodiscard]] Db& db() { return db_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  friend class SealedMap;
  [[nodiscard]] Result<> before_commit() override;
  void rolled_back() override;
  [[nodiscard]] Result<> load();
  [[nodiscard]] Result<> verify();
  [[nodiscard]] Result<> save();
  [[nodiscard]] Result<> changed(std::string_view name, const Hash* removed, const Hash* added);

  Db& db_;
  RowSealer sealer_;
  HomeId home_;
  std::map<std::string, RowSet, std::less<>> sets_;
  std::uint64_t generation_ = 0;
  bool dirty_ = false;
};

// Key -> value, both sealed. For tables of up to some 10,000 rows; keys up to 1 KiB.
class SealedMap {
 public:
  // Values are looked at, not kept: a view that visit is given ends with the call.
  using Visit = std::function<Result<>(ByteView key, ByteView value)>;

  [[nodiscard]] Result<> put(ByteView key, ByteView value, Rng& rng);
  [[nodiscard]] Result<> put_secret(ByteView key, const SecretBytes& value, Rng& rng);
  [[nodiscard]] Result<std::optional<Bytes>> get(ByteView key);
  [[nodiscard]] Result<std::optional<SecretBytes>> get_secret(ByteView key);
  [[nodiscard]] Result<bool> erase(ByteView key);  // true: it was there
  // Every row, ascending by key. for_each_secret opens into locked memory that is wiped at the end.
  [[nodiscard]] Result<> for_each(const Visit& visit);
  [[nodiscard]] Result<> for_each_secret(const Visit& visit);
  [[nodiscard]] std::uint64_t count() const;

 private:
  friend class Vault;
  SealedMap(Vault& vault, std::string_view name);
  [[nodiscard]] Result<> put_row(ByteView key, ByteView plain, Rng& rng);
  [[nodiscard]] Result<std::optional<Bytes>> stored(ByteView row_key);
  template <class Opened, class Open>
  [[nodiscard]] Result<> visit_sorted(const Open& open, const Visit& visit);

  Vault* vault_;
  std::string name_;
  std::uint64_t number_;  // the table column: a MAC of the name
};

}  // namespace troth::store
