// troth-thief: somebody has a device's whole home, its passphrase and everything that went over the
// wire. Prints what that gives, and whether anything opens that was sealed after the device was
// removed. Exit: 0 nothing of that opened, 1 something did, 2 wrong use or a home that does not
// open.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "apps/troth-thief/sealed.hpp"
#include "apps/troth-thief/traffic.hpp"
#include "base/bytes.hpp"

namespace {

using namespace troth;
using namespace troth::thief;

struct Arguments {
  std::string home;
  std::string passphrase_file;
  std::string with_home;  // of another device: its keys are added, to show what a leak looks like
  std::string with_passphrase_file;
  std::vector<std::string> traffic;
  std::vector<std::string> sealed;
  std::vector<std::string> markers;
};

int usage() {
  std::fputs(
      "usage: troth-thief --home DIR --passphrase-file F [--traffic FILE]... [--sealed DIR]...\n"
      "                   [--marker TEXT]... [--with-home DIR --with-passphrase-file F]\n"
      "  --traffic  bytes of one direction of a recorded connection\n"
      "  --sealed   a copy of another home: what is sealed in it, not its keys\n"
      "  --marker   a text that was written after the removal and must not be found\n"
      "  --with-home  adds the keys of another home, to see that a leak would be told\n",
      stderr);
  return 2;
}

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--home") {
      out.home = value;
    } else if (name == "--passphrase-file") {
      out.passphrase_file = value;
    } else if (name == "--with-home") {
      out.with_home = value;
    } else if (name == "--with-passphrase-file") {
      out.with_passphrase_file = value;
    } else if (name == "--traffic") {
      out.traffic.emplace_back(value);
    } else if (name == "--sealed") {
      out.sealed.emplace_back(value);
    } else if (name == "--marker" && *value != '\0') {
      out.markers.emplace_back(value);
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !out.home.empty();
}

// A database file shows what was not sealed.
std::size_t files_with_marker(const std::string& folder, const std::vector<std::string>& markers) {
  std::size_t found = 0;
  std::error_code ec;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder, ec)) {
    if (!file.is_regular_file(ec)) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (holds_marker(as_bytes(text), markers)) ++found;
  }
  return found;
}

bool print_sealed(const char* where, const SealedCount& count) {
  std::printf("%s: %zu sealed pieces, every key tried on each\n", where, count.batches);
  std::printf("  opened: %zu of %zu\n", count.opened, count.batches);
  std::printf("  under keys that it does not have: opened %zu of %zu\n",
              count.unknown_mailbox_opened, count.unknown_mailbox);
  std::printf("  opened and sealed after the removal: %zu\n", count.opened_after);
  return count.opened_after > 0 || count.opened_markers > 0 || count.unknown_mailbox_opened > 0;
}

bool print_traffic(const TrafficCount& count) {
  std::printf("Recorded traffic: %zu files, %zu bytes, %zu frames\n", count.files, count.bytes,
              count.frames);
  std::printf("  handshakes: %zu, of which it can name the caller of %zu; pairing messages: %zu\n",
              count.handshakes, count.callers, count.pairing);
  std::printf("  records opened: %zu of %zu (%zu attempts)\n", count.opened, count.records,
              count.attempts);
  return count.opened > 0 || count.markers > 0;
}

Result<bool> try_everything(const Arguments& arguments, const Homes& homes) {
  bool leak = false;
  TROTH_TRY(const auto own, try_database(*homes.front()->core->db_, homes, arguments.markers));
  leak = print_sealed("Its own database", own) || leak;
  for (const auto& folder : arguments.sealed) {
    store::Db::Options options;
    options.path = folder + "/troth.db";
    if (!std::filesystem::exists(options.path)) return fail(Errc::not_found);
    TROTH_TRY(const auto db, store::Db::open(options));
    TROTH_TRY(const auto count, try_database(*db, homes, arguments.markers));
    leak = print_sealed("Another disk", count) || leak;
    leak = files_with_marker(folder, arguments.markers) > 0 || leak;
  }
  if (!arguments.traffic.empty()) {
    TROTH_TRY(const auto count, try_traffic(homes, arguments.traffic, arguments.markers));
    leak = print_traffic(count) || leak;
  }
  leak = files_with_marker(arguments.home, arguments.markers) > 0 || leak;
  return leak;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) return usage();
  Homes homes;
  const auto add = [&](const std::string& home, const std::string& passphrase) {
    auto loot = open_home(home, passphrase);
    if (!loot) {
      std::fprintf(stderr, "troth-thief: %s does not open (error %u)\n", home.c_str(),
                   static_cast<unsigned>(loot.error().code));
      return false;
    }
    homes.push_back(std::move(*loot));
    return true;
  };
  if (!add(arguments.home, arguments.passphrase_file)) return 2;
  print_loot(*homes.front());
  if (!arguments.with_home.empty()) {
    if (!add(arguments.with_home, arguments.with_passphrase_file)) return 2;
    std::printf("The keys of a second home are added on purpose.\n");
  }
  if (!trying_works(homes)) {
    std::fputs("troth-thief: its way of trying keys does not work\n", stderr);
    return 2;
  }
  const auto leak = try_everything(arguments, homes);
  if (!leak) {
    std::fprintf(stderr, "troth-thief: not everything could be read (error %u)\n",
                 static_cast<unsigned>(leak.error().code));
    return 2;
  }
  std::puts(*leak ? "LEAK: SOMETHING SEALED AFTER THE REMOVAL IS OPEN"
                  : "Nothing sealed after the removal opened.");
  return *leak ? 1 : 0;
}
