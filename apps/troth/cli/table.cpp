#include "apps/troth/cli/command.hpp"
#include "apps/troth/cli/runs.hpp"

namespace troth::app {

namespace {
constexpr Command kCommands[] = {
    {"up",
     "--name= --member= --join --passphrase-file= --listen= --discovery= --interfaces=", run_up},
    {"down", "", run_down},
    {"init", "--name= --member= --join --passphrase-file= --keystore=", run_init},
    {"daemon",
     "--listen= --console= --discovery= --interfaces= --relay= --passphrase-file= --passphrase-fd=",
     run_daemon},
    {"unlock", "--passphrase-file=", run_unlock},
    {"lock", "", run_lock},
    {"passphrase change", "--passphrase-file= --new-passphrase-file=", run_passphrase_change},
    {"id", "", run_id},
    {"pair", "--why= --words --lifetime= --share*=", run_pair},
    {"join", "CODE? --at= --name=", run_join},
    {"connect", "DEVICE ADDRESS", run_connect},
    {"devices", "", run_devices},
    {"device list", "", run_devices},
    {"device show", "DEVICE", run_device_show},
    {"device rename", "DEVICE NAME", run_device_rename},
    {"device remove", "DEVICE --lost --revert-since=", run_device_remove},
    {"leave", "", run_leave},
    {"undo", "DEVICE?", run_undo},
    {"category list", "", run_category_list},
    {"category show", "CATEGORY", run_category_show},
    {"category create", "NAME --purpose= --class=", run_category_create},
    {"category update", "CATEGORY --name= --purpose=", run_category_update},
    {"category retire", "CATEGORY", run_category_retire},
    {"grant", "CATEGORY DEVICE --direction= --for= --from-now", run_grant},
    {"withdraw", "CATEGORY DEVICE", run_withdraw},
    {"offers", "", run_offers},
    {"accept", "ID --only*=", run_accept},
    {"decline", "ID", run_decline},
    {"requests", "", run_unsupported},
    {"approve", "ID", run_unsupported},
    {"deny", "ID", run_unsupported},
    {"consent", "--all", run_consent},
    {"consent review", "", run_consent_review},
    {"consent receipt", "ID", run_receipt},
    {"renew", "--all", run_renew},
    {"put", "CATEGORY ITEM? FIELD* --from=", run_put},
    {"get", "CATEGORY ITEM?", run_get},
    {"list", "CATEGORY", run_list},
    {"delete", "CATEGORY ITEM?", run_delete},
    {"undelete", "CATEGORY ITEM?", run_undelete},
    {"history", "ITEM OTHER?", run_history},
    {"review", "--id= --all", run_review},
    {"review adopt", "ID", run_review_adopt},
    {"watch", "CATEGORY --since=", run_watch},
    {"import", "CATEGORY FILE", run_import},
    {"export", "CATEGORY", run_export},
    {"conflicts", "", run_unsupported},
    {"inspect", "ITEM OTHER?", run_inspect},
    {"folder add", "CATEGORY PATH", run_folder_add},
    {"folder list", "", run_folder_list},
    {"folder remove", "PATH", run_folder_remove},
    {"versions", "PATH", run_unsupported},
    {"restore", "PATH", run_unsupported},
    {"status", "", run_status},
    {"wait", "--ready --for= --category= --items= --synced --idle --timeout=", run_wait},
    {"pause", "WHAT? --for=", run_pause},
    {"resume", "WHAT?", run_resume},
    {"queue", "", run_queue},
    {"transfers", "--watch", run_transfers},
    {"events", "--since=", run_events},
    {"alerts", "--all", run_alerts},
    {"alerts ack", "ID", run_alerts_ack},
    {"rotate", "CATEGORY?", run_rotate},
    {"recovery create", "", run_unsupported},
    {"recovery check", "", run_unsupported},
    {"recovery use", "", run_unsupported},
    {"member", "", run_unsupported},
    {"role", "", run_unsupported},
    {"policy", "", run_unsupported},
    {"flags", "", run_unsupported},
    {"analytics", "", run_unsupported},
    {"audit list", "", run_audit_list},
    {"audit verify", "--device=", run_audit_verify},
    {"audit export", "", run_audit_list},
    {"verify", "FILE", run_verify},
    {"report", "--html=", run_unsupported},
    {"metrics", "", run_unsupported},
    {"doctor", "", run_doctor},
    {"console", "", run_unsupported},
    {"config get", "KEY", run_config_get},
    {"config set", "KEY VALUE", run_config_set},
    {"config unset", "KEY", run_config_unset},
    {"config list", "", run_config_list},
    {"version", "", run_version},
    {"completion", "SHELL", run_completion},
    {"help", "TOPIC*", run_help}};
}  // namespace

std::span<const Command> commands() { return kCommands; }

std::optional<std::string> Invocation::find(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Invocation::all(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace troth::app
