#include "apps/troth/receipt.hpp"

#include <algorithm>

#include "apps/troth/daemon/book.hpp"

namespace troth::app {

namespace {

// The names that the receipt itself proves.
Book names_in(const ReceiptFacts& facts) {
  Book book;
  const auto name = [&](const DeviceId& id, const std::string& text) {
    DeviceInfo device;
    device.device = id;
    device.name = text;
    book.devices.push_back(std::move(device));
  };
  name(facts.grant.device, facts.device_name);
  if (facts.grant.given_by != facts.grant.device) name(facts.grant.given_by, facts.given_by_name);
  CategoryInfo category;
  category.category = facts.grant.category;
  category.name = facts.category_name;
  book.categories.push_back(std::move(category));
  return book;
}

// Other programs may write the members of an object in another order.
bool same(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    const auto& all = a.items();
    return all.size() == b.items().size() && std::all_of(all.begin(), all.end(), [&](auto& one) {
             return b.contains(one.first) && same(one.second, b[one.first]);
           });
  }
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  return to_line(a) == to_line(b);
}

}  // namespace

Json receipt_json(const ReceiptFacts& facts) {
  Json out = grant_json(facts.grant, names_in(facts));
  out["circle"] = hex(facts.circle);
  out["circle_words"] = facts.circle_words;
  out["at_ms"] = facts.at_ms;
  out["record"] = parse_json(facts.record).value_or(Json());
  return out;
}

Result<Json> checked_receipt(std::string_view text) {
  auto stated = parse_json(text);
  const auto written = stated ? string_at(*stated, "proof") : std::nullopt;
  const auto proof = written ? from_base64(*written) : std::nullopt;
  if (!proof) return fail(Errc::bad_value);
  TROTH_TRY(const auto facts, check_receipt(*proof));
  auto proven = receipt_json(facts);
  stated->erase("proof");
  TROTH_CHECK(require(same(*stated, proven), Errc::commitment_mismatch));
  return proven;
}

}  // namespace troth::app
