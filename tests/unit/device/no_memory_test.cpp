// K-40: memory ends in the middle of a step. The core has no answer to that, so the exception
// leaves the engine, which is dropped; what was said to be done is there when it opens again.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "sim/world/device.hpp"

namespace {
bool counting = false;
std::uint64_t taken = 0;
std::uint64_t fails_at = 0;  // 0: none
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  if (counting && ++taken == fails_at) throw std::bad_alloc();
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
// Who asks so can do without: not counted, but of the same kind, or delete would not fit.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size > 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace troth::device {
namespace {

constexpr std::uint64_t kEpochMs = 1'800'000'000'000;

class NoMemory : public ::testing::Test {
 protected:
  NoMemory() : rng_(1), keys_(rng_) { std::filesystem::create_directory(folder_); }
  ~NoMemory() override { std::filesystem::remove_all(folder_); }

  void begin() {
    open();
    submit(InitDevice{"phone", "Ada", "", "", false});
    submit(CreateCategory{"notes", "to test", "notes"});
    ASSERT_TRUE(made_);
    category_ = *id_from<CategoryId>(*made_);
    engine_.reset();
  }
  void open() {
    Config config;
    config.database = home();
    keys_.configure(config);
    auto opened = Engine::open({&rng_, keys_.at_rest()}, config, now());
    ASSERT_TRUE(opened);
    engine_ = std::move(*opened);
  }
  // Commits, and answers what the engine asks for until it is at rest.
  void settle() {
    bool more = true;
    while (more) {
      more = false;
      ASSERT_TRUE(engine_->commit(now()));
      while (auto effect = engine_->next_effect()) {
        more = true;
        answer(*effect);
      }
      while (auto event = engine_->next_event()) {
        if (auto* done = std::get_if<Done>(&*event); done != nullptr && !done->id.empty())
          made_ = std::move(done->id);
      }
    }
  }
  void answer(const Effect& effect) {
    if (const auto* key = std::get_if<PerformKeyOperation>(&effect)) {
      const auto output = keys_.perform(key->request, rng_);
      ASSERT_TRUE(output);
      engine_->answer(key->ticket, KeyAnswer{true, Errc::internal, output->expose()}, now());
    } else if (const auto* guard = std::get_if<SaveGuard>(&effect)) {
      keys_.guard = *guard;
      engine_->answer(guard->ticket, GuardSaved{}, now());
    }
  }
  void submit(Command command) {
    made_.reset();
    ASSERT_TRUE(engine_->submit(std::move(command), now()));
    settle();
  }
  // One ordinary run of a device: a note, its sealing, a rename, a question.
  void live() {
    open();
    submit(PutItem{category_, {}, {{"text", Bytes(100, 7)}}});
    if (made_) kept_.push_back(*id_from<ItemId>(*made_));
    at_ += 100;
    engine_->tick(now());
    settle();
    submit(RotateKeys{category_});
    (void)engine_->query(StatusQuery{}, now());
    (void)engine_->query(ListQuery{category_, {}, 10}, now());
    engine_.reset();
  }
  bool live_until(std::uint64_t allocation) {
    taken = 0, fails_at = allocation, counting = true;
    bool failed = false;
    try {
      live();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    counting = false;
    engine_.reset();
    at_ += 1000;
    return failed;
  }
  Now now() const { return {WallMs{kEpochMs + at_}, MonoMs{at_}}; }
  std::string home() const { return folder_ + "/home.db"; }

  sim::SimRng rng_;
  sim::SimKeystore keys_;
  std::unique_ptr<Engine> engine_;
  std::optional<Bytes> made_;
  CategoryId category_;
  std::vector<ItemId> kept_;
  std::uint64_t at_ = 1;

 private:
  std::string folder_ = testing::TempDir() + "/no_memory_" + std::to_string(::getpid());
};

TEST_F(NoMemory, WhereverItEndsWhatWasDoneIsThere) {
  begin();
  ASSERT_FALSE(live_until(0));
  const auto most = taken;
  ASSERT_GT(most, 500u);
  for (std::uint64_t allocation = 1; allocation <= most; ++allocation)
    EXPECT_TRUE(live_until(allocation)) << allocation;
  open();
  ASSERT_FALSE(kept_.empty());
  for (const auto& item : kept_)
    EXPECT_TRUE(engine_->query(ItemQuery{category_, item}, now())) << "was said to be kept";
}

}  // namespace
}  // namespace troth::device
