// TROTH_ASSERT guards invariants of our own code, on in every build: a broken invariant stops the
// process before it can harm data. Never use it for input from a peer, a user or a disk.
#pragma once

namespace troth {
[[noreturn]] void assertion_failed(const char* expression, const char* file, unsigned line);
}

#define TROTH_ASSERT(condition) \
  ((condition) ? (void)0 : ::troth::assertion_failed(#condition, __FILE__, __LINE__))
#define TROTH_UNREACHABLE() ::troth::assertion_failed("unreachable", __FILE__, __LINE__)
