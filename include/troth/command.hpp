// Commands: what an app, a command line or a console asks of an engine. Plain values; each is
// checked when it is carried out, and its outcome arrives as an Event that repeats the ticket of
// submit().
#pragma once

#include <optional>
#include <variant>

#include "troth/types.hpp"

namespace troth {

enum class Direction : std::uint8_t { send = 1, receive = 2, both = 3 };
enum class History : std::uint8_t { all = 1, from_now = 2 };
enum class Protection : std::uint8_t { enclave = 1, tpm = 2, file = 3, file_open = 4 };

// Consent that is offered to a device: until_ms 0 means until withdrawn.
struct ShareTerms {
  CategoryId category;
  Direction direction = Direction::both;
  std::uint64_t until_ms = 0;
  History history = History::all;
};

// ---- this device -------------------------------------------------------------------------------
// First run. Makes a new circle of which this device is the first; or, with join set, only a device
// that waits to be paired. Needs the user's presence (approve) unless join.
struct InitDevice {
  std::string name;         // shown to people, at most 128 bytes
  std::string member;       // the person; empty = name
  std::string model;        // what the hardware calls itself
  std::string os;
  bool join = false;
};

// ---- pairing -----------------------------------------------------------------------------------
struct StartPairing {           // sponsor; needs presence
  std::string why;              // one sentence that the applicant will see
  bool words = false;           // code as words instead of digits
  std::uint64_t lifetime_ms = 180'000;
};
struct AnswerApplicant {        // sponsor's user: the number that the new device shows, and choices
  Ticket pairing;
  bool refuse = false;
  std::string check;
  std::vector<ShareTerms> share;
};
struct JoinCircle {             // applicant; code as typed, or the text of a QR
  std::string code;
  std::string address;          // "host:port"; empty when the QR carries it
  std::string name;             // empty = the name given to InitDevice
};
struct AnswerOffer {            // applicant's user: which offered categories to take
  Ticket pairing;
  bool refuse = false;
  std::vector<CategoryId> accept;
};
struct CancelPairing {
  Ticket pairing;
};

// ---- devices -----------------------------------------------------------------------------------
struct ConnectDevice {          // remembers an address for a device and dials it
  DeviceId device;
  std::string address;
};
struct RenameDevice {
  DeviceId device;
  std::string name;
};
struct RemoveDevice {
  DeviceId device;
  bool lost = false;  // strict cuts: what it says later counts for nothing
  std::optional<std::uint64_t> revert_since_ms;   // rule 23
};
struct LeaveCircle {};
struct UndoPairing {};          // removes the device that this one paired in the last 24 hours

// ---- categories and consent --------------------------------------------------------------------
struct CreateCategory {
  std::string name;
  std::string purpose;
  std::string data_class;       // "notes", "files", ...: free text of the app
};
struct UpdateCategory {
  CategoryId category;
  std::string name;
  std::string purpose;
};
struct RetireCategory {
  CategoryId category;
};
struct GrantConsent {           // offers a category to a device; it takes effect when that accepts
  DeviceId device;
  ShareTerms terms;
};
struct WithdrawConsent {        // at once, works offline
  CategoryId category;
  DeviceId device;
};
struct AcceptOffer {
  EntryId offer;
  std::vector<CategoryId> only;  // empty = all of the offer
};
struct DeclineOffer {
  EntryId offer;
};
struct RotateKeys {
  std::optional<CategoryId> category;  // absent = every category that this device holds
};

// ---- data --------------------------------------------------------------------------------------
struct FieldValue {
  std::string name;             // at most 32 bytes
  Bytes value;                  // at most 64 KiB
};
struct PutItem {
  CategoryId category;
  ItemId item;
  std::vector<FieldValue> fields;
};
struct PutItems {               // one step for all
  std::vector<PutItem> items;   // at most 256
};
struct DeleteItem {
  CategoryId category;
  ItemId item;
};
struct UndeleteItem {
  CategoryId category;
  ItemId item;
};
struct AdoptSetAside {          // what was set aside becomes this device's own change, where nothing
  CategoryId category;          // newer stands
  std::uint64_t id = 0;
};
struct Pause {                  // local state, never consent; neither field set = everything
  std::optional<CategoryId> category;
  std::optional<DeviceId> device;
  std::uint64_t for_ms = 0;     // 0 = until resumed
};
struct Resume {
  std::optional<CategoryId> category;
  std::optional<DeviceId> device;
};

// ---- folders -----------------------------------------------------------------------------------
struct AddFolder {
  CategoryId category;
  std::string path;             // absolute, of this device; stored sealed
};
struct RemoveFolder {
  std::string path;
};

struct AcknowledgeAlert {
  std::uint64_t id = 0;
};

using Command =
    std::variant<InitDevice, StartPairing, AnswerApplicant, JoinCircle, AnswerOffer, CancelPairing,
                 ConnectDevice, RenameDevice, RemoveDevice, LeaveCircle, UndoPairing,
                 CreateCategory, UpdateCategory, RetireCategory, GrantConsent, WithdrawConsent,
                 AcceptOffer, DeclineOffer, RotateKeys, PutItem, PutItems, DeleteItem, UndeleteItem,
                 Pause, Resume, AddFolder, RemoveFolder, AcknowledgeAlert, AdoptSetAside>;

}  // namespace troth
