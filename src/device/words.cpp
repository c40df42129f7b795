#include "device/words.hpp"

#include "base/wordlist.hpp"
#include "consent/notice.hpp"
#include "crypto/labels.hpp"

namespace troth::device {

namespace {

constexpr std::size_t kShownWords = 4;
constexpr std::string_view kLocale = "en";

std::string hashed_words(ByteView id) {
  return words_of(crypto::sha256({as_bytes(crypto::labels::kCircleWords), id}).bytes, kShownWords);
}

}  // namespace

std::string circle_words(const CircleId& circle) { return hashed_words(circle.bytes); }
std::string key_words(const DeviceId& device) { return hashed_words(device.bytes); }

Result<> can_offer(const ShareTerms& terms) {
  if (terms.direction == Direction::send) return fail(Errc::send_only_unsupported);
  return {};
}

circle::GrantTerms make_terms(const Core& core, const ShareTerms& share, const DeviceId& subject,
                              const std::string& device_name) {
  circle::GrantTerms terms;
  terms.subject = subject;
  terms.category = share.category;
  terms.direction = share.direction;
  terms.history = share.history;
  if (share.until_ms != 0) terms.until = WallMs{share.until_ms};
  terms.locale = kLocale;
  consent::NoticeTerms shown;
  shown.device = device_name;
  shown.direction = share.direction;
  shown.history = share.history;
  shown.until = terms.until;
  if (const auto* category = core.view().category(share.category)) {
    terms.purpose = category->purpose;
    shown.category = category->name;
    shown.purpose = category->purpose;
  }
  const auto& members = core.view().members();
  const auto member = members.find(core.own_->descriptor.member);
  shown.person = member != members.end() ? member->second.name : device_name;
  if (const auto hash = consent::notice_hash(kLocale, shown)) terms.notice = *hash;
  return terms;
}

}  // namespace troth::device
