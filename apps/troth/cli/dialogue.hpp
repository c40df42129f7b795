// pair and join: one conversation with the daemon, either by JSON lines or with a person.
#pragma once

#include "apps/troth/cli/context.hpp"

namespace troth::app {

// Why the user's side gave no answer, so that a failure is not told as the other side's doing.
enum class Gave : std::uint8_t { an_answer, a_refusal, nonsense, nothing };

// Asks the user. nullopt: the input ended or was not an answer, which means refuse.
class DialogueUser {
 public:
  [[nodiscard]] Gave gave() const { return gave_; }
  virtual ~DialogueUser() = default;
  virtual void tell(const Json& event) = 0;  // code, check, attempt, paired, failed
  // The params of the answer without "pairing". spoke is set when the daemon spoke first.
  virtual std::optional<Json> ask(const Json& event, bool& spoke) = 0;

 protected:
  Gave gave_ = Gave::an_answer;
};

// Runs method until its result; answers go to method + ".answer". Gives the exit code.
int run_dialogue(Context& context, std::string_view method, const Json& params, DialogueUser& user);

int run_pair(Context& context);
int run_join(Context& context);

// A QR as half blocks for a terminal; empty when the text is too long for one. Without colour it is
// meant for a dark terminal.
[[nodiscard]] std::string qr_text(const std::string& text, bool colour);

// A person at the terminal; share holds what --share proposed, categories what there is to choose
// from: rows of the method `categories`.
[[nodiscard]] std::unique_ptr<DialogueUser> make_terminal_user(Context& context,
                                                               std::vector<Json> share,
                                                               Json categories);
// --share CATEGORY:DIRECTION:DURATION as {"category","direction","for"}.
[[nodiscard]] std::optional<Json> parse_share(std::string_view text);

}  // namespace troth::app
