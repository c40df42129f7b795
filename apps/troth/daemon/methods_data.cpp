// Methods about data: items by id or name, what was set aside, watching.
#include <algorithm>

#include "apps/troth/daemon/find_item.hpp"
#include "apps/troth/daemon/methods.hpp"
#include "apps/troth/values.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::app {

namespace {

constexpr std::uint32_t kListStep = 32;
constexpr std::size_t kListRows = 256;
constexpr std::size_t kListBytes = 4 * 1024 * 1024;

// A record that was printed by export carries both the id and the name. The name counts where the
// item is new, so that it is found by name in the category that it comes to.
Result<FoundItem> item_of_record(Daemon& daemon, const CategoryId& category, const Json& json,
                                 std::string& name) {
  const std::string text = string_at(json, "item").value_or("-");
  name = string_at(json, "name").value_or("");
  if (name.empty() || name.size() > limits::kNameBytes) {
    TROTH_TRY(const auto found, item_to_write(daemon, category, text));
    if (found.named_new) name = text;
    return found;
  }
  const auto id = full_id(text);
  if (id && (is_there(daemon, category, *id) || was_there(daemon, category, *id)))
    return FoundItem{*id};
  const ItemId named = item_of_name(category, name);
  return FoundItem{named, !is_there(daemon, category, named)};
}

Result<PutItem> read_put(Daemon& daemon, const CategoryId& category, const Json& json,
                         std::string_view& reason) {
  std::string name;
  const auto found = item_of_record(daemon, category, json, name);
  if (!found) {
    if (found.error().code == Errc::bad_name) reason = "item_name_limits";
    return fail(found.error());
  }
  PutItem put{category, found->item, {}};
  const Json& fields = member(json, "fields");
  if (!fields.is_object() || fields.empty()) return fail(Errc::usage);
  for (const auto& [field, value] : fields.items()) {
    if (field.empty() || field.size() > limits::kFieldNameBytes || field.starts_with('.')) {
      reason = "field_name_limits";
      return fail(Errc::bad_name);
    }
    TROTH_TRY(auto bytes, value_from_json(value));
    put.fields.push_back({field, std::move(bytes)});
  }
  if (found->named_new) {
    TROTH_TRY(auto bytes, value_from_json(Json(name)));
    put.fields.push_back({std::string(kNameField), std::move(bytes)});
  }
  return put;
}

struct Place {
  CategoryId category;
  ItemId item;
};
// "a in notes (0123456789ab)": enough to say which one is meant.
std::vector<std::string> place_texts(Daemon& d, const std::vector<Place>& places) {
  std::vector<std::string> out;
  for (const auto& place : places) {
    std::string name;
    if (const auto item = d.pump().query(ItemQuery{place.category, place.item})) {
      const Json shown = item_json(*item, d.book());
      name = string_at(shown, "name").value_or("");
    }
    out.push_back((name.empty() ? hex(place.item) : name + " (" + hex(place.item) + ")") + ", " +
                  d.book().category_name(place.category));
  }
  return out;
}

std::vector<std::string> item_candidates(Daemon& d, const CategoryId& category,
                                         const std::string& prefix) {
  std::vector<Place> places;
  const auto found = by_prefix(d, category, prefix);
  for (const auto& item : found.value_or(std::vector<ItemId>{})) places.push_back({category, item});
  return place_texts(d, places);
}

// params: category, items [{item, fields}], at most 256 in one step.
void put(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  PutItems command;
  Json ids = Json::array();
  for (const Json& one : member(r.params(), "items")) {
    std::string_view reason;
    auto item = read_put(d, *category, one, reason);
    if (!item) {
      std::vector<std::string> candidates;
      if (item.error().code == Errc::ambiguous)
        candidates = item_candidates(d, *category, string_at(one, "item").value_or(""));
      return r.failed_at(command.items.size(), item.error().code, reason, std::move(candidates));
    }
    ids.push_back(hex(item->item));
    command.items.push_back(std::move(*item));
  }
  if (command.items.empty() || command.items.size() > limits::kOpsPerBatch)
    return r.failed(Errc::usage);
  const auto answer = [ids](const Done&) { return Json{{"v", 1}, {"items", ids}}; };
  if (command.items.size() == 1) return d.submit(r, std::move(command.items[0]), answer);
  d.submit(r, std::move(command), answer);
}

// Why nothing was brought back, where that is because it is there.
std::string_view why_not_deleted(Daemon& d, const std::vector<Place>& named) {
  const bool live = std::any_of(named.begin(), named.end(), [&](const Place& place) {
    return is_there(d, place.category, place.item);
  });
  return live ? "not_deleted" : "";
}

// category may be absent: then all are searched. which: of the items that fit. Answers the
// request when nothing fits, and when more than one does.
std::optional<Place> place_of(Daemon& d, const Request& r, Which which = Which::live) {
  const std::string item = r.text("item");
  std::vector<CategoryId> in;
  if (r.params().contains("category")) {
    const auto category = d.category(r, r.text("category"));
    if (!category) return std::nullopt;
    in.push_back(*category);
  } else {
    for (const auto& category : d.book().categories) in.push_back(category.category);
  }
  std::vector<Place> fits;
  std::vector<Place> named;
  for (const auto& category : in) {
    for (const auto& found : find_items(d, category, item, which)) {
      named.push_back({category, found});
      if (counts(d, category, found, which)) fits.push_back({category, found});
    }
  }
  if (fits.size() == 1) return fits.front();
  if (fits.size() > 1) {
    r.failed(Errc::ambiguous, {}, place_texts(d, fits));
    return std::nullopt;
  }
  const auto live = which == Which::deleted ? why_not_deleted(d, named) : std::string_view();
  if (!live.empty()) {
    r.failed(Errc::unknown_item, live);
    return std::nullopt;
  }
  // One place that holds nothing: the engine says why, such as that it was deleted.
  if (in.size() == 1 && named.size() == 1) return named.front();
  d.unknown(r, Errc::unknown_item, which == Which::deleted ? "none_deleted" : "");
  return std::nullopt;
}

void get(Daemon& d, const Request& r) {
  const auto place = place_of(d, r);
  if (!place) return;
  const auto item = d.ask(r, ItemQuery{place->category, place->item});
  if (item) r.done(item_json(*item, d.book()));
}

std::size_t bytes_of(const ItemInfo& item) {
  std::size_t bytes = 0;
  for (const auto& field : item.fields) bytes += field.name.size() + field.value.size();
  return bytes;
}

// A page ends by bytes, too: what waits for a client is bounded, and items may be wide. And it ends
// where a walk over deleted items took long, with rows or without: others wait for the answer.
void list(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  ListQuery query;
  query.category = *category;
  if (const auto after = full_id(r.text("after"))) query.after = *after;
  query.limit = kListStep;
  Json rows = Json::array();
  std::size_t bytes = 0;
  for (bool room = true, more = true; room && more;) {
    const auto items = d.ask(r, query);
    if (!items) return;
    const bool long_walk = !items->empty() && items->back().deleted;
    more = items->size() >= query.limit || long_walk;
    for (const auto& item : *items) {
      bytes += bytes_of(item);
      room = rows.empty() || (bytes <= kListBytes && rows.size() < kListRows);
      if (!room) break;
      query.after = item.item;
      if (!item.deleted) rows.push_back(item_json(item, d.book()));
    }
    if (room && !more) query.after.reset();
    if (long_walk) break;
  }
  r.done(Json{{"rows", std::move(rows)}, {"next", query.after ? Json(hex(*query.after)) : Json()}});
}

void remove(Daemon& d, const Request& r) {
  const auto place = place_of(d, r);
  if (!place || !d.ask(r, ItemQuery{place->category, place->item})) return;
  d.submit(r, DeleteItem{place->category, place->item}, [id = hex(place->item)](const Done&) {
    return Json{{"v", 1}, {"deleted", id}};
  });
}

void undelete(Daemon& d, const Request& r) {
  const auto place = place_of(d, r, Which::deleted);
  if (!place) return;
  d.submit(r, UndeleteItem{place->category, place->item}, [id = hex(place->item)](const Done&) {
    return Json{{"v", 1}, {"undeleted", id}};
  });
}

// Each version of a file is written with its path again, and so is its end: that it was deleted
// stands in a change of its own (spec 10 §2).
bool only_says_of_a_file(const ItemInfo& change) {
  return std::all_of(change.fields.begin(), change.fields.end(), [](const FieldValue& field) {
    return field.name == "path" || field.name == "manifest";
  });
}

void history(Daemon& d, const Request& r) {
  const auto place = place_of(d, r, Which::both);
  if (!place) return;
  const auto all = d.ask(r, HistoryQuery{place->category, place->item});
  if (!all) return;
  if (all->empty()) return r.failed(Errc::unknown_item);
  const bool file = std::any_of(all->begin(), all->end(), [](const auto& o) { return o.file; });
  Json rows = Json::array();
  for (const auto& one : *all) {
    if (!file || one.file || !only_says_of_a_file(one)) rows.push_back(item_json(one, d.book()));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

void inspect(Daemon& d, const Request& r) {
  const auto place = place_of(d, r);
  if (!place) return;
  const auto all = d.ask(r, InspectQuery{place->category, place->item});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& one : *all) {
    if (one.field.starts_with('.')) continue;
    Json row{{"v", 1},
             {"item", hex(place->item)},
             {"field", one.field},
             {"suite", one.suite},
             {"category", d.book().category_name(one.category)},
             {"epoch", one.epoch},
             {"author", nullptr},
             {"author_id", hex(one.author)},
             {"counter", one.counter},
             {"batch", hex(one.batch)},
             {"proof", one.proof_ok}};
    d.book().put_device(row, "author", one.author);
    rows.push_back(std::move(row));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

// ---- what was set aside

std::optional<std::vector<SetAsideInfo>> set_aside(Daemon& d, const Request& r,
                                                   std::optional<std::uint64_t> id) {
  auto found = d.ask(r, SetAsideQuery{id});
  if (!found) return std::nullopt;
  if (id && found->empty()) {
    r.failed(Errc::not_found, "no_set_aside");
    return std::nullopt;
  }
  return std::move(*found);
}

void review(Daemon& d, const Request& r) {
  const auto all = set_aside(d, r, number_at(r.params(), "id"));
  if (!all) return;
  Json rows = Json::array();
  for (const auto& one : *all) {
    if (one.left > 0 || flag_at(r.params(), "all") || number_at(r.params(), "id"))
      rows.push_back(set_aside_json(one, d.book()));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

void adopt(Daemon& d, const Request& r) {
  const auto id = number_at(r.params(), "id").value_or(0);
  const auto found = set_aside(d, r, id);
  if (!found) return;
  d.submit(r, AdoptSetAside{found->front().category, id},
           [id, left = found->front().left](const Done&) {
             return Json{{"v", 1}, {"id", id}, {"changes", left}};
           });
}

void watch(Daemon& d, const Request& r) { d.feed().watch(r); }

}  // namespace

std::span<const MethodRow> data_methods() {
  static constexpr MethodRow kRows[] = {
      {"put", put},           {"get", get},         {"list", list},     {"delete", remove},
      {"undelete", undelete}, {"history", history}, {"review", review}, {"review.adopt", adopt},
      {"inspect", inspect},   {"watch", watch}};
  return kRows;
}

}  // namespace troth::app
