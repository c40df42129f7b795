// Registry of domain labels (rule 18): prefix-free, one place, a test holds both. A label separates
// every hash, key derivation and signature from every other; never reuse or renumber one.
#pragma once

#include <array>
#include <string_view>

namespace troth::crypto::labels {

inline constexpr std::string_view kDeviceId = "troth/device/1:";
inline constexpr std::string_view kEntryId = "troth/entry/1:";
inline constexpr std::string_view kEntrySign = "troth/entry-sign/1:";
inline constexpr std::string_view kAccept = "troth/accept/1:";
inline constexpr std::string_view kAuthor = "troth/author/1:";
inline constexpr std::string_view kCategoryPrk = "troth/cat/1:";
inline constexpr std::string_view kHistoryPrk = "troth/hist/1:";
inline constexpr std::string_view kCommit = "troth/commit/1:";
inline constexpr std::string_view kLink = "troth/link/1:";
inline constexpr std::string_view kBox = "troth/box/1:";
inline constexpr std::string_view kBoxPsk = "troth/box-psk/1:";
inline constexpr std::string_view kBatchKey = "troth/batch-key/1:";
inline constexpr std::string_view kBatchSalt = "troth/batch-salt/1:";
inline constexpr std::string_view kBatchSign = "troth/batch/1:";
inline constexpr std::string_view kBatchChain = "troth/batch-chain/1:";
inline constexpr std::string_view kLeaf = "troth/leaf/1:";
inline constexpr std::string_view kCertificate = "troth/cert/1:";
inline constexpr std::string_view kNoisePsk = "troth/noise-psk/1:";
inline constexpr std::string_view kNoiseMac = "troth/noise-mac/1:";
inline constexpr std::string_view kNoiseCatchUp = "troth/noise-catch-up/1:";
inline constexpr std::string_view kNoisePrologue = "troth/noise-prologue/1:";
inline constexpr std::string_view kNoiseRetry = "troth/noise-retry/1:";
inline constexpr std::string_view kPairSid = "troth/pair-sid/1:";
inline constexpr std::string_view kPairChannel = "troth/pair-ci/1:";
inline constexpr std::string_view kPairSecret = "troth/pair-prs/1:";
inline constexpr std::string_view kPairTranscript = "troth/pair-th/1:";
inline constexpr std::string_view kPairKeys = "troth/pair-keys/1:";
inline constexpr std::string_view kPairProof = "troth/pair-pop/1:";
inline constexpr std::string_view kPairSponsor = "troth/pair-sponsor/1:";
inline constexpr std::string_view kPairCheck = "troth/pair-check/1:";
inline constexpr std::string_view kPairCommit = "troth/pair-commit/1:";
inline constexpr std::string_view kPairChallenge = "troth/pair-challenge/1:";
inline constexpr std::string_view kPairPresence = "troth/pair-presence/1:";
inline constexpr std::string_view kDiscovery = "troth/disc/1:";
inline constexpr std::string_view kItemName = "troth/item-name/1:";
inline constexpr std::string_view kFileKey = "troth/file/1:";
inline constexpr std::string_view kChunk = "troth/chunk/1:";
inline constexpr std::string_view kContent = "troth/content/1:";
inline constexpr std::string_view kManifest = "troth/manifest/1:";
inline constexpr std::string_view kAtRest = "troth/at-rest/1:";
inline constexpr std::string_view kAuditLeaf = "troth/audit-leaf/1:";
inline constexpr std::string_view kAuditNode = "troth/audit-node/1:";
inline constexpr std::string_view kAuditCheckpoint = "troth/audit-checkpoint/1:";
inline constexpr std::string_view kAuditPseudonym = "troth/audit-name/1:";
inline constexpr std::string_view kCircleWords = "troth/words/1:";
inline constexpr std::string_view kHelloDigest = "troth/hello/1:";
inline constexpr std::string_view kKeystore = "troth/keystore/1:";
inline constexpr std::string_view kNotice = "troth/notice/1:";
inline constexpr std::string_view kLeafList = "troth/leaf-list/1:";
inline constexpr std::string_view kCertificateId = "troth/cert-id/1:";
inline constexpr std::string_view kVectorDigest = "troth/vector/1:";
inline constexpr std::string_view kEpochKey = "troth/epoch-key/1:";
inline constexpr std::string_view kMailbox = "troth/mailbox/1:";
inline constexpr std::string_view kRotateRank = "troth/rotate-rank/1:";
inline constexpr std::string_view kReceipt = "troth/receipt/1:";

inline constexpr std::array kAll{
    kDeviceId,     kEntryId,        kEntrySign,     kAccept,     kAuthor,          kCategoryPrk,
    kHistoryPrk,   kCommit,         kLink,          kBox,        kBoxPsk,          kBatchKey,
    kBatchSalt,    kBatchSign,      kBatchChain,    kLeaf,       kCertificate,     kNoisePsk,
    kNoiseMac,     kNoiseCatchUp,   kNoisePrologue, kNoiseRetry, kPairSid,         kPairChannel,
    kPairSecret,   kPairTranscript, kPairKeys,      kPairProof,  kPairSponsor,     kPairCheck,
    kPairCommit,   kPairChallenge,  kPairPresence,  kDiscovery,  kItemName,        kFileKey,
    kChunk,        kAtRest,         kAuditLeaf,     kAuditNode,  kAuditCheckpoint, kAuditPseudonym,
    kCircleWords,  kHelloDigest,    kKeystore,      kNotice,     kLeafList,        kCertificateId,
    kVectorDigest, kEpochKey,       kMailbox,       kRotateRank, kReceipt,         kContent,
    kManifest};

}  // namespace troth::crypto::labels
