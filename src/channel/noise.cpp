#include "channel/noise.hpp"

namespace troth::channel {

template class NoiseHandshake<P256Dh>;
template class NoiseHandshake<X25519Dh>;

}  // namespace troth::channel
