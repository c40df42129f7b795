// Field lists of what a program hands in besides commands and queries (spec 14 §3, §6).
#pragma once

#include "capi/values.hpp"
#include "troth/engine.hpp"

namespace troth {

[[nodiscard]] constexpr bool wire_known(EntryKind kind) {
  return kind >= EntryKind::file && kind <= EntryKind::directory;
}

struct FolderScanned {
  std::uint32_t folder = 0;
};
struct FolderScanning {
  std::uint32_t folder = 0;
};
using FolderReport = std::variant<FolderEntry, FolderScanned, FolderScanning>;

}  // namespace troth

namespace troth::wire {

TROTH_FIELDS(Config, Field<1, &Config::database, kPathBytes>,
             Field<2, &Config::vfs, limits::kNameBytes>, Field<3, &Config::sign_key>,
             Field<4, &Config::agree_key>, Field<5, &Config::approve_key>,
             Field<6, &Config::protection>, Field<7, &Config::home_id>,
             Field<8, &Config::incarnation>, Field<9, &Config::reserved>,
             Field<10, &Config::suites, limits::kOffers>,
             Field<11, &Config::listen, limits::kAddressBytes>, Field<12, &Config::discovery>);
TROTH_FIELDS(Link, Field<1, &Link::outgoing>, Field<2, &Link::attempt>,
             Field<3, &Link::address, limits::kAddressBytes>);

TROTH_FIELDS(KeyAnswer, Field<1, &KeyAnswer::ok>, Field<2, &KeyAnswer::code>,
             Field<3, &KeyAnswer::output, limits::kWhyBytes>);
TROTH_FIELDS(FileData, Field<1, &FileData::bytes, limits::kMessageBytes>,
             Field<2, &FileData::stat>);
TROTH_FIELDS(FileDone, Field<1, &FileDone::stat>);
TROTH_FIELDS(FileError, Field<1, &FileError::code>);
TROTH_FIELDS(GuardSaved);
TROTH_FIELDS(Heard, Field<1, &Heard::name, limits::kNameBytes>);
TROTH_FIELDS(LookedUp, Field<1, &LookedUp::address, limits::kAddressBytes>);

template <>
struct KindsOf<Answer> {
  using type = KindList<Kind<1, KeyAnswer>, Kind<2, FileData>, Kind<3, FileDone>,
                        Kind<4, FileError>, Kind<5, GuardSaved>, Kind<6, Heard>,
                        Kind<7, LookedUp>>;
};

TROTH_FIELDS(FolderEntry, Field<1, &FolderEntry::folder>, Field<2, &FolderEntry::path, kPathBytes>,
             Field<3, &FolderEntry::kind>, Field<4, &FolderEntry::stat>);

TROTH_FIELDS(FolderScanned, Field<1, &FolderScanned::folder>);
TROTH_FIELDS(FolderScanning, Field<1, &FolderScanning::folder>);

template <>
struct KindsOf<FolderReport> {
  using type = KindList<Kind<1, FolderEntry>, Kind<2, FolderScanned>, Kind<3, FolderScanning>>;
};

}  // namespace troth::wire
