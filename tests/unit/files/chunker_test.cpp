#include "files/chunker.hpp"

#include <chrono>
#include <numeric>
#include <set>

#include "unit/files/support.hpp"

namespace troth::files {
namespace {

using namespace testing;

constexpr std::size_t kMiB = 1024 * 1024;

TEST(Chunker, ChunksAddUpAndKeepTheirBounds) {
  const auto gear = file_key(1).gear();
  const auto data = noise(40 * kMiB, 1);
  const auto lengths = cuts(gear, data, data.size());
  EXPECT_EQ(std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}), data.size());
  for (std::size_t i = 0; i + 1 < lengths.size(); ++i) {
    EXPECT_GE(lengths[i], limits::kChunkMin);
    EXPECT_LE(lengths[i], limits::kChunkMax);
  }
  const auto mean = data.size() / lengths.size();
  EXPECT_GT(mean, 100 * 1024u);
  EXPECT_LT(mean, 160 * 1024u);
}

TEST(Chunker, HowTheBytesComeChangesNothing) {
  const auto gear = file_key(2).gear();
  const auto data = noise(3 * kMiB, 2);
  const auto whole = cuts(gear, data, data.size());
  for (const std::size_t piece : {1u, 7u, 4096u, 32'704u, 32'768u, 524'288u})
    EXPECT_EQ(cuts(gear, data, piece), whole) << piece;
}

TEST(Chunker, ContentWithoutACutEndsAtTheBound) {
  const auto gear = file_key(3).gear();
  const auto lengths = cuts(gear, Bytes(2 * kMiB), kMiB);
  for (std::size_t i = 1; i + 1 < lengths.size(); ++i) EXPECT_EQ(lengths[i], lengths[0]);
}

TEST(Chunker, AnInsertedByteChangesFewChunks) {
  const auto gear = file_key(4).gear();
  auto data = noise(16 * kMiB, 4);
  const auto ids_of = [&] {
    std::set<ChunkId> out;
    std::size_t at = 0;
    for (const auto length : cuts(gear, data, data.size())) {
      out.insert(file_key(4).id(ByteView(data).subspan(at, length)));
      at += length;
    }
    return out;
  };
  for (int round = 0; round < 8; ++round) {
    const auto before = ids_of();
    data.insert(data.begin() + static_cast<std::ptrdiff_t>((round + 1) * 1'700'000), 0x55);
    std::size_t fresh = 0;
    for (const auto& id : ids_of()) fresh += before.contains(id) ? 0 : 1;
    EXPECT_LE(fresh, 4u);
    EXPECT_GE(fresh, 1u);
  }
}

// Who lacks the key cannot tell a known file by the lengths of its chunks.
TEST(Chunker, AnotherKeyCutsElsewhere) {
  const auto data = noise(8 * kMiB, 5);
  const auto one = cuts(file_key(1).gear(), data, data.size());
  const auto other = cuts(file_key(2).gear(), data, data.size());
  std::set<std::size_t> ends;
  std::size_t at = 0;
  for (const auto length : one) ends.insert(at += length);
  std::size_t common = 0;
  at = 0;
  for (const auto length : other) common += ends.contains(at += length) ? 1 : 0;
  EXPECT_LE(common, 2u);  // the end of the file is one
}

TEST(Chunker, IsFastEnough) {
  const auto gear = file_key(1).gear();
  const auto data = noise(32 * kMiB, 6);
  const auto start = std::chrono::steady_clock::now();
  std::size_t chunks = 0;
  for (int i = 0; i < 4; ++i) chunks += cuts(gear, data, kMiB).size();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  RecordProperty("mb_per_s", std::to_string(128.0 / took.count()));
  EXPECT_GT(chunks, 0u);
  EXPECT_LT(took.count(), 10.0);
}

}  // namespace
}  // namespace troth::files
