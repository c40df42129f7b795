// Queries: read-only questions to an engine, answered at once from committed state.
#pragma once

#include <optional>

#include "troth/event.hpp"

namespace troth {

enum class EngineState : std::uint8_t {
  new_device,
  waiting_to_join,
  ok,
  needs_action,
  frozen,
  removed,
  damaged
};

struct IdentityQuery {
  struct Answer {
    EngineState state = EngineState::new_device;
    DeviceId device;
    std::string name;
    Protection protection = Protection::file;
    CircleId circle;              // zero when none
    std::string circle_words;     // four words
    MemberId member;
  };
};

enum class DeviceState : std::uint8_t { live = 1, removed = 2, unaccepted = 3 };
struct DeviceInfo {
  DeviceId device;
  std::string name;
  std::string model;
  std::string os;
  Protection protection = Protection::file;
  DeviceState state = DeviceState::live;
  std::uint64_t added_ms = 0;
  DeviceId added_by;
  std::string key_words;
  bool is_self = false;
  bool connected = false;
  std::string address;            // remembered, empty when none
};
struct DevicesQuery {
  using Answer = std::vector<DeviceInfo>;
};

struct CategoryInfo {
  CategoryId category;
  std::string name;
  std::string purpose;
  std::string data_class;
  std::uint64_t items = 0;
  std::string
      state;  // text key: "ready", "no_consent", "waiting_for_key", "paused", "retired", ...
  std::uint64_t held = 0;         // batches kept aside
  std::string held_reason;        // text key
  bool holds_key = false;
  std::uint64_t set_aside = 0;    // changes of the first 64 batches set aside that would change something
};
struct CategoriesQuery {
  using Answer = std::vector<CategoryInfo>;
};

enum class GrantState : std::uint8_t {
  active = 1,
  offered = 2,
  declined = 3,
  withdrawn = 4,
  expired = 5,
  void_grant = 6,
  waiting_for_key = 7
};
struct GrantInfo {
  EntryId entry;
  std::uint32_t index = 0;
  CategoryId category;
  DeviceId device;
  Direction direction = Direction::both;
  History history = History::all;
  std::string purpose;
  std::uint64_t given_ms = 0;
  std::uint64_t until_ms = 0;     // 0 = until withdrawn
  DeviceId given_by;
  GrantState state = GrantState::offered;
  Bytes notice_hash;
};
struct ConsentQuery {
  bool all = false;               // false: what is active or offered now
  using Answer = std::vector<GrantInfo>;
};

struct OfferInfo {
  EntryId offer;
  DeviceId from;
  std::uint64_t at_ms = 0;
  std::vector<OfferedCategory> share;
};
struct OffersQuery {
  using Answer = std::vector<OfferInfo>;
};

struct FileFacts {                // what an item of a kept folder says about its file
  std::string path;               // relative to the folder
  std::uint64_t size = 0;
  std::uint64_t mtime_ms = 0;
  bool executable = false;
};
struct ItemInfo {
  CategoryId category;
  ItemId item;
  std::vector<FieldValue> fields;
  bool deleted = false;
  std::uint64_t changed_ms = 0;
  DeviceId changed_by;
  std::optional<FileFacts> file;
};
struct ItemQuery {
  CategoryId category;
  ItemId item;
  using Answer = ItemInfo;        // Errc::unknown_item when absent or deleted
};
struct ListQuery {                // fewer than limit: no more, unless the last one is `deleted`, a
                                  // place to go on from: nobody walks many deleted ones at once
  CategoryId category;
  std::optional<ItemId> after;    // page: items in id order
  std::uint32_t limit = 256;
  using Answer = std::vector<ItemInfo>;
};
struct ChangesQuery {             // for watch: what changed after a cursor, oldest first
  CategoryId category;
  std::uint64_t since = 0;
  std::uint32_t limit = 256;
  using Answer = std::vector<ItemChanged>;
};
struct HistoryQuery {
  CategoryId category;
  ItemId item;
  using Answer = std::vector<ItemInfo>;  // one change each, newest first
};

struct InspectInfo {
  std::uint8_t suite = 0;
  CategoryId category;
  std::uint64_t epoch = 0;
  DeviceId author;
  std::uint64_t counter = 0;
  Bytes batch;                    // chain hash
  bool proof_ok = false;          // the op was proven alone against the batch's signature
  std::string field;
};
struct InspectQuery {
  CategoryId category;
  ItemId item;
  using Answer = std::vector<InspectInfo>;  // one a field
};

// A change that came and does not count: its device was taken out or lost its consent before
// it sent this, or says two different things. It stays until somebody takes it over.
struct SetAsideInfo {
  std::uint64_t id = 0;
  CategoryId category;
  DeviceId device;
  std::string reason;             // text key
  std::uint64_t changes = 0;
  std::uint64_t left = 0;         // of them, those in whose place nothing newer stands
  std::vector<ItemInfo> items;    // when one was asked for
};
struct SetAsideQuery {
  std::optional<std::uint64_t> id;  // absent = all, at most 256, without their items
  using Answer = std::vector<SetAsideInfo>;
};

struct FilesOnTheWay {            // of one category, by the word of the device that lacks them
  CategoryId category;
  std::uint64_t files = 0;        // 0: it has not read its folder yet
  std::uint64_t bytes = 0;
};
struct PeerInfo {
  DeviceId device;
  std::string name;
  bool connected = false;
  std::optional<std::uint64_t>
      behind_items;  // what we hold and it does not; unknown until it told us
  std::optional<std::uint64_t> behind_bytes;
  std::optional<std::uint64_t> last_seen_ms;
  std::optional<std::uint64_t> last_equal_ms;
  std::string reason;             // text key: why not equal; empty when equal
  std::vector<FilesOnTheWay> files;  // that it has not got in place; only while connected
};
struct LeftAlone {
  std::string path;               // relative to the folder
  std::string reason;             // text key
};
struct FolderInfo {
  std::uint32_t folder = 0;
  CategoryId category;
  std::string path;
  std::uint64_t files = 0;
  std::uint64_t waiting = 0;      // files not here yet, or not yet read
  std::uint64_t left_alone = 0;   // special files, bad names
  bool scanned = false;
  std::vector<LeftAlone> left;    // the first 64 of them
};
struct ClassQueue {               // edits that are not sealed yet, of one delivery class
  std::string name;               // "control", "interactive", "normal", "bulk"
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
};
struct StatusQuery {
  struct Answer {
    EngineState state = EngineState::ok;
    std::string reason;           // text key
    std::vector<PeerInfo> peers;
    std::vector<CategoryInfo> categories;
    std::vector<FolderInfo> folders;
    // Edits not sealed yet, and what the device that is furthest behind lacks; absent: not known.
    std::optional<std::uint64_t> queue_items;
    std::optional<std::uint64_t> queue_bytes;
    bool paused = false;
    std::optional<std::int64_t> clock_offset_ms;
    std::uint64_t alerts = 0;     // not acknowledged
    std::vector<EntryId> pending;     // offers to this device
    std::vector<GrantInfo> expiring;  // within 7 days
    std::vector<ClassQueue> drafts;   // of the queue: what is not sealed yet
  };
};

struct AlertInfo {
  std::uint64_t id = 0;
  std::uint64_t at_ms = 0;
  std::string kind;               // text key
  DeviceId device;                // whom it is about, zero when nobody
  bool acknowledged = false;
};
struct AlertsQuery {
  bool all = false;
  using Answer = std::vector<AlertInfo>;
};

struct FactInfo {
  std::uint64_t index = 0;
  std::uint64_t at_ms = 0;
  std::string kind;               // text key
  Bytes subject;
  std::uint64_t number = 0;
};
struct AuditQuery {
  std::uint64_t from = 0;
  std::uint32_t limit = 256;
  using Answer = std::vector<FactInfo>;
};
// What a consent receipt proves, by the circle's log up to at_ms: what was decided later, or had
// not reached its maker, is not in it.
struct ReceiptFacts {
  CircleId circle;
  std::string circle_words;       // to be compared with what the devices show
  std::uint64_t at_ms = 0;
  GrantInfo grant;                // never waiting_for_key
  std::string category_name;
  std::string device_name;
  std::string given_by_name;
  std::string record;             // JSON-LD (spec 06 section 7), without names
};
struct ReceiptQuery {
  EntryId entry;
  std::uint32_t index = 0;
  struct Answer {
    ReceiptFacts facts;
    Bytes receipt;                // for check_receipt, up to 2 MiB
  };
};

struct AuditCheckQuery {          // recomputes the whole tree
  struct Answer {
    std::uint64_t size = 0;
    Bytes root;
    bool ok = false;
  };
};

}  // namespace troth
