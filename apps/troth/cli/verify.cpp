// verify: checks a receipt alone, without a home and without a daemon.
#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/show.hpp"
#include "apps/troth/receipt.hpp"
#include "base/bytes.hpp"
#include "shell/os/file.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kReceiptFileMax = 4 * 1024 * 1024;  // a line of spec 13 §4

std::string_view what_is_wrong(Errc code) {
  if (code == Errc::bad_value) return "not_a_receipt";
  return code == Errc::commitment_mismatch ? "receipt_says_more" : "bad_receipt";
}

}  // namespace

int run_verify(Context& c) {
  const std::string path = c.in().value("FILE");
  const auto bytes = shell::read_file(path, kReceiptFileMax);
  if (!bytes) return c.out().error(file_error(path, bytes.error().code));
  const auto proven = checked_receipt(as_text(*bytes));
  if (!proven) return c.out().error(Errc::bad_signature, what_is_wrong(proven.error().code));
  if (!c.out().json) {
    show_receipt(c.out(), *proven);
    return 0;
  }
  Json out = *proven;
  out["verified"] = true;
  c.out().object(out);
  return 0;
}

}  // namespace troth::app
