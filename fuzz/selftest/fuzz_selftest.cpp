// Target: the harness itself. It fails on an input that only a mutation of the corpus reaches, so
// the test that expects this failure proves that replay mutates, detects and reports.
#include "fuzz/fuzz.hpp"

void fuzz(troth::ByteView in) { FUZZ_REQUIRE(in.size() != 6); }
