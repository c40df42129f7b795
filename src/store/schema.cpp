#include "store/schema.hpp"

#include "store/schema/audit.sql.hpp"
#include "store/schema/circle.sql.hpp"
#include "store/schema/files.sql.hpp"
#include "store/schema/keyring.sql.hpp"
#include "store/schema/meta.sql.hpp"
#include "store/schema/pairing.sql.hpp"
#include "store/schema/sync.sql.hpp"

namespace troth::store {
namespace {

constexpr const char* kV1[] = {sql::kMetaV1,  sql::kCircleV1,  sql::kKeyringV1, sql::kSyncV1,
                               sql::kFilesV1, sql::kPairingV1, sql::kAuditV1};
constexpr const char* kV2[] = {sql::kFilesV2};
constexpr Migration kMigrations[] = {{1, kV1}, {2, kV2}};

}  // namespace

std::span<const Migration> schema() { return kMigrations; }

}  // namespace troth::store
