// HKDF vectors as text: "[HKDF(HMAC(SHA-256))]" sections of "Name = hex" lines, one test an Output.
#include <map>
#include <sstream>

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"
#include "crypto/kdf.hpp"

namespace troth::vectors {

namespace {

using crypto::Prk;
using Values = std::map<std::string, Bytes>;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Bytes derive(const std::string& section, Values& values, std::size_t size) {
  Bytes out(size);
  const Bytes& secret = values["Secret"];
  if (section.starts_with("HKDF-Extract")) {
    const Hash prk = crypto::hmac_sha256(values["Salt"], secret);
    out.assign(prk.bytes.begin(), prk.bytes.end());
  } else if (section.starts_with("HKDF-Expand")) {
    Bytes info = values["Label"];
    append(info, values["Salt"]);  // these files call the info of an expansion "Salt"
    Prk(secret).expand("", info, out);
  } else {
    Prk::extract(values["Salt"], secret).expand("", values["Label"], out);
  }
  return out;
}

void run_one(const std::string& section, Values& values, Tally& tally) {
  const bool ours = section == "HKDF(HMAC(SHA-256))" || section == "HKDF-Extract(HMAC(SHA-256))" ||
                    section == "HKDF-Expand(HMAC(SHA-256))" || section == "HKDF(SHA-256)";
  if (!ours) return tally.skip(section);
  const Bytes expected = values["Output"];
  if (expected.size() > std::size_t{255} * 32)
    return tally.check(false, section + ": output too long");
  tally.check(derive(section, values, expected.size()) == expected,
              section + " " + to_hex(values["Secret"]));
}

}  // namespace

bool run_hkdf(const std::string& path, Tally& tally) {
  const auto text = load_text(path);
  if (!text) return false;
  if (const std::string start = trimmed(text->substr(0, 64)); start.starts_with("{"))
    return run_wycheproof(path, tally);
  std::istringstream lines(*text);
  std::string section;
  Values values;
  bool any = false;
  for (std::string raw; std::getline(lines, raw);) {
    const std::string line = trimmed(raw);
    if (line.empty() || line.starts_with("#")) continue;
    if (line.starts_with("[")) {
      section = line.substr(1, line.find(']') - 1);
      values.clear();
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string::npos) return false;
    const auto bytes = from_hex(trimmed(line.substr(equals + 1)));
    if (!bytes) return false;
    const std::string name = trimmed(line.substr(0, equals));
    values[name] = *bytes;
    if (name != "Output") continue;
    run_one(section, values, tally);
    values.clear();
    any = true;
  }
  return any;
}

}  // namespace troth::vectors
