// Whoever comes to an invitation with keys of his choice and says what a test likes, byte by byte
// or as a whole run; and the sponsor's user, who sees what was shown and answers when a test says
// so.
#pragma once

#include "pairing/applicant.hpp"
#include "unit/device/folder_pair.hpp"
#include "unit/pairing/two_sides.hpp"

namespace troth::device::testing {

// Takes the place of Circle's own users.
class SponsorsUser {
 public:
  explicit SponsorsUser(Circle& circle) : circle_(circle) {
    circle.world.on_event([this](SimDevice&, const Event& event) { hear(event); });
  }
  void invite(std::uint64_t lifetime_ms = 180'000) {
    const auto made =
        circle_.world.submit(circle_.at(0), StartPairing{"to test", false, lifetime_ms});
    ASSERT_TRUE(made);
    ticket = *made;
    circle_.run(100);
    ASSERT_FALSE(qr.empty());
  }
  void answer(const std::string& check, std::vector<CategoryId> share) {
    AnswerApplicant answer{ticket, false, check, {}};
    for (const auto& category : share)
      answer.share.push_back({category, Direction::both, 0, History::all});
    (void)circle_.world.submit(circle_.at(0), answer);
  }

  Ticket ticket;
  std::string code;  // empty: no typed code was shown
  std::string qr;
  std::size_t asked = 0, paired = 0;
  std::vector<Errc> failed;             // pairings
  std::vector<Errc> refused;            // commands
  std::vector<std::uint32_t> attempts;  // tries that were left
  std::vector<CategoryId> accepted;     // by the last one that was paired

 private:
  void hear(const Event& event) {
    if (const auto* shown = std::get_if<PairingCode>(&event))
      code = shown->code, qr = shown->qr;
    if (std::holds_alternative<PairingApplicant>(event)) ++asked;
    if (const auto* done = std::get_if<Paired>(&event)) ++paired, accepted = done->accepted;
    if (const auto* end = std::get_if<PairingFailed>(&event)) failed.push_back(end->code);
    if (const auto* no = std::get_if<Failed>(&event)) refused.push_back(no->code);
    if (const auto* tried = std::get_if<PairingAttempt>(&event))
      attempts.push_back(tried->tries_left);
  }
  Circle& circle_;
};

class RawApplicant {
 public:
  using Change = std::function<void(circle::EntryBody&, circle::Accept&)>;

  RawApplicant(Circle& circle, std::uint64_t seed)
      : circle_(circle),
        rng_(seed),
        keys(rng_, "Phone"),
        other(rng_, "Phone"),
        sponsor_(circle.at(0)) {}

  void dial() { conn_ = sponsor_.engine->connected({false, 0, "somewhere"}, now()); }
  // The first 8 bytes of a pairing frame, whose body never comes.
  void head_only() {
    Bytes head;
    wire::append_head(head, {wire::kProtocolVersion, wire::FrameKind::pairing, 40});
    say(head);
  }
  void begin(const std::string& code) {
    run_for(code);
    go();
  }
  // Asks for the invitation, and says no more.
  void knock(const std::string& code) {
    run_for(code);
    auto action = run->next_action();
    ASSERT_TRUE(action);
    act(*action);
    run.reset();
  }
  // Carries what can be carried.
  void go() {
    for (int idle = 0; idle < 3 && !left_; ++idle) {
      while (auto action = run->next_action()) act(*action), idle = 0;
      hear();
      circle_.run(20);
    }
  }
  // What the sponsor sent, frame by frame.
  void hear() {
    Bytes chunk(16 * 1024);
    while (const auto size = sponsor_.engine->pull(conn_, chunk, now()))
      append(in_, ByteView(chunk).first(size));
    circle_.world.settle(sponsor_);
    while (in_.size() >= limits::kFrameHead) {
      const auto head =
          wire::parse_head(std::span<const std::uint8_t, 8>(in_.data(), 8), limits::kPairingFrame);
      ASSERT_TRUE(head);
      if (in_.size() < limits::kFrameHead + head->length) return;
      const Bytes body(in_.begin() + 8, in_.begin() + 8 + head->length);
      in_.erase(in_.begin(), in_.begin() + 8 + head->length);
      const auto type = static_cast<pairing::MessageType>(body[0]);
      ++heard[type];
      if (type == pairing::MessageType::end) {
        const auto end = wire::decode<pairing::End>(ByteView(body).subspan(1));
        ASSERT_TRUE(end);
        told = end->reason;
      }
      if (type == stalls_at) {
        left_ = true;
        return run.reset();
      }
      if (type == leaves_at) {
        left_ = true;
        return hang_up();
      }
      if (run) run->receive(body, now().mono);
    }
  }
  void hang_up() {
    sponsor_.engine->closed(conn_, now());
    circle_.world.settle(sponsor_);
  }

  // How its accept differs from an honest one.
  Change change;
  bool other_approve = false, other_sign = false;
  std::optional<pairing::MessageType> stalls_at;  // says nothing more when it hears this
  std::function<void(Bytes& frame)> twist;        // of what it sends
  std::optional<pairing::MessageType> leaves_at;  // hangs up when it hears this
  std::optional<pairing::ApplicantRun> run;
  std::map<pairing::MessageType, int> heard;
  std::optional<pairing::EndReason> told;  // why, by the sponsor
  std::optional<Errc> ended;
  std::string check;
  bool finished = false;

 private:
  Circle& circle_;
  pairing::SeededRng rng_;

 public:
  pairing::SoftDevice keys, other;

 private:
  [[nodiscard]] Now now() const { return sponsor_.at(circle_.world.now()); }
  void run_for(const std::string& code) {
    auto typed = pairing::parse_code(code);
    ASSERT_TRUE(typed);
    run.emplace(
        pairing::ApplicantSetup{
            std::move(*typed), {1, 2}, wire::encode(keys.descriptor), now().mono},
        rng_);
  }
  void say(ByteView bytes) {
    while (!bytes.empty()) {
      const auto taken = sponsor_.engine->receive(conn_, bytes, now());
      circle_.world.settle(sponsor_);
      if (!taken || *taken == 0) return;
      bytes = bytes.subspan(*taken);
    }
  }
  void act(pairing::Action& action) {
    if (auto* frame = std::get_if<pairing::SendFrame>(&action)) {
      if (twist) twist(frame->body);
      Bytes out;
      wire::append_head(out, {wire::kProtocolVersion, wire::FrameKind::pairing,
                              static_cast<std::uint32_t>(frame->body.size())});
      append(out, frame->body);
      say(out);
    } else if (auto* need = std::get_if<pairing::NeedKey>(&action)) {
      run->key_answer(need->request, keys.perform(need->request, rng_), now().mono);
    } else if (auto* shown = std::get_if<pairing::ShowCheck>(&action)) {
      check = shown->check;
      circle_id_ = shown->circle;
    } else if (auto* offer = std::get_if<pairing::ShowOffer>(&action)) {
      run->accept_ready(accept(offer->offer.entry, offer->th2), now().mono);
    } else if (auto* taken = std::get_if<pairing::TakeEntries>(&action)) {
      if (taken->last) run->log_taken(now().mono);
    } else if (std::holds_alternative<pairing::Finished>(action)) {
      finished = true;
    } else if (auto* end = std::get_if<pairing::Ended>(&action)) {
      ended = end->why;
    }
  }
  Bytes accept(const Bytes& device_add, const Hash& th2) {
    const auto id = circle::entry_id(device_add);
    circle::EntryBody body;
    body.kind = circle::Kind::accept;
    body.circle = circle_id_;
    body.author = circle::device_id(keys.descriptor);
    body.parents = {id};
    body.at = now().wall;
    circle::Accept said{id, {0}, th2, {}};
    if (change) change(body, said);
    said.sign_signature =
        (other_sign ? other : keys)
            .sign.sign(circle::accept_message(said.entry, *said.th2, said.accepted), rng_);
    body.payload = circle::encode_payload(circle::Payload(said));
    circle::Entry entry{wire::encode(body), {}};
    entry.signature =
        (other_approve ? other : keys).approve.sign(circle::signing_input(entry.body), rng_);
    return wire::encode(entry);
  }

  SimDevice& sponsor_;
  ConnId conn_;
  Bytes in_;
  CircleId circle_id_;
  bool left_ = false;
};

// A device that invites, and whoever comes.
struct Scene {
  Scene() : circle(1), user(circle) {}
  RawApplicant& comes(std::uint64_t seed) {
    auto& made = applicants.emplace_back(std::make_unique<RawApplicant>(circle, seed));
    made->dial();
    return *made;
  }
  // Everything up to both users' agreement, and the end.
  void pairs(RawApplicant& honest) {
    const auto asked = user.asked;
    honest.begin(user.code);
    ASSERT_EQ(user.asked, asked + 1);
    user.answer(honest.check, {circle.category});
    circle.run(200);
    honest.go();
    EXPECT_TRUE(honest.finished);
    EXPECT_EQ(user.paired, 1u);
    EXPECT_EQ(devices(), 2u);
  }
  std::size_t devices() { return circle.at(0).core().view().live_devices().size(); }
  PairFlow& pairing() { return EngineInspector::look(*circle.at(0).engine).pairing; }
  bool shows() { return pairing().shows().has_value(); }
  std::size_t failures() { return facts(circle.at(0), audit::FactKind::pairing_failed).size(); }

  // The sponsor has counted these tries, at another time.
  void put_book(const pairing::AttemptBook& book) {
    auto& sponsor = circle.at(0);
    auto& core = sponsor.core();
    core.enter(sponsor.at(circle.world.now()));
    core.touch(store::Durability::full);
    ASSERT_TRUE(core.meta_->put("pairing/attempts", wire::encode(book), *core.rng_));
    ASSERT_TRUE(pairing().load());
    circle.world.settle(sponsor);
  }
  // A code of the right form for the invitation that stands, and wrong.
  std::string guess() {
    const auto digits = *pairing().shows() + "0000000";
    return digits + pairing::verhoeff_digit(digits);
  }

  Circle circle;
  SponsorsUser user;
  std::vector<std::unique_ptr<RawApplicant>> applicants;
};

}  // namespace troth::device::testing
