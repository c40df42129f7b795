// Field lists of what leaves the engine: events and effects (spec 14 §5, §6).
#pragma once

#include "capi/values.hpp"

namespace troth::wire {

TROTH_FIELDS(KeyRequest, Out<1, &KeyRequest::op>, Out<2, &KeyRequest::input>,
             Out<3, &KeyRequest::why>);
TROTH_FIELDS(Done, Out<1, &Done::ticket>, Out<2, &Done::id>);
TROTH_FIELDS(Failed, Out<1, &Failed::ticket>, Out<2, &Failed::code>, Out<3, &Failed::reason>);
TROTH_FIELDS(PairingCode, Out<1, &PairingCode::pairing>, Out<2, &PairingCode::code>,
             Out<3, &PairingCode::qr>, Out<4, &PairingCode::expires_in_ms>);
TROTH_FIELDS(PairingApplicant, Out<1, &PairingApplicant::pairing>, Out<2, &PairingApplicant::name>,
             Out<3, &PairingApplicant::model>, Out<4, &PairingApplicant::os>,
             Out<5, &PairingApplicant::protection>, Out<6, &PairingApplicant::key_words>);
TROTH_FIELDS(PairingCheck, Out<1, &PairingCheck::pairing>, Out<2, &PairingCheck::check>,
             Out<3, &PairingCheck::circle_words>);
TROTH_FIELDS(PairingOffer, Out<1, &PairingOffer::pairing>, Out<2, &PairingOffer::circle_words>,
             Out<3, &PairingOffer::sponsor>, Out<4, &PairingOffer::why>,
             Out<5, &PairingOffer::share>);
TROTH_FIELDS(Paired, Out<1, &Paired::pairing>, Out<2, &Paired::device>, Out<3, &Paired::accepted>);
TROTH_FIELDS(PairingFailed, Out<1, &PairingFailed::pairing>, Out<2, &PairingFailed::code>,
             Out<3, &PairingFailed::reason>, Out<4, &PairingFailed::tries_left>);
TROTH_FIELDS(ItemChanged, Out<1, &ItemChanged::category>, Out<2, &ItemChanged::item>,
             Out<3, &ItemChanged::cursor>, Out<4, &ItemChanged::deleted>);
TROTH_FIELDS(OfferArrived, Out<1, &OfferArrived::offer>);
TROTH_FIELDS(ConsentNeeded, Out<1, &ConsentNeeded::category>, Out<2, &ConsentNeeded::device>,
             Out<3, &ConsentNeeded::why>);
TROTH_FIELDS(PeerChanged, Out<1, &PeerChanged::device>, Out<2, &PeerChanged::connected>);
TROTH_FIELDS(CircleChanged);
TROTH_FIELDS(AlertRaised, Out<1, &AlertRaised::id>);
TROTH_FIELDS(TransferProgress, Out<1, &TransferProgress::category>,
             Out<2, &TransferProgress::files_done>, Out<3, &TransferProgress::files_total>,
             Out<4, &TransferProgress::bytes_done>, Out<5, &TransferProgress::bytes_total>);
TROTH_FIELDS(Noticed, Out<1, &Noticed::reason>, Out<2, &Noticed::about>);
TROTH_FIELDS(PairingAttempt, Out<1, &PairingAttempt::pairing>, Out<2, &PairingAttempt::tries_left>);

template <>
struct KindsOf<Event> {
  using type = KindList<Kind<1, Done>, Kind<2, Failed>, Kind<3, PairingCode>,
                        Kind<4, PairingApplicant>, Kind<5, PairingCheck>, Kind<6, PairingOffer>,
                        Kind<7, Paired>, Kind<8, PairingFailed>, Kind<9, ItemChanged>,
                        Kind<10, OfferArrived>, Kind<11, ConsentNeeded>, Kind<12, PeerChanged>,
                        Kind<13, CircleChanged>, Kind<14, AlertRaised>, Kind<15, TransferProgress>,
                        Kind<16, Noticed>, Kind<17, PairingAttempt>>;
};

TROTH_FIELDS(PerformKeyOperation, Out<1, &PerformKeyOperation::ticket>,
             Out<2, &PerformKeyOperation::request>, Out<3, &PerformKeyOperation::command>);
TROTH_FIELDS(Dial, Out<1, &Dial::attempt>, Out<2, &Dial::address>);
TROTH_FIELDS(CloseConnection, Out<1, &CloseConnection::connection>);
TROTH_FIELDS(ReadFile, Out<1, &ReadFile::ticket>, Out<2, &ReadFile::folder>,
             Out<3, &ReadFile::path>, Out<4, &ReadFile::offset>, Out<5, &ReadFile::length>);
TROTH_FIELDS(WriteTemp, Out<1, &WriteTemp::ticket>, Out<2, &WriteTemp::folder>,
             Out<3, &WriteTemp::temp>, Out<4, &WriteTemp::offset>, Out<5, &WriteTemp::data>);
TROTH_FIELDS(FinishFile, Out<1, &FinishFile::ticket>, Out<2, &FinishFile::folder>,
             Out<3, &FinishFile::temp>, Out<4, &FinishFile::path>, Out<5, &FinishFile::mtime_ns>,
             Out<6, &FinishFile::executable>, Out<7, &FinishFile::expected>);
TROTH_FIELDS(DiscardTemp, Out<1, &DiscardTemp::folder>, Out<2, &DiscardTemp::temp>);
TROTH_FIELDS(RemoveFile, Out<1, &RemoveFile::ticket>, Out<2, &RemoveFile::folder>,
             Out<3, &RemoveFile::path>, Out<4, &RemoveFile::expected>);
TROTH_FIELDS(MoveFile, Out<1, &MoveFile::ticket>, Out<2, &MoveFile::folder>,
             Out<3, &MoveFile::from>, Out<4, &MoveFile::to>);
TROTH_FIELDS(BindFolder, Out<1, &BindFolder::folder>, Out<2, &BindFolder::path>);
TROTH_FIELDS(UnbindFolder, Out<1, &UnbindFolder::folder>);
TROTH_FIELDS(SaveGuard, Out<1, &SaveGuard::ticket>, Out<2, &SaveGuard::incarnation>,
             Out<3, &SaveGuard::reserved>);
TROTH_FIELDS(Discover, Out<1, &Discover::ticket>, Out<2, &Discover::say>, Out<3, &Discover::look>);
TROTH_FIELDS(LookUp, Out<1, &LookUp::ticket>, Out<2, &LookUp::name>);

template <>
struct KindsOf<Effect> {
  using type =
      KindList<Kind<1, PerformKeyOperation>, Kind<2, Dial>, Kind<3, CloseConnection>,
               Kind<4, ReadFile>, Kind<5, WriteTemp>, Kind<6, FinishFile>, Kind<7, DiscardTemp>,
               Kind<8, RemoveFile>, Kind<9, MoveFile>, Kind<10, BindFolder>, Kind<11, UnbindFolder>,
               Kind<12, SaveGuard>, Kind<13, Discover>, Kind<14, LookUp>>;
};

}  // namespace troth::wire
