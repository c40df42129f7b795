#include "device/commands.hpp"

#include <algorithm>

#include "consent/notice.hpp"
#include "device/words.hpp"
#include "keyring/key_state.hpp"

namespace troth::device {

namespace {

constexpr std::uint64_t kUndoMs = limits::kDay;

Result<> check_text(const std::string& text, std::size_t max, bool may_be_empty) {
  if (text.empty() && !may_be_empty) return fail(Errc::usage);
  if (text.size() > max) return fail(Errc::too_long);
  return require(is_utf8(as_bytes(text)), Errc::bad_utf8);
}

Result<> check_until(std::uint64_t until_ms, WallMs now) {
  return require(until_ms == 0 || until_ms > now.ms, Errc::grant_expired);
}

// Policy and consent name the key of their words where others name a place in the code.
const char* words_of(const Error& error) {
  const bool place = std::string_view(error.where).find('/') != std::string_view::npos;
  return place ? "" : error.where;
}

}  // namespace

void Commands::run(const Command& command, Ticket ticket) {
  const auto outcome = std::visit([&](const auto& c) { return act(c, ticket); }, command);
  if (!outcome)
    return core_.out_.emit(Failed{ticket, outcome.error().code, words_of(outcome.error())});
  if (!outcome->later) core_.out_.emit(Done{ticket, outcome->id});
}

Commands::Answer Commands::propose(Author::Build build, Ticket ticket, bool return_category) {
  if (!core_.alive()) return fail(Errc::not_live);
  author_.propose(std::move(build), ticket, [this, ticket, return_category](Result<EntryId> entry) {
    if (!entry) return core_.out_.emit(Failed{ticket, entry.error().code, words_of(entry.error())});
    core_.log_grew_ = core_.data_grew_ = true;
    const Bytes id =
        return_category ? to_bytes(circle::category_id(*entry).bytes) : to_bytes(entry->bytes);
    write_checkpoint(ticket, *entry, [this, ticket, id] { core_.out_.emit(Done{ticket, id}); });
  });
  return Outcome{true, {}};
}

// Rule 4.7. It needs the person, who is there while a command that needs them is not done; where
// that was another's leaving, the next such command writes it. The command counts without it.
void Commands::write_checkpoint(Ticket ticket, const EntryId& after, std::function<void()> done) {
  const auto* body = core_.log_->body(after);
  const auto key =
      circle::signing_key(body->kind, body->critical, *core_.log_->payload(after), core_.self_);
  if (key != circle::SigningKey::approve || !core_.log_->checkpoint_due()) return done();
  author_.propose(
      [this]() -> Result<circle::Payload> {
        auto checkpoint = core_.log_->checkpoint_due();
        if (!checkpoint) return fail(Errc::not_found);
        return circle::Payload(std::move(*checkpoint));
      },
      ticket, [done = std::move(done)](const Result<EntryId>&) { done(); });
}

// ---- this device

Commands::Answer Commands::act(const InitDevice& command, Ticket ticket) {
  if (core_.own_) return fail(Errc::exists);
  TROTH_CHECK(check_text(command.name, limits::kNameBytes, false));
  TROTH_CHECK(check_text(command.member, limits::kNameBytes, true));
  TROTH_CHECK(check_text(command.model, limits::kNameBytes, true));
  TROTH_CHECK(check_text(command.os, limits::kNameBytes, true));
  OwnRecord own;
  auto& d = own.descriptor;
  d.name = command.name;
  d.model = command.model;
  if (!command.os.empty()) d.os = command.os;
  d.protection = core_.config_.protection;
  TROTH_TRY(d.sign, crypto::P256Public::parse(core_.config_.sign_key));
  TROTH_TRY(d.agree, crypto::P256Public::parse(core_.config_.agree_key));
  TROTH_TRY(d.approve, crypto::P256Public::parse(core_.config_.approve_key));
  core_.rng_->fill(d.box_secret);
  if (!command.join) d.member = random_id<MemberId>(*core_.rng_);
  own.member_name = command.member.empty() ? command.name : command.member;
  own.waiting_to_join = command.join;
  own.incarnation = random_id<sync::Incarnation>(*core_.rng_);
  core_.own_ = std::move(own);
  core_.self_ = circle::device_id(core_.own_->descriptor);
  if (!command.join) return begin_new_circle(command, ticket);
  core_.reserve();
  return Outcome{false, to_bytes(core_.self_.bytes)};
}

Commands::Answer Commands::begin_new_circle(const InitDevice&, Ticket ticket) {
  circle::Genesis genesis;
  genesis.device = core_.own_->descriptor;
  genesis.member_name = core_.own_->member_name;
  core_.rng_->fill(genesis.random);
  TROTH_TRY(auto body, circle::make_genesis(genesis, core_.now_.wall));
  keys_.ask({KeyOp::approve, circle::signing_input(body), "genesis"}, ticket,
            [this, body, ticket](Result<SecretBytes> signature) {
              circle::Entry entry{body, {}};
              if (!signature || signature->size() != entry.signature.size()) {
                core_.own_.reset();  // nothing was stored: init can be tried again
                return core_.out_.emit(
                    Failed{ticket, signature ? Errc::internal : signature.error().code, ""});
              }
              std::copy(signature->expose().begin(), signature->expose().end(),
                        entry.signature.begin());
              if (const auto begun = core_.begin_circle({entry}); !begun) {
                core_.own_.reset();
                return core_.out_.emit(Failed{ticket, begun.error().code, ""});
              }
              core_.reserve();
              core_.out_.emit(Done{ticket, to_bytes(core_.self_.bytes)});
            });
  return Outcome{true, {}};
}

// ---- pairing

Commands::Answer Commands::act(const StartPairing& command, Ticket ticket) {
  TROTH_CHECK(pairing_.start(command, ticket));
  return Outcome{true, {}};
}
Commands::Answer Commands::act(const AnswerApplicant& command, Ticket) {
  for (const auto& share : command.share) TROTH_CHECK(check_until(share.until_ms, core_.now_.wall));
  TROTH_CHECK(pairing_.answer_applicant(command));
  return Outcome{};
}
Commands::Answer Commands::act(const JoinCircle& command, Ticket ticket) {
  TROTH_CHECK(pairing_.join(command, ticket));
  return Outcome{true, {}};
}
Commands::Answer Commands::act(const AnswerOffer& command, Ticket) {
  TROTH_CHECK(pairing_.answer_offer(command));
  return Outcome{};
}
Commands::Answer Commands::act(const CancelPairing& command, Ticket) {
  TROTH_CHECK(pairing_.cancel(command));
  return Outcome{};
}

// ---- devices

Commands::Answer Commands::act(const ConnectDevice& command, Ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().device(command.device) == nullptr || command.device == core_.self_)
    return fail(Errc::unknown_device);
  if (!core_.view().live(command.device)) return fail(Errc::not_live);
  if (command.address.empty() || command.address.size() > limits::kAddressBytes)
    return fail(Errc::usage);
  peers_.set_address(command.device, command.address, true);
  return Outcome{};
}

Commands::Answer Commands::act(const RenameDevice& command, Ticket ticket) {
  TROTH_CHECK(check_text(command.name, limits::kNameBytes, false));
  const circle::DeviceRename rename{command.device, command.name};
  return propose([rename]() -> Result<circle::Payload> { return circle::Payload(rename); }, ticket);
}

Commands::Answer Commands::remove_device(const DeviceId& device, circle::RemoveWhy why, bool strict,
                                         std::optional<std::uint64_t> revert_since_ms,
                                         Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().device(device) == nullptr) return fail(Errc::unknown_device);
  return propose(
      [this, device, why, strict, revert_since_ms]() -> Result<circle::Payload> {
        circle::DeviceRemove remove{device, why, strict, {}, {}};
        // Rule 2: a remover states cuts only for categories that it holds.
        for (const auto& category : core_.replica_->categories())
          core_.append_cuts(device, category, remove.cuts);
        if (revert_since_ms) {
          remove.cuts.resize(std::min(remove.cuts.size(), limits::kCutsBesideReverts));
          core_.append_reverts(device, *revert_since_ms, remove.revert);
        }
        return circle::Payload(std::move(remove));
      },
      ticket);
}

Commands::Answer Commands::act(const RemoveDevice& command, Ticket ticket) {
  if (command.device == core_.self_) return fail(Errc::usage);
  const auto why = command.lost ? circle::RemoveWhy::lost : circle::RemoveWhy::removed;
  return remove_device(command.device, why, command.lost, command.revert_since_ms, ticket);
}
Commands::Answer Commands::act(const LeaveCircle&, Ticket ticket) {
  return remove_device(core_.self_, circle::RemoveWhy::left, false, {}, ticket);
}

Commands::Answer Commands::act(const UndoPairing&, Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  const circle::DeviceInfo* newest = nullptr;
  for (const auto& [id, device] : core_.view().devices()) {
    const bool recent = device.at.ms + kUndoMs > core_.now_.wall.ms;
    if (device.added_by != core_.self_ || id == core_.self_ || !recent) continue;
    if (device.state != circle::DeviceState::live) continue;
    if (newest == nullptr || device.at > newest->at) newest = &device;
  }
  if (newest == nullptr) return fail(Errc::not_found);
  return remove_device(newest->id, circle::RemoveWhy::undone, false, {}, ticket);
}

// ---- categories and consent

Commands::Answer Commands::act(const CreateCategory& command, Ticket ticket) {
  TROTH_CHECK(check_text(command.name, limits::kNameBytes, false));
  TROTH_CHECK(check_text(command.purpose, limits::kPurposeBytes, false));
  TROTH_CHECK(check_text(command.data_class, limits::kNameBytes, true));
  if (!core_.alive()) return fail(Errc::not_live);
  for (const auto& [id, category] : core_.view().categories()) {
    if (category.name == command.name && !category.retired && !category.is_void)
      return fail(Errc::exists);
  }
  return propose(
      [this, command]() -> Result<circle::Payload> {
        circle::CategoryCreate create{command.name, command.purpose, command.data_class, 1, {}};
        circle::GrantTerms own;
        own.subject = core_.self_;
        own.purpose = command.purpose;
        own.locale = "en";
        consent::NoticeTerms shown{core_.own_->descriptor.name,
                                   core_.own_->member_name,
                                   command.name,
                                   command.purpose,
                                   Direction::both,
                                   History::all,
                                   std::nullopt};
        if (shown.person.empty()) shown.person = shown.device;
        TROTH_TRY(own.notice, consent::notice_hash("en", shown));
        create.terms = own;
        return circle::Payload(std::move(create));
      },
      ticket, true);
}

Commands::Answer Commands::act(const UpdateCategory& command, Ticket ticket) {
  TROTH_CHECK(check_text(command.name, limits::kNameBytes, false));
  TROTH_CHECK(check_text(command.purpose, limits::kPurposeBytes, false));
  return propose(
      [this, command]() -> Result<circle::Payload> {
        const auto* category = core_.view().category(command.category);
        if (category == nullptr) return fail(Errc::unknown_category);
        return circle::Payload(circle::CategoryUpdate{command.category, command.name,
                                                      command.purpose, category->data_class,
                                                      category->schema});
      },
      ticket);
}

Commands::Answer Commands::act(const RetireCategory& command, Ticket ticket) {
  return propose(
      [command]() -> Result<circle::Payload> {
        return circle::Payload(circle::CategoryRetire{command.category});
      },
      ticket);
}

Commands::Answer Commands::act(const GrantConsent& command, Ticket ticket) {
  TROTH_CHECK(can_offer(command.terms));
  TROTH_CHECK(check_until(command.terms.until_ms, core_.now_.wall));
  if (!core_.alive()) return fail(Errc::not_live);
  const auto* device = core_.view().device(command.device);
  if (device == nullptr) return fail(Errc::unknown_device);
  if (core_.view().category(command.terms.category) == nullptr) return fail(Errc::unknown_category);
  return propose(
      [this, command, name = device->name]() -> Result<circle::Payload> {
        auto terms = make_terms(core_, command.terms, command.device, name);
        if (!consent::changes_something(terms, core_.view(), core_.expiry_clock()))
          return fail(Errc::granted_already);
        return circle::Payload(circle::Grant{std::move(terms)});
      },
      ticket);
}

Commands::Answer Commands::act(const WithdrawConsent& command, Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().category(command.category) == nullptr) return fail(Errc::unknown_category);
  if (core_.view().device(command.device) == nullptr) return fail(Errc::unknown_device);
  // What was taken back is erased there: never the only copy.
  const bool has = core_.view().entitled(command.device, command.category);
  if (has && !keyring::others_hold(core_.view(), command.category, command.device))
    return fail(Errc::last_holder);
  return propose(
      [this, command]() -> Result<circle::Payload> {
        circle::Withdraw withdraw{command.device, command.category, Direction::both, {}};
        core_.append_cuts(command.device, command.category, withdraw.cuts);
        return circle::Payload(std::move(withdraw));
      },
      ticket);
}

// Also after a no: who said it may think again as long as the offer stands.
Commands::Answer Commands::act(const AcceptOffer& command, Ticket ticket) {
  return propose(
      [this, command]() -> Result<circle::Payload> {
        circle::Accept accept;
        accept.entry = command.offer;
        bool over = false;
        for (const auto& ref : open_terms(command.offer)) {
          const auto& terms = core_.view().grant(ref)->terms;
          const auto& only = command.only;
          const bool wanted =
              only.empty() || std::find(only.begin(), only.end(), terms.category) != only.end();
          const bool ended = terms.until && *terms.until <= core_.expiry_clock();
          over = over || (wanted && ended);
          if (wanted && !ended) accept.accepted.push_back(ref.index);
        }
        if (accept.accepted.empty()) return fail(over ? Errc::grant_expired : Errc::not_found);
        return circle::Payload(std::move(accept));
      },
      ticket);
}

std::vector<circle::GrantRef> Commands::open_terms(const EntryId& offer) const {
  std::vector<circle::GrantRef> out;
  for (const auto& [ref, grant] : core_.view().grants()) {
    const bool open =
        grant.terms.subject == core_.self_ && grant.reason == circle::Reason::not_accepted;
    if (ref.entry == offer && open) out.push_back(ref);
  }
  return out;
}

// A no is an entry too: whoever offered sees it, and it is on record (spec 06 §2).
Commands::Answer Commands::act(const DeclineOffer& command, Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  const auto offers = core_.view().offers_to(core_.self_);
  const bool known = std::any_of(offers.begin(), offers.end(),
                                 [&](const auto& ref) { return ref.entry == command.offer; });
  if (!known) return fail(Errc::not_found);
  core_.touch(store::Durability::full);
  for (const auto& ref : open_terms(command.offer))
    remember_no(core_.view().grant(ref)->terms.category);
  circle::Accept nothing;
  nothing.entry = command.offer;
  return propose([nothing]() -> Result<circle::Payload> { return circle::Payload(nothing); },
                 ticket);
}

Commands::Answer Commands::act(const RotateKeys& command, Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  std::vector<CategoryId> categories;
  if (command.category) {
    if (core_.view().category(*command.category) == nullptr) return fail(Errc::unknown_category);
    categories.push_back(*command.category);
  } else {
    categories = core_.keyring_->categories();
  }
  duties_.rotate(std::move(categories), ticket, [this, ticket](const Result<EntryId>& entry) {
    if (entry) {
      core_.out_.emit(Done{ticket, to_bytes(entry->bytes)});
    } else {
      const auto code = entry.error().code;
      core_.out_.emit(Failed{ticket, code, code == Errc::again ? "rotated_lately" : ""});
    }
  });
  return Outcome{true, {}};
}

// ---- the rest

Commands::Answer Commands::act(const AddFolder& command, Ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().category(command.category) == nullptr) return fail(Errc::unknown_category);
  TROTH_TRY(auto id, files_.add(command));
  return Outcome{false, std::move(id)};
}
Commands::Answer Commands::act(const RemoveFolder& command, Ticket) {
  TROTH_CHECK(files_.remove(command));
  return Outcome{};
}
Commands::Answer Commands::act(const AcknowledgeAlert& command, Ticket) {
  TROTH_CHECK(core_.acknowledge(command.id));
  return Outcome{};
}

}  // namespace troth::device
