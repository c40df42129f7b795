// One function a command; each gives the exit code. Which file holds which: commands_*.cpp by
// subject.
#pragma once

#include "apps/troth/cli/dialogue.hpp"

namespace troth::app {

int run_up(Context& context);
int run_down(Context& context);
int run_init(Context& context);
int run_daemon(Context& context);
int run_unlock(Context& context);
int run_lock(Context& context);
int run_passphrase_change(Context& context);
int run_id(Context& context);
int run_connect(Context& context);
int run_devices(Context& context);
int run_device_show(Context& context);
int run_device_rename(Context& context);
int run_device_remove(Context& context);
int run_leave(Context& context);
int run_undo(Context& context);
int run_category_list(Context& context);
int run_category_show(Context& context);
int run_category_create(Context& context);
int run_category_update(Context& context);
int run_category_retire(Context& context);
int run_grant(Context& context);
int run_renew(Context& context);
int run_withdraw(Context& context);
int run_offers(Context& context);
int run_accept(Context& context);
int run_decline(Context& context);
int run_unsupported(Context& context);
int run_consent(Context& context);
int run_consent_review(Context& context);
int run_receipt(Context& context);
int run_verify(Context& context);
int run_put(Context& context);
int run_get(Context& context);
int run_list(Context& context);
int run_export(Context& context);
int run_delete(Context& context);
int run_undelete(Context& context);
int run_history(Context& context);
int run_review(Context& context);
int run_review_adopt(Context& context);
int run_watch(Context& context);
int run_import(Context& context);
int run_inspect(Context& context);
int run_folder_add(Context& context);
int run_folder_list(Context& context);
int run_folder_remove(Context& context);
int run_status(Context& context);
int run_wait(Context& context);
int run_pause(Context& context);
int run_resume(Context& context);
int run_queue(Context& context);
int run_transfers(Context& context);
int run_events(Context& context);
int run_alerts(Context& context);
int run_alerts_ack(Context& context);
int run_rotate(Context& context);
int run_audit_list(Context& context);
int run_audit_verify(Context& context);
int run_doctor(Context& context);
int run_config_get(Context& context);
int run_config_set(Context& context);
int run_config_unset(Context& context);
int run_config_list(Context& context);
int run_version(Context& context);
int run_completion(Context& context);
int run_help(Context& context);

}  // namespace troth::app
