#include "channel/capabilities.hpp"

#include <algorithm>

#include "crypto/labels.hpp"

namespace troth::channel {

namespace {

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

}  // namespace

Bytes prologue(const CircleId& circle, ByteView offer) {
  Bytes out = to_bytes(crypto::labels::kNoisePrologue);
  append(out, wire::kMagic);
  out.push_back(wire::kProtocolVersion);
  append(out, circle.view());
  append(out, offer);
  return out;
}

Result<Offer> make_offer(const Capabilities& can, ConnectKind kind, std::uint8_t first,
                         std::uint8_t random) {
  Offer out{kind, {}, {}, first != 0};
  if (first != 0) out.suites.push_back(first);
  for (const auto suite : can.suites) {
    if (suite != first && crypto::usable_suite(suite, can.least_suite)) out.suites.push_back(suite);
  }
  for (const auto version : can.versions) {
    if (version >= can.least_version) out.versions.push_back(version);
  }
  if (out.suites.empty()) return fail(Errc::no_suite);
  if (out.versions.empty()) return fail(Errc::unknown_version);
  // Values of the form ?A and ?A?A are reserved for this and stand for nothing.
  const auto grease = static_cast<std::uint8_t>((random & 0xF0) | 0x0A);
  if (out.suites.size() < limits::kOffers) out.suites.push_back(grease);
  if (out.versions.size() < limits::kOffers) out.versions.push_back(grease * 0x0101u);
  if (out.suites.size() > limits::kOffers || out.versions.size() > limits::kOffers) {
    return fail(Errc::too_long);
  }
  return out;
}

Result<Chosen> choose(const Capabilities& can, const Offer& offer) {
  Chosen out;
  TROTH_TRY(const auto suite, crypto::negotiate(can.suites, offer.suites, can.least_suite));
  out.suite = suite.id;
  for (const auto version : can.versions) {
    if (version < can.least_version || !contains(offer.versions, version)) continue;
    out.version = version;
    return out;
  }
  return fail(Errc::unknown_version);
}

Result<> check_chosen(const Capabilities& can, const Chosen& chosen, std::uint8_t sealed_with) {
  if (chosen.suite != sealed_with) return fail(Errc::suite_refused);
  if (chosen.version < can.least_version || !contains(can.versions, chosen.version)) {
    return fail(Errc::unknown_version);
  }
  return {};
}

}  // namespace troth::channel
