// Field lists of the queries and of their answers (spec 14 §7).
#pragma once

#include "capi/values.hpp"

namespace troth {

using Query =
    std::variant<IdentityQuery, DevicesQuery, CategoriesQuery, ConsentQuery, OffersQuery, ItemQuery,
                 ListQuery, ChangesQuery, HistoryQuery, InspectQuery, StatusQuery, AlertsQuery,
                 AuditQuery, AuditCheckQuery, SetAsideQuery, ReceiptQuery>;

}  // namespace troth

namespace troth::wire {

TROTH_FIELDS(IdentityQuery);
TROTH_FIELDS(DevicesQuery);
TROTH_FIELDS(CategoriesQuery);
TROTH_FIELDS(ConsentQuery, Field<1, &ConsentQuery::all>);
TROTH_FIELDS(OffersQuery);
TROTH_FIELDS(ItemQuery, Field<1, &ItemQuery::category>, Field<2, &ItemQuery::item>);
TROTH_FIELDS(ListQuery, Field<1, &ListQuery::category>, Field<2, &ListQuery::after>,
             Field<3, &ListQuery::limit>);
TROTH_FIELDS(ChangesQuery, Field<1, &ChangesQuery::category>, Field<2, &ChangesQuery::since>,
             Field<3, &ChangesQuery::limit>);
TROTH_FIELDS(HistoryQuery, Field<1, &HistoryQuery::category>, Field<2, &HistoryQuery::item>);
TROTH_FIELDS(InspectQuery, Field<1, &InspectQuery::category>, Field<2, &InspectQuery::item>);
TROTH_FIELDS(StatusQuery);
TROTH_FIELDS(AlertsQuery, Field<1, &AlertsQuery::all>);
TROTH_FIELDS(AuditQuery, Field<1, &AuditQuery::from>, Field<2, &AuditQuery::limit>);
TROTH_FIELDS(AuditCheckQuery);
TROTH_FIELDS(SetAsideQuery, Field<1, &SetAsideQuery::id>);
TROTH_FIELDS(ReceiptQuery, Field<1, &ReceiptQuery::entry>, Field<2, &ReceiptQuery::index>);

template <>
struct KindsOf<Query> {
  using type =
      KindList<Kind<1, IdentityQuery>, Kind<2, DevicesQuery>, Kind<3, CategoriesQuery>,
               Kind<4, ConsentQuery>, Kind<5, OffersQuery>, Kind<6, ItemQuery>, Kind<7, ListQuery>,
               Kind<8, ChangesQuery>, Kind<9, HistoryQuery>, Kind<10, InspectQuery>,
               Kind<11, StatusQuery>, Kind<12, AlertsQuery>, Kind<13, AuditQuery>,
               Kind<14, AuditCheckQuery>, Kind<15, SetAsideQuery>, Kind<16, ReceiptQuery>>;
};

TROTH_FIELDS(IdentityQuery::Answer, Out<1, &IdentityQuery::Answer::state>,
             Out<2, &IdentityQuery::Answer::device>, Out<3, &IdentityQuery::Answer::name>,
             Out<4, &IdentityQuery::Answer::protection>, Out<5, &IdentityQuery::Answer::circle>,
             Out<6, &IdentityQuery::Answer::circle_words>, Out<7, &IdentityQuery::Answer::member>);
TROTH_FIELDS(DeviceInfo, Out<1, &DeviceInfo::device>, Out<2, &DeviceInfo::name>,
             Out<3, &DeviceInfo::model>, Out<4, &DeviceInfo::os>, Out<5, &DeviceInfo::protection>,
             Out<6, &DeviceInfo::state>, Out<7, &DeviceInfo::added_ms>,
             Out<8, &DeviceInfo::added_by>, Out<9, &DeviceInfo::key_words>,
             Out<10, &DeviceInfo::is_self>, Out<11, &DeviceInfo::connected>,
             Out<12, &DeviceInfo::address>);
TROTH_FIELDS(CategoryInfo, Out<1, &CategoryInfo::category>, Out<2, &CategoryInfo::name>,
             Out<3, &CategoryInfo::purpose>, Out<4, &CategoryInfo::data_class>,
             Out<5, &CategoryInfo::items>, Out<6, &CategoryInfo::state>,
             Out<7, &CategoryInfo::held>, Out<8, &CategoryInfo::held_reason>,
             Out<9, &CategoryInfo::holds_key>, Out<10, &CategoryInfo::set_aside>);
TROTH_FIELDS(GrantInfo, Out<1, &GrantInfo::entry>, Out<2, &GrantInfo::index>,
             Out<3, &GrantInfo::category>, Out<4, &GrantInfo::device>,
             Out<5, &GrantInfo::direction>, Out<6, &GrantInfo::history>,
             Out<7, &GrantInfo::purpose>, Out<8, &GrantInfo::given_ms>,
             Out<9, &GrantInfo::until_ms>, Out<10, &GrantInfo::given_by>,
             Out<11, &GrantInfo::state>, Out<12, &GrantInfo::notice_hash>);
TROTH_FIELDS(OfferInfo, Out<1, &OfferInfo::offer>, Out<2, &OfferInfo::from>,
             Out<3, &OfferInfo::at_ms>, Out<4, &OfferInfo::share>);
TROTH_FIELDS(FileFacts, Out<1, &FileFacts::path>, Out<2, &FileFacts::size>,
             Out<3, &FileFacts::mtime_ms>, Out<4, &FileFacts::executable>);
TROTH_FIELDS(ItemInfo, Out<1, &ItemInfo::category>, Out<2, &ItemInfo::item>,
             Out<3, &ItemInfo::fields>, Out<4, &ItemInfo::deleted>, Out<5, &ItemInfo::changed_ms>,
             Out<6, &ItemInfo::changed_by>, Out<7, &ItemInfo::file>);
TROTH_FIELDS(SetAsideInfo, Out<1, &SetAsideInfo::id>, Out<2, &SetAsideInfo::category>,
             Out<3, &SetAsideInfo::device>, Out<4, &SetAsideInfo::reason>,
             Out<5, &SetAsideInfo::changes>, Out<6, &SetAsideInfo::left>,
             Out<7, &SetAsideInfo::items>);
TROTH_FIELDS(InspectInfo, Out<1, &InspectInfo::suite>, Out<2, &InspectInfo::category>,
             Out<3, &InspectInfo::epoch>, Out<4, &InspectInfo::author>,
             Out<5, &InspectInfo::counter>, Out<6, &InspectInfo::batch>,
             Out<7, &InspectInfo::proof_ok>, Out<8, &InspectInfo::field>);
TROTH_FIELDS(FilesOnTheWay, Out<1, &FilesOnTheWay::category>, Out<2, &FilesOnTheWay::files>,
             Out<3, &FilesOnTheWay::bytes>);
TROTH_FIELDS(PeerInfo, Out<1, &PeerInfo::device>, Out<2, &PeerInfo::name>,
             Out<3, &PeerInfo::connected>, Out<4, &PeerInfo::behind_items>,
             Out<5, &PeerInfo::behind_bytes>, Out<6, &PeerInfo::last_seen_ms>,
             Out<7, &PeerInfo::last_equal_ms>, Out<8, &PeerInfo::reason>, Out<9, &PeerInfo::files>);
TROTH_FIELDS(LeftAlone, Out<1, &LeftAlone::path>, Out<2, &LeftAlone::reason>);
TROTH_FIELDS(FolderInfo, Out<1, &FolderInfo::folder>, Out<2, &FolderInfo::category>,
             Out<3, &FolderInfo::path>, Out<4, &FolderInfo::files>, Out<5, &FolderInfo::waiting>,
             Out<6, &FolderInfo::left_alone>, Out<7, &FolderInfo::scanned>,
             Out<8, &FolderInfo::left>);
TROTH_FIELDS(ClassQueue, Out<1, &ClassQueue::name>, Out<2, &ClassQueue::items>,
             Out<3, &ClassQueue::bytes>);
TROTH_FIELDS(StatusQuery::Answer, Out<1, &StatusQuery::Answer::state>,
             Out<2, &StatusQuery::Answer::reason>, Out<3, &StatusQuery::Answer::peers>,
             Out<4, &StatusQuery::Answer::categories>, Out<5, &StatusQuery::Answer::folders>,
             Out<6, &StatusQuery::Answer::queue_items>, Out<7, &StatusQuery::Answer::queue_bytes>,
             Out<8, &StatusQuery::Answer::paused>, Out<9, &StatusQuery::Answer::clock_offset_ms>,
             Out<10, &StatusQuery::Answer::alerts>, Out<11, &StatusQuery::Answer::pending>,
             Out<12, &StatusQuery::Answer::expiring>, Out<13, &StatusQuery::Answer::drafts>);
TROTH_FIELDS(AlertInfo, Out<1, &AlertInfo::id>, Out<2, &AlertInfo::at_ms>, Out<3, &AlertInfo::kind>,
             Out<4, &AlertInfo::device>, Out<5, &AlertInfo::acknowledged>);
TROTH_FIELDS(FactInfo, Out<1, &FactInfo::index>, Out<2, &FactInfo::at_ms>, Out<3, &FactInfo::kind>,
             Out<4, &FactInfo::subject>, Out<5, &FactInfo::number>);
TROTH_FIELDS(AuditCheckQuery::Answer, Out<1, &AuditCheckQuery::Answer::size>,
             Out<2, &AuditCheckQuery::Answer::root>, Out<3, &AuditCheckQuery::Answer::ok>);
TROTH_FIELDS(ReceiptFacts, Out<1, &ReceiptFacts::circle>, Out<2, &ReceiptFacts::circle_words>,
             Out<3, &ReceiptFacts::at_ms>, Out<4, &ReceiptFacts::grant>,
             Out<5, &ReceiptFacts::category_name>, Out<6, &ReceiptFacts::device_name>,
             Out<7, &ReceiptFacts::given_by_name>, Out<8, &ReceiptFacts::record>);
TROTH_FIELDS(ReceiptQuery::Answer, Out<1, &ReceiptQuery::Answer::facts>,
             Out<2, &ReceiptQuery::Answer::receipt>);

}  // namespace troth::wire
