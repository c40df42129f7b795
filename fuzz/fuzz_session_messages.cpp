// Target: wire::decode of every session message (spec 09); what decodes re-encodes
#include "fuzz/messages.hpp"
#include "session/messages.hpp"

using namespace troth::session;
#define SESSION_MESSAGES                                                                          \
  Hello, Heads, WantEntries, Entries, Vectors, Resync, BatchMessage, ChunkRef, WantChunks, Chunk, \
      NoChunk, Removed, CategoryLeft, FilesLeft

void fuzz(troth::ByteView in) { troth::fuzzing::fuzz_messages<SESSION_MESSAGES>(in); }

std::vector<troth::Bytes> fuzz_seeds() { return troth::fuzzing::message_seeds<SESSION_MESSAGES>(); }
