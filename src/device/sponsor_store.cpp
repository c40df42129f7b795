// PairFlow, the trusted device: what may be offered, what is stored once the applicant has agreed,
// and what it gets then.
#include "device/pair_flow.hpp"
#include "pairing/proof.hpp"

namespace troth::device {

// What no message carries is said before anything is signed, while fewer can still be chosen. The
// entry that will be signed differs from this one in what surrounds its payload.
Result<> PairFlow::fits(const std::vector<ShareTerms>& share) const {
  constexpr std::size_t kAround = 4096;  // most parents, names of fields, what sealing adds
  if (share.size() > limits::kCategories) return fail(Errc::limit);
  circle::DeviceAdd add;
  add.device = sponsoring_->applicant;
  add.th2 = Hash{};
  for (const auto& one : share)
    add.grants.push_back(terms_for(one, circle::device_id(add.device), add.device.name));
  const auto entry = circle::encode_payload(circle::Payload(std::move(add))).size() + kAround;
  const auto shown = wire::encode(pairing::P8{{}, cards(share)}).size();
  return require(entry <= limits::kEntryBytes && entry + shown <= limits::kPairingFrame,
                 Errc::too_long);
}

// P9: checked whole before anything is stored, so that a device is added and accepted in one step,
// or neither.
void PairFlow::sponsor_accept(const Bytes& accept) {
  auto& run = *sponsoring_;
  const auto entry = wire::decode<circle::Entry>(accept);
  if (!entry) return run.run->cancel(Errc::bad_entry);
  const auto taken = pairing::check_accept(*entry, run.device_add->body);
  if (!taken) return run.run->cancel(taken.error().code);
  if (const auto stored = sponsor_store(*entry); !stored)
    return run.run->cancel(stored.error().code);
  for (const auto index : taken->accepted) run.accepted.push_back(run.share[index].category);
  run.stored = true;
  core_.audit(audit::FactKind::paired, circle::device_id(run.applicant).view(),
              run.accepted.size());
  core_.log_grew_ = true;
  // Boxes last (rule 12): only now do keys move to the new device.
  const auto id = run.wire.id;
  duties_.rotate({}, {}, [this, id](const Result<EntryId>&) {
    if (sponsoring_ && sponsoring_->wire.id == id) sponsor_publish();
  });
}

Result<> PairFlow::sponsor_store(const circle::Entry& accept) {
  auto& run = *sponsoring_;
  if (run.again) {
    // It says now what it said then, or it is not the device that said it. Whoever was removed
    // while its user answered gets no log.
    const bool same = core_.log_->contains(accept.id()) && half_paired(run.applicant);
    return same ? Result<>() : fail(Errc::bad_entry);
  }
  if (const auto added = author_.commit(*run.device_add); !added)
    return fail(added.error().code == Errc::again ? Errc::key_reused : Errc::internal);
  author_.release();
  const auto result = core_.log_->offer({&accept, 1});
  core_.keep(result);
  if (!result.admitted.empty()) return {};
  // It was checked, so the log has no reason; a device without its accept gets nothing all the
  // same.
  core_.alert("pairing_accept", circle::device_id(run.applicant));
  return fail(Errc::internal);
}

void PairFlow::sponsor_publish() {
  std::vector<Bytes> entries;
  for (const auto& id : core_.log_->order()) {
    if (auto raw = core_.log_->raw(id)) entries.push_back(std::move(*raw));
  }
  sponsoring_->run->publish(entries, core_.now_.mono);
  drive_sponsor();
}

}  // namespace troth::device
