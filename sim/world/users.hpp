// Users: the people of the world. They start circles, pair, read codes to each other, type check
// numbers, accept, refuse, change their minds, write, delete, withdraw and remove.
#pragma once

#include "sim/world/world.hpp"

namespace troth::sim {

// What people do, each counted when it was carried out or, where it may be refused, answered.
enum class Act : std::uint8_t {
  pair,
  refuse,
  mistype,
  edit,
  erase,
  grant,
  withdraw,
  remove,
  rotate,
  decline,
  type_wrong_number,
  start_over,
  forge,
  cancel_inviting,  // in the middle of pairing, on the trusted device
  cancel_joining,   // likewise, on the new one
  answer_twice,
  accept_then_withdraw,
  decline_then_accept,
  leave,
  undo_pairing,
  undelete,
  rename,
  update_category,
  pause,
  resume,
  bind_folder,
  unbind_folder,
  write_file,
  erase_file,
};
inline constexpr std::size_t kActs = 29;
[[nodiscard]] const char* name_of(Act act);

// A note that its writer alone knows of: nobody writes, deletes or merges it again.
struct Keepsake {
  SimDevice* device = nullptr;
  DeviceId author;
  AuthorId writer;  // the incarnation that wrote it
  CategoryId category;
  ItemId item;
  Bytes value;
};

class Users {
 public:
  explicit Users(World& world, bool whims = true);
  void begin(std::size_t devices);  // circle, categories, first pairings
  void act();                       // one random act of somebody
  void hurry();                     // finish what is under way: for the liveness phase
  void meet();                      // everybody learns where everybody is, as on one network
  void decide();                    // of a home that lives twice: somebody takes it out
  [[nodiscard]] const std::array<std::uint64_t, kActs>& acts() const { return acts_; }
  [[nodiscard]] std::uint64_t acts(Act act) const { return acts_[static_cast<std::size_t>(act)]; }
  // Values that were acknowledged to an app: (category, item, field) -> every acknowledged value.
  using Written = std::map<std::tuple<CategoryId, ItemId, std::string>, std::set<Bytes>>;
  [[nodiscard]] const Written& written() const { return written_; }
  [[nodiscard]] const std::vector<CategoryId>& categories() const { return categories_; }
  // Of those, what was acknowledged and never touched again.
  [[nodiscard]] const std::vector<Keepsake>& keepsakes() const { return keepsakes_; }
  // Devices that began anew under their old keys. Where the log does not know those yet they are
  // taken, and fork when both lives meet: as with a clone, people must decide, and work stops.
  [[nodiscard]] const std::set<DeviceId>& reborn() const { return reborn_; }
  // Somebody was paired although the number that was typed was not the one that was shown.
  [[nodiscard]] bool fooled() const { return fooled_; }
  // A device came with keys that the log of whom it asked knew.
  [[nodiscard]] bool came_again() const { return came_again_; }
  // Somebody was added under keys that the log of who added it knew (rule 11).
  [[nodiscard]] bool reused() const { return reused_; }
  // The folder that people keep equal, its category (zero before there is one), and every content
  // that somebody wrote into it.
  static constexpr const char* kFolder = "/home/ada/papers";
  [[nodiscard]] const CategoryId& papers() const { return papers_; }
  [[nodiscard]] const std::set<Bytes>& file_contents() const { return file_contents_; }
  [[nodiscard]] SimDevice& first() { return *world_.devices().front(); }

 private:
  struct Talk {  // one attempt to pair two devices
    SimDevice* sponsor = nullptr;
    SimDevice* applicant = nullptr;
    Ticket sponsor_ticket, applicant_ticket;
    std::string check, code;
    bool refuse = false, mistype = false, wrong_number = false;
    bool cancel_inviting = false, cancel_joining = false, answer_twice = false;
    bool key_known = false;  // the sponsor's log held the new device's keys before
  };
  void on_event(SimDevice& device, const Event& event);
  void on_done(SimDevice& device, const Done& done);
  void sponsor_event(SimDevice& device, const Event& event);
  void applicant_event(SimDevice& device, const Event& event);
  void pair(SimDevice& sponsor, SimDevice& applicant);
  void put(SimDevice& device);
  void erase(SimDevice& device);
  void give(SimDevice& device);
  void take_back(SimDevice& device);
  void remove(SimDevice& device);
  void keep(SimDevice& device);        // writes a note that nobody touches again
  void start_over(SimDevice& device);  // a removed device begins with an empty disk
  void forge(SimDevice& insider);      // hands a peer a batch in somebody else's name
  void misbehave();                    // one of the three, now and then
  // What people do beside the daily work; worlds without it stay what they were.
  void whim();
  void go(SimDevice& device);       // leaves, or undoes a pairing
  void hold_up(SimDevice& device);  // pauses, and goes on a while later
  void restore(SimDevice& device);  // brings back what was deleted
  void relabel(SimDevice& device);  // another name for a device or a category
  // Files; likewise.
  static constexpr const char* kPapers = "papers";
  void paperwork();
  void found_papers();
  void share_papers(SimDevice& device, SimDevice& other);
  void write_file(SimDevice& device);
  void erase_file(SimDevice& device);
  void plan_whims(Talk& talk);
  void cancel(Talk& talk);  // somebody thinks better of pairing, a moment later
  void think_again(SimDevice& device, const EntryId& offer, bool accepted);
  // Counts when the engine says that it is done, which may be before submit() returns.
  void ask(SimDevice& device, Command command, Act act);
  [[nodiscard]] std::vector<SimDevice*> members();
  [[nodiscard]] SimDevice* any_member();

  World& world_;
  void did(Act act) { ++acts_[static_cast<std::size_t>(act)]; }

  std::array<std::uint64_t, kActs> acts_{};
  std::optional<Talk> talk_;
  std::vector<CategoryId> categories_;
  std::vector<ItemId> items_;
  SimRng choices_;  // of misbehave() and what it leads to
  SimRng whims_;    // of whim() and what it leads to
  SimRng office_;   // of paperwork()
  bool whimsical_, papery_;
  CategoryId papers_;
  std::set<Bytes> file_contents_;
  std::map<std::pair<SimDevice*, Ticket>, Act> asked_;
  std::set<std::pair<SimDevice*, Ticket>> done_;  // while ask() submits
  std::vector<std::pair<CategoryId, ItemId>> erased_;
  std::map<ItemId, Keepsake> pending_;
  std::vector<Keepsake> keepsakes_;
  bool fooled_ = false, reused_ = false, came_again_ = false;
  std::set<DeviceId> reborn_;
  Written written_;
  std::uint64_t value_ = 0;
  std::size_t wanted_ = 0;
  bool changing_ = true;  // false: nobody starts anything new
};

}  // namespace troth::sim
