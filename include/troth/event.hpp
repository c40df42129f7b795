// Events (what happened, for people and apps) and effects (what the shell must do for the engine).
// Both leave only after the step that caused them was committed.
#pragma once

#include <variant>

#include "troth/command.hpp"
#include "troth/result.hpp"

namespace troth {

// ---- events ------------------------------------------------------------------------------------
struct Done {                   // a command succeeded
  Ticket ticket;
  Bytes id;                     // of what was made: category, item, device or entry; may be empty
};
struct Failed {                 // a command did not
  Ticket ticket;
  Errc code = Errc::internal;
  const char* reason = "";      // static text key for the words
};

struct OfferedCategory {
  CategoryId category;
  std::string name;
  std::string purpose;
  Direction direction = Direction::both;
  History history = History::all;
  std::uint64_t until_ms = 0;   // 0 = until withdrawn
  std::optional<std::uint64_t> items;  // what the other device holds; it says so in a pairing only
  std::optional<std::uint64_t> bytes;
};
struct PairingCode {            // sponsor: show it
  Ticket pairing;
  std::string code;             // "4821-7390-1124" or words
  std::string qr;               // text of the QR
  std::uint64_t expires_in_ms = 0;
};
struct PairingAttempt {         // sponsor: a device came with a wrong code; the invitation stays open
  Ticket pairing;
  std::uint32_t tries_left = 0;
};
struct PairingApplicant {       // sponsor: show the card, ask for the number and the choices
  Ticket pairing;
  std::string name;
  std::string model;
  std::string os;
  Protection protection = Protection::file;
  std::string key_words;
};
struct PairingCheck {           // applicant: show it
  Ticket pairing;
  std::string check;            // two digits
  std::string circle_words;
};
struct PairingOffer {           // applicant: ask which to take
  Ticket pairing;
  std::string circle_words;
  std::string sponsor;          // name of the trusted device
  std::string why;
  std::vector<OfferedCategory> share;
};
struct Paired {
  Ticket pairing;
  DeviceId device;              // the other one
  std::vector<CategoryId> accepted;
};
struct PairingFailed {
  Ticket pairing;
  Errc code = Errc::internal;
  const char* reason = "";      // static text key
  std::uint32_t tries_left = 0;
};

struct ItemChanged {
  CategoryId category;
  ItemId item;
  std::uint64_t cursor = 0;     // grows; `watch --since`
  bool deleted = false;
};
struct OfferArrived {
  EntryId offer;
};
struct ConsentNeeded {
  CategoryId category;
  DeviceId device;
  const char* why = "";
};
struct PeerChanged {
  DeviceId device;
  bool connected = false;
};
struct CircleChanged {};        // devices, categories or consent: ask again
struct AlertRaised {
  std::uint64_t id = 0;
};
struct TransferProgress {
  CategoryId category;
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
};
struct Noticed {                // something a person should read, e.g. a file left alone
  const char* reason = "";      // static text key
  std::string about;            // a path or name of this device's own
};

using Event = std::variant<Done, Failed, PairingCode, PairingApplicant, PairingCheck, PairingOffer,
                           Paired, PairingFailed, ItemChanged, OfferArrived, ConsentNeeded,
                           PeerChanged, CircleChanged, AlertRaised, TransferProgress, Noticed,
                           PairingAttempt>;

// ---- effects -----------------------------------------------------------------------------------
struct PerformKeyOperation {    // answer(ticket, KeyAnswer)
  Ticket ticket;
  KeyRequest request;
  Ticket command;               // whose user must be present for approve; zero: background work
};
struct Dial {  // open a connection, then Engine::connected(Link{outgoing, attempt})
  std::uint64_t attempt = 0;    // repeated in Link; on failure call dial_failed(attempt)
  std::string address;          // "host:port"
};
struct CloseConnection {
  ConnId connection;
};
// Files of a bound folder. Paths are relative, '/'-separated, already checked for traversal.
struct FileStat {
  std::uint64_t size = 0;
  std::uint64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  bool executable = false;
  friend bool operator==(const FileStat&, const FileStat&) = default;
};
struct ReadFile {               // answer(ticket, FileData) or FileError
  Ticket ticket;
  std::uint32_t folder = 0;
  std::string path;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};
struct WriteTemp {              // answer(ticket, FileDone)
  Ticket ticket;
  std::uint32_t folder = 0;
  std::uint64_t temp = 0;       // names the temporary file
  std::uint64_t offset = 0;
  Bytes data;
};
struct FinishFile {             // temp becomes path atomically; answer(ticket, FileDone{new stat})
  Ticket ticket;
  std::uint32_t folder = 0;
  std::uint64_t temp = 0;
  std::string path;
  std::uint64_t mtime_ns = 0;
  bool executable = false;
  std::optional<FileStat>
      expected;  // what must be at path now, absent = nothing; else FileError file_changed
};
struct DiscardTemp {
  std::uint32_t folder = 0;
  std::uint64_t temp = 0;
};
struct RemoveFile {             // answer(ticket, FileDone); FileError file_changed when it differs
  Ticket ticket;
  std::uint32_t folder = 0;
  std::string path;
  FileStat expected;
};
struct MoveFile {               // keeps a losing local version beside the winner (conflict copy)
  Ticket ticket;
  std::uint32_t folder = 0;
  std::string from;
  std::string to;
};
struct BindFolder {             // watch and scan: report every entry, then ScanDone
  std::uint32_t folder = 0;
  std::string path;             // absolute
};
struct UnbindFolder {
  std::uint32_t folder = 0;
};
struct SaveGuard {  // rule 19: keystore remembers incarnation and the counter reserved ahead
  Ticket ticket;                // answer(ticket, GuardSaved)
  std::array<std::uint8_t, 16> incarnation{};
  std::uint64_t reserved = 0;
};

// The local network (spec 15). Each Discover replaces the one before; only with Config::discovery.
struct Discover {               // answer(ticket, Heard) for each name, while it looks
  Ticket ticket;
  std::vector<std::string> say; // first parts of the names to announce; empty = be silent
  bool look = false;            // ask who is there, from the start
};
struct LookUp {                 // answer(ticket, LookedUp)
  Ticket ticket;
  std::string name;             // as it was heard
};

using Effect = std::variant<PerformKeyOperation, Dial, CloseConnection, ReadFile, WriteTemp,
                            FinishFile, DiscardTemp, RemoveFile, MoveFile, BindFolder, UnbindFolder,
                            SaveGuard, Discover, LookUp>;

}  // namespace troth
