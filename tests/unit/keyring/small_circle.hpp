// A category of a small circle, and what its devices may do with its keys.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/keyring/world.hpp"

namespace troth::keyring {

inline constexpr std::size_t kA = 0;
inline constexpr std::size_t kB = 1;
inline constexpr std::size_t kC = 2;

struct SmallCircle : ::testing::Test {
  World w{7, 4};
  CategoryId notes = *w.create_category(kA);

  void grant(std::size_t by, std::size_t to, History history = History::all) {
    ASSERT_TRUE(w.write(by, circle::Grant{w.terms(to, notes, history)}));
    w.exchange(by, to);
    w.accept_all(to);
    w.exchange(by, to);
  }
  CategoryKeys state(std::size_t device) {
    return key_state(survey(w.view(device), notes, w.now), *w.devices[device].ring,
                     w.devices[device].id);
  }
  void TearDown() override { EXPECT_TRUE(w.problems.empty()) << w.problems.front(); }
};

}  // namespace troth::keyring
