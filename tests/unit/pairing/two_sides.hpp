// Both sides of a pairing run with software keys and a wire that a test can tamper with.
#pragma once

#include <functional>
#include <random>

#include "pairing/applicant.hpp"
#include "pairing/sponsor.hpp"

namespace troth::pairing {

class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

struct SoftDevice {
  explicit SoftDevice(Rng& rng, const std::string& name)
      : sign(crypto::P256KeyPair::generate(rng)), agree(crypto::P256KeyPair::generate(rng)),
        approve(crypto::P256KeyPair::generate(rng)) {
    descriptor.name = name;
    descriptor.model = "Test";
    descriptor.sign = sign.public_key();
    descriptor.agree = agree.public_key();
    descriptor.approve = approve.public_key();
    rng.fill(descriptor.box_secret);
  }
  Result<SecretBytes> perform(const KeyRequest& request, Rng& rng) const {
    if (request.op == KeyOp::agree) {
      const auto point = crypto::P256Public::parse(request.input);
      if (!point) return fail(point.error());
      return SecretBytes(agree.agree(*point).expose());
    }
    const auto& key = request.op == KeyOp::sign ? sign : approve;
    const auto signature = key.sign(request.input, rng);
    return SecretBytes(ByteView(signature));
  }
  crypto::P256KeyPair sign, agree, approve;
  circle::DeviceDescriptor descriptor;
};

// Carries actions until nothing moves. Frames pass through `wire`, which may change or drop them.
struct TwoSides {
  using Wire = std::function<bool(bool from_applicant, Bytes& frame)>;

  explicit TwoSides(std::uint64_t seed, Mode mode = Mode::digits)
      : rng(seed),
        laptop(rng, "Laptop"),
        phone(rng, "Phone"),
        code(make_code(mode == Mode::words, rng)) {
    circle = random_id<CircleId>(rng);
    sponsor = std::make_unique<SponsorRun>(shows(), rng);
    applicant = std::make_unique<ApplicantRun>(typed(mode), rng);
  }
  SponsorSetup shows() {
    SponsorSetup setup;
    setup.code = &code;
    setup.suites = {1, 2};
    setup.ttl_ms = 180'000;
    setup.circle = circle;
    setup.descriptor = wire::encode(laptop.descriptor);
    setup.why = "so that you can write on your laptop";
    setup.ends = MonoMs{180'000};
    setup.tries_left = 2;
    return setup;
  }
  ApplicantSetup typed(Mode mode) {
    const auto text = mode == Mode::qr ? qr_text(code, "127.0.0.1:1") : code.shown;
    return {std::move(*parse_code(typed_text.empty() ? text : typed_text)),
            {1, 2},
            wire::encode(phone.descriptor),
            now};
  }
  void restart_applicant(const std::string& text) {
    typed_text = text;
    applicant = std::make_unique<ApplicantRun>(typed(Mode::digits), rng);
  }

  void run(const Wire& wire = [](bool, Bytes&) { return true; }) {
    for (bool moved = true; moved;) {
      moved = false;
      while (auto action = applicant->next_action()) {
        moved = true;
        if (auto* frame = std::get_if<SendFrame>(&*action)) {
          if (wire(true, frame->body)) sponsor->receive(frame->body, now);
        } else {
          handle_applicant(*action);
        }
      }
      while (auto action = sponsor->next_action()) {
        moved = true;
        if (auto* frame = std::get_if<SendFrame>(&*action)) {
          if (wire(false, frame->body)) applicant->receive(frame->body, now);
        } else {
          handle_sponsor(*action);
        }
      }
    }
  }
  void handle_applicant(Action& action) {
    if (auto* need = std::get_if<NeedKey>(&action))
      applicant->key_answer(need->request, phone.perform(need->request, rng), now);
    if (auto* check = std::get_if<ShowCheck>(&action))
      shown_check = check->check, shown_circle = check->circle;
    if (auto* offer = std::get_if<ShowOffer>(&action)) {
      offered = std::move(offer->offer);
      if (applicant_accepts) applicant->accept_ready(Bytes{9, 9}, now);
    }
    if (auto* taken = std::get_if<TakeEntries>(&action)) {
      for (auto& entry : taken->entries) entries.push_back(std::move(entry));
      if (taken->last) applicant->log_taken(now);
    }
    if (std::holds_alternative<Finished>(action)) applicant_finished = true;
    if (auto* ended = std::get_if<Ended>(&action)) applicant_ended = *ended;
  }
  void handle_sponsor(Action& action) {
    if (auto* need = std::get_if<NeedKey>(&action))
      sponsor->key_answer(need->request, laptop.perform(need->request, rng), now);
    if (std::holds_alternative<RunStarted>(action)) ++runs;
    if (auto* card = std::get_if<ShowCard>(&action)) {
      shown_card = card->descriptor;
      if (sponsor_answers) sponsor->user_answer(false, wrong_check ? "00" : shown_check, now);
    }
    if (std::holds_alternative<BuildEntry>(action)) sponsor->entry_ready(add, cards, now);
    if (auto* accept = std::get_if<StoreAccept>(&action)) {
      stored_accept = accept->accept;
      sponsor->publish(log, now);
    }
    if (std::holds_alternative<Finished>(action)) sponsor_finished = true;
    if (auto* ended = std::get_if<Ended>(&action)) sponsor_ended = *ended;
  }

  SeededRng rng;
  MonoMs now{0};
  SoftDevice laptop, phone;
  MadeCode code;
  CircleId circle;
  std::string typed_text;
  std::unique_ptr<SponsorRun> sponsor;
  std::unique_ptr<ApplicantRun> applicant;
  bool sponsor_answers = true, applicant_accepts = true, wrong_check = false;
  int runs = 0;
  std::string shown_check;
  CircleId shown_circle;
  Bytes shown_card, stored_accept;
  P8 offered;
  Bytes add{1, 2, 3};
  std::vector<OfferCard> cards;
  std::vector<Bytes> log{Bytes(100, 1), Bytes(100, 2)};
  std::vector<Bytes> entries;
  bool sponsor_finished = false, applicant_finished = false;
  std::optional<Ended> sponsor_ended, applicant_ended;
};

}  // namespace troth::pairing
