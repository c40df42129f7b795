// Results as people read them. Everything that another device wrote goes through safe_text.
#pragma once

#include "apps/troth/cli/output.hpp"

namespace troth::app {

void show_id(const Output& out, const Json& json);
void show_device(const Output& out, const Json& json);
void show_category(const Output& out, const Json& json);
void show_renewal(const Output& out, const Json& json);
void show_consent(const Output& out, const Json& json);
void show_receipt(const Output& out, const Json& json);  // without its proof: one that was checked
void show_offer(const Output& out, const Json& json);
void show_item(const Output& out, const Json& json);
void show_item_line(const Output& out, const Json& json);
void show_set_aside(const Output& out, const Json& json);
void show_adopted(const Output& out, const Json& json);
void show_history(const Output& out, const Json& json);
void show_inspect(const Output& out, const Json& json);
void show_folder_whole(const Output& out, const Json& json);
void show_folder(const Output& out, const Json& json);
void show_folder_added(const Output& out, const Json& json);
void show_folder_removed(const Output& out, const Json& json);
void show_status(const Output& out, const Json& json);
void show_transfers(const Output& out, const Json& json);
void show_progress(const Output& out, const Json& json);  // on one line of a terminal
void show_queue(const Output& out, const Json& json);
void show_alert(const Output& out, const Json& json);
void show_fact(const Output& out, const Json& json);
void show_event(const Output& out, const Json& json);
void show_change(const Output& out, const Json& json);

}  // namespace troth::app
