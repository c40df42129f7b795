// What follows from the random key of a file (spec 10 §4): where it is cut, what its chunks are
// called, and how each is sealed. One key and nonce never seal two contents, because a chunk's key
// follows from its id and its id from its content.
#pragma once

#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "files/chunker.hpp"
#include "keyring/suite.hpp"

namespace troth::files {

using ChunkId = Hash;
// Travels in the manifest, which is sealed with the category; so it is not a Secret here.
using KeyBytes = std::array<std::uint8_t, 32>;

class FileKey {
 public:
  // The suite must be readable: see keyring::readable_suite.
  FileKey(const KeyBytes& key, const crypto::Suite& suite);

  [[nodiscard]] GearTable gear() const;
  [[nodiscard]] ChunkId id(ByteView first, ByteView second = {}) const;  // of first | second
  [[nodiscard]] Bytes seal(const ChunkId& id, ByteView plain) const;
  // auth_failed, bad_hash: not what the id says, whoever sealed it.
  [[nodiscard]] Result<Bytes> open(const ChunkId& id, ByteView sealed) const;

 private:
  [[nodiscard]] crypto::AeadKey chunk_key(const ChunkId& id) const;

  crypto::Prk prk_;
  crypto::Suite suite_;
};

}  // namespace troth::files
