#include "apps/troth/cli/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "apps/troth/daemon/request.hpp"
#include "apps/troth/version.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {
// Who stopped reading wants no words about it; everything else must not pass for done.
[[noreturn]] void output_lost(int why) {
  if (why != EPIPE) (void)Output{}.error(Errc::io_error, "output_lost");
  ::_exit(static_cast<int>(shell::Exit::failed));
}

void write_line(FILE* to, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), to) == text.size() &&
                       std::fputc('\n', to) != EOF && std::fflush(to) == 0;
  if (!written && to == stdout) output_lost(errno);
}
}  // namespace

void end_output() {
  if (std::fflush(stdout) != 0) output_lost(errno);
  if (std::ferror(stdout) != 0) output_lost(EIO);
}

void Output::line(std::string_view text) const {
  if (!json) write_line(stdout, text);
}

void Output::note(std::string_view text) const { write_line(stderr, text); }

void Output::aside(std::string_view text) const {
  if (!quiet) write_line(stderr, text);
}

void Output::progress(std::string_view text, bool last) const {
  if (json) return;
  std::fputs("\r\x1b[K", stdout);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (last) std::fputc('\n', stdout);
  end_output();
}

void Output::object(const Json& object) const { write_line(stdout, to_line(object)); }

int print_version(const Output& out) {
  if (out.json) out.object(Json{{"v", 1}, {"version", kVersion}});
  out.line("troth " + std::string(kVersion));
  return 0;
}

int exit_of(std::string_view code_name) {
  const auto* text = shell::error_text_by_name(code_name);
  return static_cast<int>(text == nullptr ? shell::Exit::failed : text->exit);
}

int Output::error(const Json& given) const {
  Json error = given;
  // A wrong word is explained by the help of that command, where nothing more exact is known.
  const bool plain = string_at(error, "hint") == shell::error_text(Errc::usage).hint;
  if (plain && !command.empty()) error["hint"] = shell::say("out.see_help", {command});
  const std::string message = string_at(error, "message").value_or("");
  const std::string hint = string_at(error, "hint").value_or("");
  write_line(stderr, shell::say("out.error", {shell::safe_text(message, 600)}));
  for (const Json& one : member(error, "candidates")) {
    if (one.is_string()) write_line(stderr, "  " + shell::safe_text(one.text()));
  }
  if (!hint.empty()) write_line(stderr, shell::say("out.hint", {shell::safe_text(hint, 600)}));
  if (json) object(Json{{"v", 1}, {"error", error}});
  return exit_of(string_at(error, "code").value_or(""));
}

int Output::error(Errc code, std::string_view reason) const {
  return error(error_json(code, reason));
}

Json file_error(const std::string& path, Errc code) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec))
    return error_json(Errc::special_file, "file_is_folder", {}, {path});
  if (code == Errc::not_found) return error_json(code, "file_missing", {}, {path});
  const bool wide = code == Errc::too_long;
  return error_json(Errc::usage, wide ? "file_too_long" : "file_unreadable", {}, {path});
}

Json secret_file_error(const std::string& path, Errc code) {
  std::error_code ec;
  const bool folder = std::filesystem::is_directory(path, ec);
  return error_json(folder ? Errc::special_file : code, "passphrase_file");
}

Json number_error(std::string_view what, std::string_view given) {
  return error_json(Errc::usage, "bad_number", {}, {what, shell::safe_quoted(given)});
}

int print_usage_error(std::string_view what, bool json, std::string_view command) {
  Json error = error_json(Errc::usage);
  if (!what.empty()) error["message"] = std::string(what);
  return Output{json, false, command}.error(error);
}

}  // namespace troth::app
