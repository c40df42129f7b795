#include "base/plant.hpp"

#ifdef TROTH_PLANTS

namespace troth {

namespace {
Plant current = Plant::none;
}

bool planted(Plant which) { return current == which; }
void plant(Plant which) { current = which; }

}  // namespace troth

#endif
