// The C functions at their edges. What they do is shown by tests/capi/pair_two.c.
#include <gtest/gtest.h>

#include <new>

#include "capi/command_fields.hpp"
#include "capi/input_fields.hpp"
#include "capi/query_fields.hpp"
#include "crypto/p256.hpp"
#include "troth.h"

namespace troth {
namespace {

struct Random {
  std::uint64_t state = 1;
  bool no_memory = false;
};

void fill(void* context, std::uint8_t* out, std::size_t size) {
  auto& random = *static_cast<Random*>(context);
  if (random.no_memory) throw std::bad_alloc();
  for (std::size_t i = 0; i < size; ++i) {
    random.state = random.state * 6364136223846793005u + 1442695040888963407u;
    out[i] = static_cast<std::uint8_t>(random.state >> 56);
  }
}

struct FillRng final : Rng {
  explicit FillRng(Random& random) : random_(random) {}
  void fill(MutableBytes out) override { troth::fill(&random_, out.data(), out.size()); }
  Random& random_;
};

class CapiAbi : public testing::Test {
 protected:
  CapiAbi() {
    FillRng rng(random_);
    config_.database = ":memory:";
    config_.sign_key = crypto::P256KeyPair::generate(rng).public_key().bytes();
    config_.agree_key = crypto::P256KeyPair::generate(rng).public_key().bytes();
    config_.approve_key = crypto::P256KeyPair::generate(rng).public_key().bytes();
    config_.home_id.fill(3);
    ports_ = {sizeof(troth_ports), &fill, &random_, key_.data()};
  }
  ~CapiAbi() override { troth_engine_close(engine_); }

  int open() {
    const auto bytes = wire::encode(config_);
    return troth_engine_open(&ports_, bytes.data(), bytes.size(), now_, &engine_);
  }
  int submit(const Command& command) {
    const auto bytes = wire::encode(command);
    return troth_submit(engine_, bytes.data(), bytes.size(), now_, &ticket_);
  }

  // 1 for an effect, 2 for an event.
  std::vector<int> drain() {
    std::vector<int> out;
    troth_bytes next{};
    while (troth_next(engine_, &next) == TROTH_OK && next.size > 0) out.push_back(next.data[1]);
    return out;
  }
  // Field 1 of the answers to both queries that have it.
  EngineState state_by(const Query& query) {
    const auto bytes = wire::encode(query);
    troth_bytes answer{};
    EXPECT_EQ(troth_query(engine_, bytes.data(), bytes.size(), now_, &answer), TROTH_OK);
    if (answer.size < 3 || answer.data[1] != 1) return EngineState{};
    return EngineState{answer.data[2]};
  }

  Random random_;
  Config config_;
  std::array<std::uint8_t, 32> key_{1};
  troth_ports ports_{};
  troth_engine* engine_ = nullptr;
  troth_now now_{1'800'000'000'000, 0};
  std::uint64_t ticket_ = 0;
};

TEST_F(CapiAbi, OpensCommitsAndHandsOverWhatHappened) {
  ASSERT_EQ(open(), TROTH_OK);
  ASSERT_EQ(submit(InitDevice{"phone", "Ada", "", "", true}), TROTH_OK);
  EXPECT_NE(ticket_, 0u);
  troth_bytes next{};
  ASSERT_EQ(troth_next(engine_, &next), TROTH_OK);
  EXPECT_EQ(next.size, 0u) << "nothing before the commit";
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  ASSERT_EQ(troth_next(engine_, &next), TROTH_OK);
  ASSERT_GT(next.size, 2u);
  EXPECT_EQ(next.data[0], 0x82);
}

TEST_F(CapiAbi, RefusesMisuse) {
  auto small = ports_;
  small.struct_size = sizeof(troth_ports) - 1;
  const auto config = wire::encode(config_);
  EXPECT_EQ(troth_engine_open(&small, config.data(), config.size(), now_, &engine_), TROTH_MISUSE);
  EXPECT_EQ(troth_engine_open(nullptr, config.data(), config.size(), now_, &engine_), TROTH_MISUSE);
  EXPECT_EQ(engine_, nullptr);
  EXPECT_EQ(troth_tick(nullptr, now_), TROTH_MISUSE);
  EXPECT_EQ(troth_commit(nullptr, now_), TROTH_MISUSE);
  troth_engine_close(nullptr);

  ASSERT_EQ(open(), TROTH_OK);
  std::uint8_t out[16];
  std::size_t size = 0;
  EXPECT_EQ(troth_pull(engine_, 1, out, sizeof out, now_, &size), TROTH_MISUSE) << "in a step";
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  EXPECT_EQ(troth_pull(engine_, 1, out, sizeof out, now_, &size), TROTH_OK);
  EXPECT_EQ(troth_pull(engine_, 1, nullptr, 0, now_, &size), TROTH_MISUSE);
  EXPECT_EQ(troth_submit(engine_, nullptr, 0, now_, &ticket_), TROTH_MISUSE);
}

TEST_F(CapiAbi, ABrokenMessageChangesNothing) {
  ASSERT_EQ(open(), TROTH_OK);
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  const std::uint8_t junk[] = {0x82, 0x18, 0x63, 0xA0};
  EXPECT_EQ(troth_submit(engine_, junk, sizeof junk, now_, &ticket_), 11);
  EXPECT_EQ(troth_answer(engine_, 1, junk, sizeof junk, now_), 11);
  EXPECT_EQ(troth_folder(engine_, junk, sizeof junk, now_), 11);
  troth_bytes answer{};
  EXPECT_EQ(troth_query(engine_, junk, sizeof junk, now_, &answer), 11);
  EXPECT_EQ(ticket_, 0u);
  std::uint8_t out[16];
  std::size_t size = 1;
  EXPECT_EQ(troth_pull(engine_, 1, out, sizeof out, now_, &size), TROTH_OK) << "no step began";
  EXPECT_EQ(size, 0u);
}

TEST_F(CapiAbi, StraysAreHarmless) {
  ASSERT_EQ(open(), TROTH_OK);
  const auto answer = wire::encode(Answer(KeyAnswer{true, Errc::internal, {}}));
  EXPECT_EQ(troth_answer(engine_, 77, answer.data(), answer.size(), now_), TROTH_OK);
  EXPECT_EQ(troth_closed(engine_, 77, now_), TROTH_OK);
  EXPECT_EQ(troth_dial_failed(engine_, 77, now_), TROTH_OK);
  std::size_t taken = 0;
  EXPECT_EQ(troth_receive(engine_, 77, answer.data(), answer.size(), now_, &taken), TROTH_OK);
  EXPECT_EQ(taken, answer.size());
  EXPECT_EQ(troth_commit(engine_, now_), TROTH_OK);
}

// The keystore asks a person and the person takes their time, then says no.
TEST_F(CapiAbi, WhileTheFirstSignatureIsWaitedForTheDeviceIsNew) {
  ASSERT_EQ(open(), TROTH_OK);
  ASSERT_EQ(submit(InitDevice{"phone", "Ada", "", "", false}), TROTH_OK);
  const auto asked = ticket_ + 1;
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  EXPECT_EQ(drain(), (std::vector<int>{1})) << "the key operation";
  for (const Query& query : {Query(IdentityQuery{}), Query(StatusQuery{})})
    EXPECT_EQ(state_by(query), EngineState::new_device);
  ASSERT_EQ(troth_tick(engine_, now_), TROTH_OK);
  const auto qr = "troth:pair?v=1&n=1234&k=" + std::string(64, 'a') + "&a=host:1";
  ASSERT_EQ(submit(JoinCircle{qr, "", ""}), TROTH_OK);
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  EXPECT_EQ(drain(), (std::vector<int>{2})) << "refused, and nobody is dialled";
  const auto no = wire::encode(Answer(KeyAnswer{false, Errc::rejected, {}}));
  ASSERT_EQ(troth_answer(engine_, asked, no.data(), no.size(), now_), TROTH_OK);
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  EXPECT_EQ(drain(), (std::vector<int>{2})) << "the device was not set up";
  EXPECT_EQ(state_by(StatusQuery{}), EngineState::new_device);
  EXPECT_EQ(submit(InitDevice{"phone", "Ada", "", "", true}), TROTH_OK);
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  EXPECT_EQ(state_by(IdentityQuery{}), EngineState::waiting_to_join);
}

// No exception crosses, and half a step is never gone on from.
TEST_F(CapiAbi, WithoutMemoryTheEngineIsDead) {
  ASSERT_EQ(open(), TROTH_OK);
  ASSERT_EQ(troth_commit(engine_, now_), TROTH_OK);
  random_.no_memory = true;
  EXPECT_EQ(submit(InitDevice{"phone", "Ada", "", "", true}), TROTH_NO_MEMORY);
  random_.no_memory = false;
  EXPECT_EQ(submit(LeaveCircle{}), TROTH_NO_MEMORY);
  EXPECT_EQ(troth_commit(engine_, now_), TROTH_NO_MEMORY);
  std::uint64_t due = 0;
  EXPECT_EQ(troth_deadline(engine_, &due), TROTH_NO_MEMORY);
}

// Numbers and names that programs know.
constexpr std::pair<int, const char*> kFrozen[] = {
    {1, "truncated"},
    {2, "non_canonical"},
    {3, "unknown_field"},
    {4, "missing_field"},
    {5, "too_long"},
    {6, "trailing_bytes"},
    {7, "bad_utf8"},
    {8, "wrong_type"},
    {9, "bad_value"},
    {10, "unknown_version"},
    {11, "unknown_kind"},
    {12, "bad_magic"},
    {100, "unexpected_message"},
    {101, "code_mismatch"},
    {102, "expired"},
    {103, "too_many_attempts"},
    {104, "check_mismatch"},
    {105, "rejected"},
    {106, "cancelled"},
    {107, "locked_out"},
    {108, "crowded"},
    {109, "bad_code_format"},
    {110, "key_reused"},
    {111, "half_paired"},
    {200, "not_permitted"},
    {201, "revoked"},
    {202, "no_grant"},
    {203, "grant_expired"},
    {204, "paused"},
    {205, "frozen"},
    {206, "policy"},
    {207, "send_only_unsupported"},
    {208, "granted_already"},
    {209, "last_holder"},
    {300, "auth_failed"},
    {301, "bad_point"},
    {302, "bad_signature"},
    {303, "no_suite"},
    {304, "suite_refused"},
    {305, "closed"},
    {306, "truncated_stream"},
    {307, "no_credit"},
    {308, "commitment_mismatch"},
    {309, "no_key"},
    {310, "crypto_failed"},
    {400, "bad_entry"},
    {401, "missing_parent"},
    {402, "held"},
    {403, "fork"},
    {404, "not_live"},
    {405, "unknown_device"},
    {406, "unknown_category"},
    {407, "void_entry"},
    {500, "gap"},
    {501, "bad_chain"},
    {502, "above_cut"},
    {503, "parked"},
    {504, "clock_ahead"},
    {505, "unknown_item"},
    {506, "bad_name"},
    {507, "file_changed"},
    {508, "special_file"},
    {509, "bad_hash"},
    {600, "disk_full"},
    {601, "io_error"},
    {602, "damaged"},
    {603, "locked"},
    {604, "wrong_passphrase"},
    {605, "busy"},
    {606, "rolled_back"},
    {607, "newer_schema"},
    {608, "not_found"},
    {609, "exists"},
    {700, "usage"},
    {701, "ambiguous"},
    {702, "timed_out"},
    {703, "limit"},
    {704, "again"},
    {705, "refused"},
    {706, "presence_needed"},
    {707, "no_daemon"},
    {708, "unsupported"},
    {799, "internal"},
};

TEST(CapiErrors, NamesAndNumbersAreFrozen) {
  EXPECT_STREQ(troth_error_name(0), "ok");
  EXPECT_STREQ(troth_error_name(TROTH_NO_MEMORY), "no_memory");
  EXPECT_STREQ(troth_error_name(TROTH_MISUSE), "misuse");
  EXPECT_EQ(troth_error_name(-1), nullptr);
  EXPECT_EQ(troth_error_name(13), nullptr);
  EXPECT_EQ(troth_error_name(65'536 + 1), nullptr);
  for (const auto& [number, name] : kFrozen) EXPECT_STREQ(troth_error_name(number), name);
  int known = 0;
  for (int code = 1; code < 900; ++code) known += troth_error_name(code) != nullptr ? 1 : 0;
  EXPECT_EQ(known, 83) << "a new code gets a row here";
}

}  // namespace
}  // namespace troth
