// Queries: answers from committed state. Nothing here writes.
#pragma once

#include "device/files.hpp"
#include "device/pauses.hpp"
#include "device/peers.hpp"
#include "device/sealing.hpp"

namespace troth::device {

class Queries {
 public:
  Queries(Core& core, Peers& peers, Files& files, Pauses& pauses, Sealing& sealing)
      : core_(core), peers_(peers), files_(files), pauses_(pauses), sealing_(sealing) {}

  Result<IdentityQuery::Answer> answer(const IdentityQuery&) const;
  Result<DevicesQuery::Answer> answer(const DevicesQuery&) const;
  Result<CategoriesQuery::Answer> answer(const CategoriesQuery&) const;
  Result<ConsentQuery::Answer> answer(const ConsentQuery&) const;
  Result<OffersQuery::Answer> answer(const OffersQuery&) const;
  Result<ItemQuery::Answer> answer(const ItemQuery&) const;
  Result<ListQuery::Answer> answer(const ListQuery&) const;
  Result<ChangesQuery::Answer> answer(const ChangesQuery&) const;
  Result<HistoryQuery::Answer> answer(const HistoryQuery&) const;
  Result<InspectQuery::Answer> answer(const InspectQuery&) const;
  Result<StatusQuery::Answer> answer(const StatusQuery&) const;
  Result<AlertsQuery::Answer> answer(const AlertsQuery&) const;
  Result<AuditQuery::Answer> answer(const AuditQuery&) const;
  Result<AuditCheckQuery::Answer> answer(const AuditCheckQuery&) const;
  Result<SetAsideQuery::Answer> answer(const SetAsideQuery&) const;
  Result<ReceiptQuery::Answer> answer(const ReceiptQuery&) const;

 private:
  [[nodiscard]] EngineState state() const;
  [[nodiscard]] std::string state_reason() const;
  [[nodiscard]] bool forked() const;
  [[nodiscard]] bool forked_here() const;
  [[nodiscard]] DeviceId device_of(const AuthorId& author) const;
  [[nodiscard]] Result<> readable(const CategoryId& category) const;
  [[nodiscard]] ItemInfo item_info(const CategoryId& category, const sync::ItemView& view) const;
  [[nodiscard]] Result<std::vector<SetAsideInfo>> set_asides(const CategoryId& category,
                                                             std::size_t limit,
                                                             std::optional<std::uint64_t> id) const;
  [[nodiscard]] Result<SetAsideInfo> set_aside(const CategoryId& category,
                                               const sync::SideBatch& batch, bool whole) const;
  [[nodiscard]] CategoryInfo category_info(const circle::CategoryInfo& category) const;
  struct Waiting {
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
  };
  using Drafts = std::map<CategoryId, Waiting>;  // of those that have any
  [[nodiscard]] Result<Drafts> count_drafts(std::vector<ClassQueue>& classes) const;
  [[nodiscard]] std::optional<std::uint64_t> behind(const DeviceId& device) const;
  [[nodiscard]] bool paused_with(const DeviceId& device) const;
  [[nodiscard]] std::string why_not_equal(const DeviceId& device, const Drafts& drafts) const;
  [[nodiscard]] PeerInfo peer_info(const circle::DeviceInfo& device, const Drafts& drafts) const;
  void fill_queue(StatusQuery::Answer& out) const;
  [[nodiscard]] GrantInfo told(const circle::GrantInfo& grant) const;
  [[nodiscard]] OfferedCategory offered(const circle::GrantTerms& terms) const;

  Core& core_;
  Peers& peers_;
  Files& files_;
  Pauses& pauses_;
  Sealing& sealing_;
};

}  // namespace troth::device
