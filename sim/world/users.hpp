// Users: the people of the world. They start circles, pair, read codes to each other, type check
// numbers, accept, refuse, change their minds, write, delete, withdraw and remove.
#pragma once

#include "sim/world/world.hpp"

namespace troth::sim {

struct UserStats {
  std::uint64_t paired = 0, refused = 0, mistyped = 0, changed_mind = 0, puts = 0, deletes = 0;
  std::uint64_t grants = 0, withdrawals = 0, removals = 0, rotations = 0;
  std::uint64_t wrong_numbers = 0, started_over = 0, forged = 0;
};

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
  explicit Users(World& world);
  void begin(std::size_t devices);  // circle, categories, first pairings
  void act();                       // one random act of somebody
  void hurry();                     // finish what is under way: for the liveness phase
  void meet();                      // everybody learns where everybody is, as on one network
  [[nodiscard]] const UserStats& stats() const { return stats_; }
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
  // Somebody was added under keys that the log of who added it knew (rule 11).
  [[nodiscard]] bool reused() const { return reused_; }
  [[nodiscard]] SimDevice& first() { return *world_.devices().front(); }

 private:
  struct Talk {  // one attempt to pair two devices
    SimDevice* sponsor = nullptr;
    SimDevice* applicant = nullptr;
    Ticket sponsor_ticket, applicant_ticket;
    std::string check, code;
    bool refuse = false, mistype = false, wrong_number = false;
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
  [[nodiscard]] std::vector<SimDevice*> members();
  [[nodiscard]] SimDevice* any_member();

  World& world_;
  UserStats stats_;
  std::optional<Talk> talk_;
  std::vector<CategoryId> categories_;
  std::vector<ItemId> items_;
  SimRng choices_;  // of misbehave() and what it leads to
  std::map<ItemId, Keepsake> pending_;
  std::vector<Keepsake> keepsakes_;
  bool fooled_ = false, reused_ = false;
  std::set<DeviceId> reborn_;
  Written written_;
  std::uint64_t value_ = 0;
  std::size_t wanted_ = 0;
  bool changing_ = true;  // false: nobody starts anything new
};

}  // namespace troth::sim
