// Methods about folders that are kept equal with a category.
#include <algorithm>

#include "apps/troth/daemon/methods.hpp"
#include "shell/folder/root.hpp"
#include "shell/texts/safe_text.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kShownPath = 400;  // in a message, where it is to be typed again

// Two folders that share files would send each other's changes round and round.
const char* refuse_folder(const std::string& path, const std::string& home,
                          const std::vector<FolderInfo>& others) {
  const char* reason = shell::refuse_root(path, home);
  if (*reason != '\0') return reason;
  const bool shared = std::any_of(others.begin(), others.end(), [&](const FolderInfo& one) {
    return one.path != path && shell::share_files(one.path, path);
  });
  return shared ? "folder_overlap" : "";
}

// A category has one folder, and a folder one category.
const FolderInfo* kept_already(const std::vector<FolderInfo>& all, const std::string& path,
                               const CategoryId& category) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const FolderInfo& one) {
    return one.path == path || one.category == category;
  });
  return found == all.end() ? nullptr : &*found;
}

void folder_add(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  const std::string path = r.text("path");
  const auto status = d.ask(r, StatusQuery{});
  if (!status) return;
  const char* reason = refuse_folder(path, d.home(), status->folders);
  if (*reason != '\0') {
    const bool other = std::string_view(reason) == "folder_not_yours";
    return r.failed(other ? Errc::not_permitted : Errc::usage, reason);
  }
  if (const auto* kept = kept_already(status->folders, path, *category)) {
    const std::string name = d.book().category_name(kept->category);
    return r.failed_with(
        error_json(Errc::exists, "folder_kept", {},
                   {shell::safe_quoted(kept->path, kShownPath), shell::safe_quoted(name)}));
  }
  d.submit(r, AddFolder{*category, path},
           [path, name = std::string(d.book().category_name(*category))](const Done&) {
             return Json{{"v", 1}, {"path", path}, {"category", name}};
           });
}

void folder_list(Daemon& d, const Request& r) {
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  const auto status = d.ask(r, StatusQuery{});
  if (!status) return;
  const Json shown = status_json(*status, *self, d.book(), d.folder_trouble());
  Json rows = Json::array();
  for (const Json& folder : shown["folders"]) {
    Json row{{"v", 1}};
    row.update(folder);
    rows.push_back(std::move(row));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

void folder_remove(Daemon& d, const Request& r) {
  std::string path = r.text("path");
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const auto status = d.ask(r, StatusQuery{});
  if (!status) return;
  const auto& all = status->folders;
  if (std::none_of(all.begin(), all.end(), [&](const auto& one) { return one.path == path; }))
    return r.failed(Errc::not_found, "no_folder");
  d.submit(r, RemoveFolder{path}, [path](const Done&) { return Json{{"v", 1}, {"path", path}}; });
}

}  // namespace

std::span<const MethodRow> folder_methods() {
  static constexpr MethodRow kRows[] = {
      {"folder.add", folder_add}, {"folder.list", folder_list}, {"folder.remove", folder_remove}};
  return kRows;
}

}  // namespace troth::app
