// The 18 vectors of the reference model of rule 4.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "circle_world.hpp"

namespace troth::circle::test {
namespace {

nlohmann::json load() {
  std::ifstream file(std::string(TROTH_SOURCE_DIR) + "/tests/data/circle_log_vectors.json");
  return nlohmann::json::parse(file);
}

class Vector {
 public:
  explicit Vector(const nlohmann::json& v) : v_(v) {
    for (const auto& e : v["entries"]) add(e);
  }
  void run() {
    Log log = world_.begin();
    for (const auto& offer : v_["offers"]) {
      std::vector<EntryId> ids;
      for (const std::string name : offer) ids.push_back(ids_.at(name));
      world_.offer(log, ids);
    }
    std::set<DeviceId> want;
    for (const std::string name : v_["live"]) want.insert(actor(who(name)).id);
    const auto live = log.view().live_devices();
    EXPECT_EQ(std::set<DeviceId>(live.begin(), live.end()), want);
    std::set<EntryId> held;
    for (const std::string name : v_["held_back"]) held.insert(ids_.at(name));
    for (const auto& [name, id] : ids_) EXPECT_EQ(log.contains(id), !held.contains(id)) << name;
  }

 private:
  std::size_t who(const std::string& name) {
    return actors_.emplace(name, actors_.size()).first->second;
  }
  void add(const nlohmann::json& e) {
    const std::string id = e["id"], author = e["author"], kind = e["kind"];
    const std::string target = e["target"].is_null() ? "" : e["target"].get<std::string>();
    std::vector<EntryId> parents;
    for (const std::string p : e["parents"]) parents.push_back(ids_.at(p));
    if (kind == "genesis") ids_[id] = world_.genesis(who(author));
    if (kind == "add") ids_[id] = world_.add_device(who(author), who(target), parents);
    if (kind == "remove") ids_[id] = world_.remove(who(author), who(target), parents);
    if (kind == "ack") ids_[id] = world_.ack(who(author), parents);
  }
  const nlohmann::json& v_;
  World world_;
  std::map<std::string, EntryId> ids_;
  std::map<std::string, std::size_t> actors_;
};

TEST(CircleVectors, AllOfTheModel) {
  const auto all = load();
  ASSERT_EQ(all["vectors"].size(), 18u);
  for (const auto& v : all["vectors"]) {
    SCOPED_TRACE(v["name"].get<std::string>());
    Vector(v).run();
  }
}

}  // namespace
}  // namespace troth::circle::test
