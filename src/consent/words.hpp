// Consent words by language: data only. {name} is replaced by notice(); a test holds every language
// to the same set of placeholders and to the list of words that people do not use.
#pragma once

#include <array>
#include <string_view>

namespace troth::consent::words {

struct Language {
  std::string_view locale;  // BCP 47
  std::string_view question;
  std::string_view purpose;
  std::string_view receive;
  std::string_view both;
  std::string_view all;
  std::string_view from_now;
  std::string_view until;
  std::string_view no_end;
  std::string_view where;
  std::string_view undo;
  std::string_view stays;
  std::string_view yes;
  std::string_view no;
  std::string_view date;
  std::array<std::string_view, 12> months;
};

inline constexpr std::array kLanguages{
    Language{"en",
             "Share \"{category}\" with {person}'s device \"{device}\"?",
             "What for: {purpose}",
             "\"{device}\" can read it. It cannot change it.",
             "\"{device}\" can read it and change it.",
             "It gets everything that is there now and everything that is added later.",
             "It gets only what is added or changed from now on.",
             "This ends by itself on {date}.",
             "This has no end date. It lasts until someone takes it back.",
             "It is kept on \"{device}\". Nobody on the way can read it.",
             "You can take this back at any time, in one step, also without a network.",
             "Taking it back stops everything new and asks \"{device}\" to erase what it has. What "
             "someone "
             "already copied from it cannot be called back.",
             "Share",
             "Do not share",
             "{day} {month} {year}, {time} UTC",
             {"January", "February", "March", "April", "May", "June", "July", "August", "September",
              "October", "November", "December"}},
    Language{"de",
             "\"{category}\" mit dem Gerät \"{device}\" von {person} teilen?",
             "Wofür: {purpose}",
             "\"{device}\" kann es lesen, aber nicht ändern.",
             "\"{device}\" kann es lesen und ändern.",
             "Es bekommt alles, was jetzt da ist, und alles, was später dazukommt.",
             "Es bekommt nur, was ab jetzt dazukommt oder geändert wird.",
             "Das endet von selbst am {date}.",
             "Das hat kein Enddatum. Es gilt, bis es jemand zurücknimmt.",
             "Es wird auf \"{device}\" aufbewahrt. Unterwegs kann es niemand lesen.",
             "Sie können das jederzeit zurücknehmen, in einem Schritt, auch ohne Netz.",
             "Danach kommt nichts Neues mehr, und \"{device}\" wird gebeten, alles zu löschen. Was "
             "schon "
             "jemand davon kopiert hat, lässt sich nicht zurückholen.",
             "Teilen",
             "Nicht teilen",
             "{day}. {month} {year}, {time} UTC",
             {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
              "Oktober", "November", "Dezember"}}};

// What a record says of every consent alike (spec 06 §7). It is for whoever examines one, in one
// language.
namespace record {
inline constexpr std::string_view kStorage = "on the recipient device, encrypted on the way";
inline constexpr std::string_view kController = "the person who granted it";
inline constexpr std::string_view kJurisdiction = "unspecified";
inline constexpr std::string_view kWithdrawal =
    "troth withdraw CATEGORY DEVICE, on any device, also offline";
inline constexpr std::string_view kNoEnd = "until withdrawn";
}  // namespace record

}  // namespace troth::consent::words
