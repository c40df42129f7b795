// Memory ends at any allocation of a step: no exception crosses to C, the engine is dead, and what
// was committed is there when it is opened again.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "base/secret.hpp"
#include "capi/command_fields.hpp"
#include "capi/event_fields.hpp"
#include "capi/input_fields.hpp"
#include "capi/query_fields.hpp"
#include "crypto/p256.hpp"
#include "troth.h"

namespace {

// How many more allocations succeed while an engine's function runs; what the test itself
// allocates does not count.
constexpr std::uint64_t kAll = UINT64_MAX;
thread_local std::uint64_t left = kAll;
thread_local bool inside = false;

bool refuses() noexcept {
  if (!inside || left == kAll) return false;
  if (left == 0) return true;  // and from here on: memory that ended stays away
  --left;
  return false;
}

}  // namespace

// Not inlined: g++ 12 would take the pair of malloc and free apart and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* out = refuses() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (out == nullptr) throw std::bad_alloc();
  return out;
}
// Who asks so can do without: not counted, but of the same kind, or delete would not fit.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* pointer) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, std::size_t) noexcept { std::free(pointer); }

namespace troth {
namespace {

struct CountingRng final : Rng {
  explicit CountingRng(std::uint64_t seed) : state(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
  }
  std::uint64_t state;
};
void random_bytes(void* context, std::uint8_t* out, std::size_t size) {
  static_cast<CountingRng*>(context)->fill({out, size});
}

// A program over the C functions: it answers the keystore's part and hears what is done.
class Program {
 public:
  explicit Program(const std::string& path)
      : sign_(crypto::P256KeyPair::generate(rng_)),
        agree_(crypto::P256KeyPair::generate(rng_)),
        approve_(crypto::P256KeyPair::generate(rng_)) {
    config_.database = path;
    config_.sign_key = sign_.public_key().bytes();
    config_.agree_key = agree_.public_key().bytes();
    config_.approve_key = approve_.public_key().bytes();
    config_.home_id.fill(3);
  }
  ~Program() { close(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  int open() {
    const auto bytes = wire::encode(config_);
    const troth_ports ports{sizeof(troth_ports), &random_bytes, &rng_, key_.data()};
    const int code =
        call([&] { return troth_engine_open(&ports, bytes.data(), bytes.size(), now_, &engine_); });
    return code != TROTH_OK ? code : commit();
  }
  void close() { troth_engine_close(std::exchange(engine_, nullptr)); }
  // Until the command is done; else why it is not, TROTH_MISUSE where it failed.
  int run(const Command& command) {
    const auto bytes = wire::encode(command);
    std::uint64_t ticket = 0;
    done_ = failed_ = false;
    const int given =
        call([&] { return troth_submit(engine_, bytes.data(), bytes.size(), now_, &ticket); });
    if (given != TROTH_OK) return given;
    ticket_ = ticket;
    for (int steps = 0; steps < 20 && !done_ && !failed_; ++steps) {
      if (const int code = commit(); code != TROTH_OK) return code;
      if (const int code = hear(); code != TROTH_OK) return code;
    }
    return done_ ? TROTH_OK : TROTH_MISUSE;
  }
  template <class Q>
  std::optional<typename Q::Answer> ask(const Q& query) {
    const auto bytes = wire::encode(Query(query));
    troth_bytes answer{};
    const int code = troth_query(engine_, bytes.data(), bytes.size(), now_, &answer);
    if (code != TROTH_OK) return std::nullopt;
    auto out = wire::decode<typename Q::Answer>(ByteView{answer.data, answer.size});
    if (!out) return std::nullopt;
    return std::move(*out);
  }
  int commit() {
    return call([&] { return troth_commit(engine_, now_); });
  }
  // What its keystore remembers: with an older database goes the older of it.
  struct Guard {
    std::array<std::uint8_t, 16> incarnation{};
    std::uint64_t reserved = 0;
  };
  [[nodiscard]] Guard guard() const { return {config_.incarnation, config_.reserved}; }
  void put_back(const Guard& guard) {
    config_.incarnation = guard.incarnation;
    config_.reserved = guard.reserved;
  }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const Bytes& made() const { return made_; }

 private:
  template <class Work>
  static int call(Work&& work) {
    inside = true;
    const int code = work();
    inside = false;
    return code;
  }
  int hear() {
    while (true) {
      troth_bytes next{};
      if (const int code = call([&] { return troth_next(engine_, &next); }); code != TROTH_OK)
        return code;
      if (next.size == 0) return TROTH_OK;
      const ByteView view{next.data + 2, next.size - 2};  // [1 or 2, ...]
      if (next.data[1] == 2) {
        hear_event(*wire::decode<Event>(view));
      } else if (const int code = perform(*wire::decode<Effect>(view)); code != TROTH_OK) {
        return code;
      }
    }
  }
  void hear_event(const Event& event) {
    if (const auto* done = std::get_if<Done>(&event); done && done->ticket.value == ticket_) {
      done_ = true;
      made_ = done->id;
    }
    const auto* failed = std::get_if<Failed>(&event);
    failed_ = failed_ || (failed != nullptr && failed->ticket.value == ticket_);
  }
  int perform(const Effect& effect) {
    Bytes answer;
    std::uint64_t ticket = 0;
    if (const auto* guard = std::get_if<SaveGuard>(&effect)) {
      config_.incarnation = guard->incarnation;
      config_.reserved = guard->reserved;
      ticket = guard->ticket.value;
      answer = wire::encode(Answer(GuardSaved{}));
    } else if (const auto* key = std::get_if<PerformKeyOperation>(&effect)) {
      ticket = key->ticket.value;
      const auto& pair = key->request.op == KeyOp::sign ? sign_ : approve_;
      const auto signature = pair.sign(key->request.input, rng_);
      answer = wire::encode(Answer(KeyAnswer{true, Errc::internal, signature}));
    } else {
      return TROTH_OK;
    }
    return call([&] { return troth_answer(engine_, ticket, answer.data(), answer.size(), now_); });
  }

  CountingRng rng_{7};
  crypto::P256KeyPair sign_, agree_, approve_;
  Config config_;
  std::array<std::uint8_t, 32> key_{1};
  troth_engine* engine_ = nullptr;
  troth_now now_{1'800'000'000'000, 5};
  std::uint64_t ticket_ = 0;
  bool done_ = false, failed_ = false;
  Bytes made_;
};

class CapiNoMemory : public testing::Test {
 protected:
  CapiNoMemory()
      : folder_(std::filesystem::temp_directory_path() /
                ("troth-no-memory-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~CapiNoMemory() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string home() const { return (folder_ / "troth.db").string(); }
  void empty() {
    for (const auto& file : std::filesystem::directory_iterator(folder_))
      std::filesystem::remove_all(file);
  }
  void keep(const std::filesystem::path& where) {
    std::filesystem::remove_all(where);
    std::filesystem::copy(folder_, where, std::filesystem::copy_options::recursive);
  }
  // Calls try_at(k) until a run needs fewer than k allocations. Every one of the first hundred,
  // then one in seventeen: the later ones are many, and a step does the same things again.
  template <class TryAt>
  void sweep(TryAt&& try_at) {
    std::uint64_t k = 0;
    std::uint64_t struck = 0;
    while (try_at(k)) {
      ++struck;
      ASSERT_LT(k, 1'000'000u);
      k += k < 100 ? 1 : 17;
      if (HasFailure()) return;
    }
    EXPECT_GT(struck, 50u) << "memory hardly ever ended";
  }

  std::filesystem::path folder_;
};

// More than two arenas hold; whoever ends in the middle of a step gives them back without memory.
TEST_F(CapiNoMemory, SecretsAreGivenBackWithoutAny) {
  std::vector<Secret32> secrets(3000);
  inside = true, left = 0;
  secrets.resize(1);
  inside = false, left = kAll;
  EXPECT_EQ(secrets.front().expose()[0], 0);
}

TEST_F(CapiNoMemory, AnywhereInTheFirstRunLeavesNoneOrAWholeHome) {
  const Command init = InitDevice{"phone", "Ada", "", "", false};
  sweep([&](std::uint64_t k) {
    SCOPED_TRACE(k);
    empty();
    Program program(home());
    EXPECT_EQ(program.open(), TROTH_OK);
    left = k;
    const int code = program.run(init);
    const bool was_done = program.done();
    left = kAll;
    if (code == TROTH_OK) return false;
    EXPECT_EQ(code, TROTH_NO_MEMORY);
    EXPECT_EQ(program.commit(), TROTH_NO_MEMORY) << "half a step is gone on from";
    program.close();
    EXPECT_EQ(program.open(), TROTH_OK);
    const auto identity = program.ask(IdentityQuery{});
    EXPECT_TRUE(identity);
    if (!identity) return false;
    if (identity->state == EngineState::new_device) {
      EXPECT_FALSE(was_done);
      EXPECT_EQ(program.run(init), TROTH_OK);
    } else {
      EXPECT_EQ(identity->state, EngineState::ok);
      EXPECT_EQ(identity->name, "phone");
    }
    return true;
  });
}

TEST_F(CapiNoMemory, AnywhereInAnEditLeavesTheOldOrTheNewValue) {
  PutItem put{{}, ItemId{{1}}, {{"text", to_bytes("old")}}};
  const auto kept = folder_.string() + "-kept";
  Program program(home());
  ASSERT_EQ(program.open(), TROTH_OK);
  ASSERT_EQ(program.run(InitDevice{"phone", "Ada", "", "", false}), TROTH_OK);
  ASSERT_EQ(program.run(CreateCategory{"notes", "to write", ""}), TROTH_OK);
  put.category = *id_from<CategoryId>(program.made());
  ASSERT_EQ(program.run(put), TROTH_OK);
  program.close();
  const auto guard = program.guard();
  keep(kept);
  put.fields[0].value = to_bytes("new");
  sweep([&](std::uint64_t k) {
    SCOPED_TRACE(k);
    empty();
    std::filesystem::copy(kept, folder_,
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    program.put_back(guard);
    EXPECT_EQ(program.open(), TROTH_OK);
    left = k;
    const int code = program.run(put);
    const bool was_done = program.done();
    left = kAll;
    program.close();
    if (code == TROTH_OK) return false;
    EXPECT_EQ(code, TROTH_NO_MEMORY);
    EXPECT_EQ(program.open(), TROTH_OK);
    const auto item = program.ask(ItemQuery{put.category, put.item});
    EXPECT_TRUE(item && item->fields.size() == 1);
    if (item && item->fields.size() == 1) {
      const bool is_new = item->fields[0].value == to_bytes("new");
      EXPECT_TRUE(is_new || item->fields[0].value == to_bytes("old"));
      EXPECT_TRUE(is_new || !was_done);
    }
    program.close();
    return true;
  });
  std::filesystem::remove_all(kept);
}

}  // namespace
}  // namespace troth
