// Field lists of the commands (spec 14 §4).
#pragma once

#include "capi/values.hpp"

namespace troth::wire {

TROTH_FIELDS(InitDevice, Field<1, &InitDevice::name, limits::kNameBytes>,
             Field<2, &InitDevice::member, limits::kNameBytes>,
             Field<3, &InitDevice::model, limits::kNameBytes>,
             Field<4, &InitDevice::os, limits::kNameBytes>, Field<5, &InitDevice::join>);
TROTH_FIELDS(StartPairing, Field<1, &StartPairing::why, limits::kWhyBytes>,
             Field<2, &StartPairing::words>, Field<3, &StartPairing::lifetime_ms>);
TROTH_FIELDS(AnswerApplicant, Field<1, &AnswerApplicant::pairing>,
             Field<2, &AnswerApplicant::refuse>,
             Field<3, &AnswerApplicant::check, limits::kWhyBytes>,
             Field<4, &AnswerApplicant::share, limits::kCategories>);
TROTH_FIELDS(JoinCircle, Field<1, &JoinCircle::code, kCodeBytes>,
             Field<2, &JoinCircle::address, limits::kAddressBytes>,
             Field<3, &JoinCircle::name, limits::kNameBytes>);
TROTH_FIELDS(AnswerOffer, Field<1, &AnswerOffer::pairing>, Field<2, &AnswerOffer::refuse>,
             Field<3, &AnswerOffer::accept, limits::kCategories>);
TROTH_FIELDS(CancelPairing, Field<1, &CancelPairing::pairing>);
TROTH_FIELDS(ConnectDevice, Field<1, &ConnectDevice::device>,
             Field<2, &ConnectDevice::address, limits::kAddressBytes>);
TROTH_FIELDS(RenameDevice, Field<1, &RenameDevice::device>,
             Field<2, &RenameDevice::name, limits::kNameBytes>);
TROTH_FIELDS(RemoveDevice, Field<1, &RemoveDevice::device>, Field<2, &RemoveDevice::lost>,
             Field<3, &RemoveDevice::revert_since_ms>);
TROTH_FIELDS(LeaveCircle);
TROTH_FIELDS(UndoPairing);
TROTH_FIELDS(CreateCategory, Field<1, &CreateCategory::name, limits::kNameBytes>,
             Field<2, &CreateCategory::purpose, limits::kPurposeBytes>,
             Field<3, &CreateCategory::data_class, limits::kNameBytes>);
TROTH_FIELDS(UpdateCategory, Field<1, &UpdateCategory::category>,
             Field<2, &UpdateCategory::name, limits::kNameBytes>,
             Field<3, &UpdateCategory::purpose, limits::kPurposeBytes>);
TROTH_FIELDS(RetireCategory, Field<1, &RetireCategory::category>);
TROTH_FIELDS(GrantConsent, Field<1, &GrantConsent::device>, Field<2, &GrantConsent::terms>);
TROTH_FIELDS(WithdrawConsent, Field<1, &WithdrawConsent::category>,
             Field<2, &WithdrawConsent::device>);
TROTH_FIELDS(AcceptOffer, Field<1, &AcceptOffer::offer>,
             Field<2, &AcceptOffer::only, limits::kCategories>);
TROTH_FIELDS(DeclineOffer, Field<1, &DeclineOffer::offer>);
TROTH_FIELDS(RotateKeys, Field<1, &RotateKeys::category>);
TROTH_FIELDS(PutItem, Field<1, &PutItem::category>, Field<2, &PutItem::item>,
             Field<3, &PutItem::fields, limits::kItemFields>);
TROTH_FIELDS(PutItems, Field<1, &PutItems::items, limits::kOpsPerBatch>);
TROTH_FIELDS(DeleteItem, Field<1, &DeleteItem::category>, Field<2, &DeleteItem::item>);
TROTH_FIELDS(UndeleteItem, Field<1, &UndeleteItem::category>, Field<2, &UndeleteItem::item>);
TROTH_FIELDS(Pause, Field<1, &Pause::category>, Field<2, &Pause::device>, Field<3, &Pause::for_ms>);
TROTH_FIELDS(Resume, Field<1, &Resume::category>, Field<2, &Resume::device>);
TROTH_FIELDS(AddFolder, Field<1, &AddFolder::category>, Field<2, &AddFolder::path, kPathBytes>);
TROTH_FIELDS(RemoveFolder, Field<1, &RemoveFolder::path, kPathBytes>);
TROTH_FIELDS(AcknowledgeAlert, Field<1, &AcknowledgeAlert::id>);
TROTH_FIELDS(AdoptSetAside, Field<1, &AdoptSetAside::category>, Field<2, &AdoptSetAside::id>);

template <>
struct KindsOf<Command> {
  using type =
      KindList<Kind<1, InitDevice>, Kind<2, StartPairing>, Kind<3, AnswerApplicant>,
               Kind<4, JoinCircle>, Kind<5, AnswerOffer>, Kind<6, CancelPairing>,
               Kind<7, ConnectDevice>, Kind<8, RenameDevice>, Kind<9, RemoveDevice>,
               Kind<10, LeaveCircle>, Kind<11, UndoPairing>, Kind<12, CreateCategory>,
               Kind<13, UpdateCategory>, Kind<14, RetireCategory>, Kind<15, GrantConsent>,
               Kind<16, WithdrawConsent>, Kind<17, AcceptOffer>, Kind<18, DeclineOffer>,
               Kind<19, RotateKeys>, Kind<20, PutItem>, Kind<21, PutItems>, Kind<22, DeleteItem>,
               Kind<23, UndeleteItem>, Kind<24, Pause>, Kind<25, Resume>, Kind<26, AddFolder>,
               Kind<27, RemoveFolder>, Kind<28, AcknowledgeAlert>, Kind<29, AdoptSetAside>>;
};

}  // namespace troth::wire
