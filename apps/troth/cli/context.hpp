// Everything that one run of a command needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/troth/cli/client.hpp"
#include "apps/troth/cli/command.hpp"
#include "apps/troth/cli/output.hpp"
#include "apps/troth/cli/terminal.hpp"

namespace troth::app {

class Context {
 public:
  Context(Invocation invocation, std::string home, std::string program);

  [[nodiscard]] const Invocation& in() const { return invocation_; }
  [[nodiscard]] const Globals& globals() const { return invocation_.globals; }
  [[nodiscard]] const std::string& home() const { return home_; }
  [[nodiscard]] const std::string& program() const { return program_; }  // argv[0] as a path
  [[nodiscard]] Output out() const;
  [[nodiscard]] LineSource& input() { return input_; }
  [[nodiscard]] bool may_ask() const;  // a person is at the terminal and may be asked

  // The daemon; on an error it was said already and `exit` holds the code.
  [[nodiscard]] Client* daemon(int& exit);
  // One request; asks for presence when the daemon wants it. nullopt: said already, exit is set.
  [[nodiscard]] std::optional<Json> call(std::string_view method, const Json& params, int& exit);
  // Request and plain output: JSON as it came, or show(result) for people.
  int simple(std::string_view method, const Json& params, void (*show)(const Output&, const Json&));
  // none: the text key of what is said when there is no row.
  int rows(std::string_view method, Json params, void (*show)(const Output&, const Json&),
           std::string_view none = {});

  // Asks until the answer is yes or no, in any case; nullopt at the end of input.
  [[nodiscard]] std::optional<bool> yes_or_no(const std::string& question);
  // A passphrase from --OPTION F, or typed. nullopt: said already, exit is set.
  [[nodiscard]] std::optional<SecretBytes> passphrase(std::string_view option,
                                                      std::string_view question, int& exit);
  // Proves presence: --approve-file, the dialogue, or the terminal. False: said already, exit is
  // set.
  [[nodiscard]] bool prove_presence(std::string_view why, int& exit);

 private:
  [[nodiscard]] std::optional<SecretBytes> presence_secret(std::string_view why, int& exit);
  [[nodiscard]] std::optional<SecretBytes> dialogue_secret(std::string_view why, int& exit);
  bool send_presence(const SecretBytes& secret, int& exit, bool& wrong);

  Invocation invocation_;
  std::string home_;
  std::string program_;
  LineSource input_;
  std::optional<Client> client_;
  bool approve_file_used_ = false;
};

}  // namespace troth::app
