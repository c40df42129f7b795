// Every bound of the protocol and of this implementation, by module. Numbers that a specification
// page fixes say so; the others are choices and may change without a protocol version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troth::limits {

inline constexpr std::uint64_t kSecond = 1000;
inline constexpr std::uint64_t kMinute = 60 * kSecond;
inline constexpr std::uint64_t kHour = 60 * kMinute;
inline constexpr std::uint64_t kDay = 24 * kHour;

// wire (spec 01)
inline constexpr std::size_t kFrameHead = 8;
inline constexpr std::size_t kMessageBytes = 1024 * 1024;

// names that people see
inline constexpr std::size_t kNameBytes = 128;
inline constexpr std::size_t kPurposeBytes = 512;
inline constexpr std::size_t kWhyBytes = 256;

// circle log (spec 04)
inline constexpr std::size_t kEntryBytes = 64 * 1024;              // a body
inline constexpr std::size_t kEntryWireBytes = kEntryBytes + 256;  // with signature and CBOR heads
inline constexpr std::size_t kParents = 64;
inline constexpr std::size_t kDevices = 256;
inline constexpr std::size_t kCategories = 256;
inline constexpr std::size_t kLocaleBytes = 35;  // BCP 47
inline constexpr std::size_t kCutsPerEntry = 1024;
inline constexpr std::size_t kRevertsPerEntry = 1024;
// What this device writes must fit an entry: in one ack, and in one removal that also reverts.
inline constexpr std::size_t kRaisesWritten = 512;
inline constexpr std::size_t kCutsBesideReverts = 512;
inline constexpr std::size_t kRevertsWritten = 900;
inline constexpr std::size_t kGrantsPerExpire = 1024;
inline constexpr std::size_t kEpochsPerKeys = 256;
inline constexpr std::size_t kEpochPrev = 16;
inline constexpr std::size_t kLinkBytes = 256;
inline constexpr std::size_t kBoxBytes = 24 * 1024;
inline constexpr std::size_t kForkEntryBytes = 60 * 1024;
inline constexpr std::size_t kHeldEntries = 1024;
inline constexpr std::size_t kReceiptEntries = 16 * 1024;
inline constexpr std::size_t kReceiptBytes =
    2 * 1024 * 1024;  // in base64 a line of spec 13 §4 holds it
inline constexpr std::size_t kCatchUpBytes =
    256 * 1024;  // rule 14: an unknown key hands in at most this

// keyring (spec 05)
inline constexpr std::size_t kBoxEpochs = kEpochsPerKeys;
inline constexpr std::uint64_t kScheduledRotationMs = 90 * kDay;
inline constexpr std::uint64_t kUnforcedRotationMs = 10 * kMinute;

// consent (spec 06)
inline constexpr std::uint64_t kAskAgainMs = kDay;
inline constexpr std::uint64_t kAskAgainAfterNoMs = 30 * kDay;

// channel (spec 03)
inline constexpr std::size_t kChannelFrame = 16 * 1024;  // a whole frame: head, ciphertext, tag
inline constexpr std::size_t kHandshakeFrame = 1024;     // a whole handshake frame
inline constexpr std::size_t kOffers = 16;               // versions or suites in one offer
inline constexpr std::size_t kPskCandidates = 4;         // rule 14: a responder tries the newest 4
inline constexpr std::size_t kSeenFirstMessages = 1024;  // replays of message 1 told apart for free
inline constexpr std::uint64_t kHandshakeMs = 15 * kSecond;    // from connect to the first record
inline constexpr std::size_t kStreamWindow = 2 * 1024 * 1024;  // credit of a stream at the start
inline constexpr std::size_t kCatchUpWindow = 2 * kCatchUpBytes;  // the only stream of a catch-up
inline constexpr std::size_t kMessageCharge = 64;  // credit that a message costs besides its bytes
inline constexpr std::size_t kBulkQueue =
    256 * 1024;  // unsealed bytes that wait, so sealing is late
inline constexpr std::size_t kSmallQueue = 1024 * 1024;   // the same for the three other classes
inline constexpr std::uint64_t kRekeyFrames = 1 << 16;    // one key seals at most this many frames
inline constexpr std::uint64_t kRekeyBytes = 1ULL << 30;  // and this many bytes
inline constexpr std::uint64_t kRekeyMs = kHour;          // and is used at most this long
inline constexpr std::uint64_t kRekeySlack = 2;  // a receiver refuses a key used twice as long

// the handshake's fields (spec 03)
inline constexpr std::size_t kHandshakeOfferBytes = 256;
inline constexpr std::size_t kHandshakeNoiseBytes = 512;

// pairing (spec 08)
inline constexpr std::size_t kPairingFrame = kEntryBytes + 8 * 1024;  // any entry, and its frame
inline constexpr std::size_t kJoinLogBytes = 512 * 1024 * 1024;  // of a log that a new device takes
inline constexpr std::size_t kTypedCodeBytes = 512;              // whatever is pasted as a code
inline constexpr std::uint32_t kRunsPerCode = 3;
inline constexpr std::size_t kVoidCodesPerHour = 5;
inline constexpr std::uint64_t kLockoutMs = kHour;
inline constexpr std::uint64_t kPairingMessageMs = 30 * kSecond;
inline constexpr std::uint64_t kPairingUserMs = 120 * kSecond;
inline constexpr std::uint64_t kInvitationLeastMs = 30 * kSecond;
inline constexpr std::uint64_t kInvitationMostMs = 300 * kSecond;
inline constexpr std::uint64_t kUnprovenStandsMs =
    3 * kSecond;  // a run keeps others out so long before it has shown that it knows the code
inline constexpr std::uint64_t kUncountedFactMs = kMinute;  // failed runs that no code counts

// sync (spec 07)
inline constexpr std::size_t kOpsPerBatch = 256;
inline constexpr std::size_t kValueBytes = 64 * 1024;
inline constexpr std::size_t kBatchBytes = 1024 * 1024;
inline constexpr std::uint64_t kClockSkewMs = 5 * kMinute;
inline constexpr std::size_t kBatchHeads = 16;  // circle log heads that a batch names
inline constexpr std::size_t kBatchCoreBytes = 1024;
inline constexpr std::size_t kBatchBodyBytes = 256 * 1024;  // values that one own batch takes in
inline constexpr std::size_t kBatchFloor = 512;             // spec 07: no sealed batch is shorter
inline constexpr std::size_t kFieldNameBytes = 32;
inline constexpr std::size_t kItemFields = 256;
inline constexpr std::size_t kItemNames =
    16 * 1024;                               // that an item has over its life: a row holds them
inline constexpr std::size_t kItemLost = 8;  // losing ops kept in the item's own row
inline constexpr std::size_t kCertificateBytes = 16 * 1024;
inline constexpr std::uint64_t kCertificateMs = kDay;  // rule 17
inline constexpr std::size_t kVectorAuthors = 4096;    // authors a category: devices and restores
inline constexpr std::size_t kVectorGaps = 256;        // of one author, for consent from now on
inline constexpr std::size_t kHeldBatches = 4096;      // held or parked, a category
inline constexpr std::size_t kHeldBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kDecodedCacheBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kListPage = 1024;
inline constexpr std::size_t kLeftShown = 64;     // files left alone, named in an answer, a folder
inline constexpr std::size_t kReviewRows = 256;   // batches that were set aside, in one answer
inline constexpr std::size_t kReviewStatus = 64;  // and looked into for a status, a category

// store (spec 11)
inline constexpr std::uint32_t kStoreCacheKib = 8 * 1024;
inline constexpr std::uint32_t kStoreWalPages = 2048;     // 8 MiB: a commit above it checkpoints
inline constexpr std::uint32_t kStoreIdleWalPages = 256;  // 1 MiB: maintain() leaves less alone
inline constexpr int kStoreValueBytes = 4 * 1024 * 1024;  // the longest value SQLite may hold
inline constexpr std::size_t kStoreTables = 64;
inline constexpr std::size_t kStoreTableName = 64;
inline constexpr std::size_t kStoreKeyBytes = 1024;

// session (spec 09)
inline constexpr std::size_t kAddressBytes = 128;
inline constexpr std::size_t kEntriesPerMessage = 256;
inline constexpr std::size_t kEntriesMessageBytes = 256 * 1024;  // of entries in one message
inline constexpr std::size_t kOfferBytes = 16 * 1024 * 1024;     // of one whole offer by a member
inline constexpr std::size_t kAnswerBytes = 12 * 1024 * 1024;    // of entries in one answer
inline constexpr std::size_t kControlQueue = 4 * 1024 * 1024;    // waits for a peer to read it
inline constexpr std::uint64_t kVectorsMs = 20;       // vectors are told at most this often
inline constexpr std::uint64_t kCompareMs = kSecond;  // level, not equal: compare again, doubling
inline constexpr std::uint64_t kCompareMostMs = kMinute;
inline constexpr std::size_t kChunksPerWant = 256;
inline constexpr std::size_t kChunksAsked = 64;  // requests under way to one peer
inline constexpr std::size_t kSealedChunk = 512 * 1024 + 64;

// files (spec 10)
inline constexpr std::size_t kChunkMin = 32 * 1024;
inline constexpr std::size_t kChunkMax = 512 * 1024;
inline constexpr std::uint64_t kChunkSpread = 96 * 1024;  // mean bytes behind the least
inline constexpr std::size_t kFileChunks = 65'536;
inline constexpr std::size_t kChunkRow = 36;  // id, length
inline constexpr std::size_t kListInline = 8 * 1024 / kChunkRow * kChunkRow;
inline constexpr std::size_t kListPiece = kChunkMax / kChunkRow * kChunkRow;
inline constexpr std::size_t kListPieces = 8;
inline constexpr std::size_t kFileAuthors = 64;  // devices that a version names
inline constexpr std::size_t kPathBytes = 1024;
inline constexpr std::size_t kPathPartBytes = 255;
inline constexpr std::size_t kPathDepth = 64;
inline constexpr std::size_t kWindowBytes = 2 * 1024 * 1024;  // of one file, asked for or waiting
inline constexpr std::size_t kFetchBytes = 4 * 1024 * 1024;   // of all files
inline constexpr std::size_t kFetches = 64;                   // files on their way at once
inline constexpr std::size_t kReadPiece = 1024 * 1024;
inline constexpr std::size_t kReadBytes = 8 * 1024 * 1024;   // asked of the shell at once
inline constexpr std::size_t kReads = 32;                    // files read at once
inline constexpr std::size_t kServeBytes = 2 * 1024 * 1024;  // read and not sent, a peer
inline constexpr std::size_t kFilesQueued = 100'000;         // changed and not read yet
inline constexpr std::size_t kFilesPerStep = 256;
inline constexpr std::size_t kFilesPerPut = 128;  // two ops each: one batch
inline constexpr std::uint64_t kFilesPutMs = 100;
inline constexpr std::uint64_t kFileRetryMs = 500;           // doubled six times
inline constexpr std::uint64_t kFileStallMs = 30 * kSecond;  // ask somebody else
inline constexpr std::uint64_t kDiskFullMs = 10 * kMinute;   // before a file is fetched again
inline constexpr std::uint64_t kProgressMs = 250;
inline constexpr std::size_t kFolders = 64;            // bound on one device
inline constexpr std::size_t kFolderPathBytes = 4096;  // of the folder itself, on this system
inline constexpr std::size_t kLeftAlone = 10'000;  // names of a folder that are told as not synced

// discovery (spec 15)
inline constexpr std::size_t kDiscoveryTagBytes = 8;
inline constexpr std::uint64_t kDiscoverySlotMs = 10 * kMinute;
inline constexpr std::uint64_t kDiscoverySlotsAside = 1;  // recognised before and after the present
inline constexpr std::size_t kDiscoveryEpochs = 4;        // control keys whose tags are recognised
inline constexpr std::size_t kDiscoveryName = 32;         // longer instance names are not ours
inline constexpr std::size_t kLookUps = 8;  // names whose address is asked for at once
inline constexpr std::uint64_t kLookUpsPerMinute = 32;
inline constexpr std::size_t kFoundAddresses = 4;  // a device; found, not told by its user
inline constexpr std::uint32_t kFoundTries = 4;    // then such an address is forgotten
inline constexpr std::size_t kJoinCandidates = 3;  // each costs one guess at the code
inline constexpr std::uint64_t kJoinSearchMs = 20 * kSecond;
inline constexpr std::uint64_t kJoinAnswerMs = 5 * kSecond;  // for the first word of each
inline constexpr std::uint64_t kJoinMoreMs = 2 * kSecond;  // after a wrong one, for the right one
inline constexpr std::uint64_t kHeardPerSecond = 64;       // names that a shell passes on
inline constexpr std::size_t kMdnsCache = 4096;            // records that a shell keeps, a link
inline constexpr std::size_t kMdnsAddresses = 8;           // own addresses that are announced
inline constexpr std::uint32_t kMdnsRenames = 3;           // when somebody claims our name

// device (spec 09 §6): one device's own work
inline constexpr std::size_t kKeyOperations = 256;          // under way in the keystore
inline constexpr std::size_t kProposals = 64;               // entries that wait for their turn
inline constexpr std::uint64_t kKeystoreRetryMs = kSecond;  // after it failed, then doubled
inline constexpr std::uint64_t kKeystoreRetryMaxMs = 10 * kMinute;
inline constexpr std::size_t kConnections = 256;
inline constexpr std::size_t kSealsPerStep = 16;
inline constexpr std::size_t kHeldPerStep = 256;
inline constexpr std::size_t kErasePerStep = 512;  // rows of what was withdrawn: no long step
inline constexpr std::size_t kCheckRows = 1024;    // counted in a slice (spec 11 §6.1)
inline constexpr std::size_t kMendItems = 64;      // a slice, each with the batches that it names
inline constexpr std::size_t kMendBatches = 16;    // opened in a slice
inline constexpr std::size_t kMendOps = 1024;      // looked for in a slice, about
inline constexpr std::size_t kEpochsHeld = 4096;
inline constexpr std::size_t kPauses = 64;
inline constexpr std::size_t kSuitesRefused = 3;         // in an hour, before a person is told
inline constexpr std::size_t kAlerts = 256;              // kept; the oldest go
inline constexpr std::uint64_t kAlertAgainMs = kMinute;  // the same again is written this often
inline constexpr std::uint64_t kAnomalyAgainMs = kHour;  // refused entries of one peer, audited
inline constexpr std::size_t kCameTwice = 12;  // connections of a device that has one already,
inline constexpr std::uint64_t kCameTwiceMs = 2 * kMinute;  // in so long: it may be copied
inline constexpr std::uint64_t kSilentMs = 10 * kSecond;    // not heard so long: a dead link, maybe
inline constexpr std::uint64_t kProofAgainMs = 10 * kMinute;  // a chain shown to a peer, an author
inline constexpr std::uint64_t kSeekMs = 10 * kSecond;  // a chain that an end names is asked for
inline constexpr std::uint64_t kSeekAgainMs = 5 * kMinute;  // doubled each time,
inline constexpr std::size_t kSeekTimes = 8;                // and in one run at most so often
inline constexpr std::uint64_t kForkAckMs = kMinute;  // between acks of what a forked device wrote
inline constexpr std::size_t kBranchesPerOffer = 16;  // begun by one author in one offer
inline constexpr std::size_t kAddChain = 256;         // of devices, each added by the one before
inline constexpr std::uint64_t kDialFirstMs = 500;    // doubled six times,
inline constexpr std::uint64_t kSettledMs =
    2 * kSecond;  // anew after a session that stayed so long
inline constexpr std::uint64_t kAskPeerMs =
    3 * kSecond;  // rule 19: how long to wait for a peer's word
inline constexpr std::uint64_t kBehindAskedMs =
    10 * kSecond;  // after a roll-back, what a person asked for waits so long for a peer
inline constexpr std::uint64_t kBehindMs = kDay;             // what nobody asked for
inline constexpr std::uint64_t kCheckAfterMs = 2 * kSecond;  // after opening, rows are counted
inline constexpr std::uint64_t kCheckGapMs = 20;             // between two slices
inline constexpr std::uint64_t kDamagedAgainMs =
    10 * kMinute;  // a home that stops as damaged is opened again at most so often
inline constexpr std::uint64_t kRestMs = 400;    // after the last commit the database is tidied
inline constexpr std::uint64_t kDurableMs = 20;  // a NORMAL commit becomes durable after this

}  // namespace troth::limits
