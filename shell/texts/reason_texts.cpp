#include "shell/texts/tables.hpp"

namespace troth::shell {

namespace {
constexpr Text kTexts[] = {
    // Why a command was refused, where the error alone would not say it.
    {"bad_address", "an address has the form HOST:PORT, such as 192.168.1.5:4101"},
    {"bad_direction", "a direction is one of: receive, both"},
    {"bad_duration", "a duration is written like 90s, 15m, 2h, 30d, 1y or always"},
    {"bad_moment", "a moment is written like 2026-11-24, 2026-11-24T13:00 or 2h for two hours ago"},
    {"bad_share", "a share is written CATEGORY:DIRECTION:DURATION, such as notes:both:30d"},
    {"bad_field", "a field is written NAME=text, NAME:=JSON or NAME=@file"},
    {"bad_answer", "the answer was not one of the expected form, so it counts as no"},
    {"bad_setting", "that setting does not exist or cannot have that value"},
    {"bad_config", "the file config in the home cannot be read"},
    {"no_setting", "there is no such setting"},
    {"no_once", "sharing once is not built yet; choose a time such as 1h"},
    {"no_tpm2", "keys in the security chip are not built yet; use --keystore file"},
    {"no_relay", "the relay comes with a later version"},
    {"no_console", "the console in the browser comes with a later version"},
    {"no_address",
     "say where the other device is with --at HOST:PORT, or let both look for each other: troth "
     "config set discovery on"},
    {"not_found_nearby",
     "no device that shows this code was found nearby; both need the setting discovery, the same "
     "network and an open code, or say --at HOST:PORT"},
    {"no_network_here", "other devices nearby cannot be looked for on this network right now"},
    {"only_bash", "there is completion for bash only"},
    {"no_home", "there is no home here yet; make one with troth init or troth up"},
    {"home_exists", "this home belongs to a device already"},
    {"home_busy", "another troth runs for this home"},
    {"see_log", "troth did not start; see the file daemon.log in the home"},
    {"name_needed", "give this device a name with --name"},
    {"name_empty", "a name is needed"},
    {"purpose_needed", "say what the category is for with --purpose"},
    {"grant_needs", "say the direction with --direction and how long with --for"},
    {"put_needs", "give an item and at least one field, or --from FILE"},
    {"wait_needs", "--items is a number and needs --category"},
    {"not_a_folder", "that is not a folder"},
    {"folder_root", "the whole file system cannot be kept equal; choose a folder in it"},
    {"folder_home", "that folder holds the home of troth or is part of it; choose another"},
    {"folder_overlap", "that folder is part of one that is kept equal already, or holds it"},
    {"folder_not_yours", "that folder belongs to another user; choose one of your own"},
    {"not_in_offer", "that category is not part of the offer"},
    {"needs_person", "a person has to answer; run it in a terminal or with --input json"},
    {"code_how", "a code is needed; give it as an argument, or - to read it"},
    {"passphrase_file", "the file with the passphrase cannot be used"},
    {"passphrase_how", "a passphrase is needed; run it in a terminal or give --passphrase-file"},
    {"passphrase_wait", "too many wrong passphrases; wait a moment before the next try"},
    {"rotated_lately", "the key is new; another one can be made in a few minutes"},
    {"audit_broken", "the record of this device was changed from outside"},

    // What happened to a file of a folder; its path stands beside it.
    {"file_too_large", "too large, so it was left alone"},
    {"bad_file", "what another device says about it makes no sense, so it was left alone"},
    {"cannot_write", "it could not be written here"},
    {"folder_empty", "no file is there, so nothing was deleted elsewhere; is the disk connected?"},

    // What wait waited for.
    {"wait.locked", "the device is still locked"},
    {"wait.not_ready", "the device is not ready yet"},
    {"wait.not_connected", "that device is not connected yet"},
    {"wait.no_category", "there is no such category yet"},
    {"wait.fewer_items", "there are fewer items than that yet"},
    {"wait.not_equal", "the devices do not hold the same yet"},
    {"wait.files_on_their_way", "files are still on their way"},
    {"wait.busy_now", "there is still something to do"},

    // What a person should know about a folder or a file in it.
    {"special_file", "left alone, because it is not a plain file"},
    {"bad_name", "left alone, because other systems could not hold a file of that name"},
    {"name_collision", "left alone, because another file differs only in how its name is written"},
    {"file_changes_too_often", "not sent yet, because it changes all the time"},
    {"disk_full", "not saved, because the disk is full; it goes on when there is space"},
    {"folder_gone",
     "the folder is not there, or another one is in its place; nothing counts as deleted, and it "
     "goes on when the folder is back"},
    {"folder_busy", "another troth keeps this folder equal; nothing is done until it lets go"},
    {"folder_closed", "the folder cannot be written to; nothing is done until it can"},
    {"folder_rules", "the file .trothignore cannot be followed; make it shorter or take it away"},
    {"folder_watches",
     "too many folders for this system to watch, so changes are looked for once a minute"},
    {"folder_too_many", "more than a million files; the rest is left alone"},

    // States of categories and devices, as the engine names them.
    {"ready", "ready"},
    {"no_consent", "not shared with this device"},
    {"waiting_for_key", "waiting for a device that holds this category"},
    {"paused", "paused"},
    {"retired", "closed"},
    {"asking_peer", "asking the other device what it holds"},
    {"rolled_back", "this home is older than what other devices have seen"},
    {"not_connected", "not connected"},
    {"never_connected", "not connected since troth started"},
    {"comparing", "comparing what each device holds"},
    {"sending", "still sending"},
    {"receiving", "still receiving"},
    {"signing", "waiting for the key of this device"},
    {"held.waiting_for_log", "waiting for news about the circle"},
    {"unreachable", "the other device did not answer at that address"},
    {"pairing_crowded", "a second device tried to use the same code"},
    {"pairing_guesses", "somebody used a wrong code three times"},
    {"pairing_accept", "a new device's answer could not be taken"},
    {"check_mismatch", "the check numbers did not agree"},
    {"bad_key", "a key did not match what was promised"},
    {"held_entry", "a removed device says something; it is set aside"},
    {"tampered", "data was changed on its way and was refused"},
    {"forked", "a device says two different things; it may be copied"},
    {"syncing", "still sending or receiving"},
    {"new_device", "make a circle or join one"},
    {"waiting_to_join", "join a circle with: troth join"},
    {"not_joined", "this device is in no circle yet; pair it"},
    {"upgrade_needed", "another device uses something newer; upgrade this one"},
    {"removed", "this device was removed from its circle"},
    {"sponsor_removed", "the device that added this one was removed; ask another to add it"},
    {"frozen", "no device is left that may approve changes"},
};
}  // namespace

std::span<const Text> reason_texts() { return kTexts; }

}  // namespace troth::shell
