#include "apps/troth/daemon/methods.hpp"

namespace troth::app {

Method find_method(std::string_view name) {
  for (const auto table :
       {home_methods(), circle_methods(), consent_methods(), data_methods(), folder_methods()}) {
    for (const auto& row : table) {
      if (row.name == name) return row.run;
    }
  }
  return nullptr;
}

}  // namespace troth::app
