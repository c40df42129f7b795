#include "shell/texts/tables.hpp"

namespace troth::shell {

namespace {
constexpr Text kTexts[] = {
    {"ask.passphrase", "Passphrase: "},
    {"ask.new_passphrase", "New passphrase (empty for none): "},
    {"ask.again", "The same again: "},
    {"ask.differ", "The two are not the same. Please try again."},
    {"ask.no_passphrase",
     "Without a passphrase, whoever can read your files can act as this device. Go on? (y/n)"},
    {"ask.yes_or_no", "Please answer y or n."},
    {"ask.wait", "Please wait {0}: after a wrong passphrase there is a waiting time."},
    {"ask.wrong_passphrase", "That passphrase is not right. Please try again."},
    {"ask.code", "Type the code that the other device shows:"},

    {"why.pair", "Add a new device to your circle"},
    {"why.join", "Join the circle with this device"},
    {"why.hello", "Approve what comes next"},
    {"why.grant", "Share a category with a device"},
    {"why.renew", "Share for longer what ends soon"},
    {"why.withdraw", "Stop sharing a category with a device"},
    {"why.accept", "Take what another device offers"},
    {"why.device.remove", "Remove {0} from your circle"},
    {"why.device.rename", "Give a device another name"},
    {"why.leave", "Leave the circle with this device"},
    {"why.undo", "Take {0} out of your circle again"},
    {"why.rotate", "Make new keys for what you share"},
    {"why.category.create", "Make a new category"},
    {"why.category.update", "Change what a category is for"},
    {"why.category.retire", "Close a category"},

    {"pair.code", "Type this code on the new device:   {0}"},
    {"pair.no_code", "Too many wrong codes: for now only the QR works."},
    {"pair.on_other", "On the new device:   troth join {0} --at {1}"},
    {"pair.on_nearby", "On the new device, in the same network:   troth join {0}"},
    {"pair.on_everywhere",
     "On the new device:   troth join {0} --at HOST:{1}   HOST is the address of this machine."},
    {"pair.only_here",
     "No other machine reaches that address. For one that does: troth config set listen "
     "0.0.0.0:4101, then troth down, then troth up"},
    {"pair.waiting", "Waiting for the new device. The code is good for {0}."},
    {"pair.attempt", "A device used a wrong code. Tries left: {0}"},
    {"pair.card", "A device wants to join: {0}  {1}  {2}"},
    {"pair.name_taken",
     "Another device of yours has that name. To tell them apart: troth device rename"},
    {"pair.card_keys", "Its keys are {0}. Key words: {1}"},
    {"pair.ask_check", "Type the two-digit number that the new device shows, or no to refuse:"},
    {"pair.ask_share", "Share {0} with it: {1}, for {2}? (y/n)"},
    {"pair.not_a_number", "That is not a number of two digits. Nothing was sent."},
    {"pair.categories", "You may share: {0}"},
    {"pair.no_category", "There is no such category. You may share: {0}"},
    {"pair.which_category", "More than one fits. You may share: {0}"},
    {"pair.chosen_already", "That one is chosen already."},
    {"pair.ask_category",
     "Name a category to share with it, or press Enter to share nothing more:"},
    {"pair.ask_direction", "May it only receive, or both receive and change? (receive or both)"},
    {"pair.ask_for", "For how long? (such as 30d or 1y, or always)"},
    {"pair.not_understood", "That was not understood. Please answer as shown."},
    {"pair.done", "{0} is now part of your circle."},
    {"pair.done_shared", "Shared with it: {0}"},
    {"pair.done_nothing", "Nothing is shared yet. Share later with: troth grant"},

    {"join.done", "You are in the circle {0} now, together with {1}."},
    {"join.done_shared", "Shared with this device: {0}"},
    {"join.done_nothing", "Nothing is shared with this device yet."},
    {"join.from_now", "Only what is new from now on; what is there now stays away."},

    {"join.check", "Check number:   {0}   Type it on the other device."},
    {"join.words", "Circle words:   {0}   They must be the same on both devices."},
    {"join.waiting", "Waiting for the person at the other device."},
    {"join.offer", "{0} invites this device into the circle: {1}"},
    {"join.why", "Why: {0}"},
    {"join.category", "Offered: {0}. What for: {1}. You would {2}."},
    {"join.category_time", "It is shared {0}."},
    {"join.category_size", "Items in it now: {0} ({1}). It is shared {2}."},
    {"join.ask", "Take it? (y/n)"},
    {"join.ask_nothing", "Join the circle without taking anything? (y/n)"},
};
}  // namespace

std::span<const Text> dialogue_texts() { return kTexts; }

}  // namespace troth::shell
