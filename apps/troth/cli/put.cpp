// put and import: fields from arguments, or records from JSON lines, 256 a transaction.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/daemon/request.hpp"
#include "apps/troth/values.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "shell/os/file.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kPerStep = 256;
constexpr std::size_t kStepBytes = 3 * 1024 * 1024;
constexpr std::size_t kRecordMax = 24 * 1024 * 1024;  // the widest item (spec 13 §6)

// FIELD=text, FIELD:=JSON, FIELD=@file. problem says more than the error.
Result<> read_field(const std::string& text, Json& fields, Json& problem) {
  problem = error_json(Errc::usage, "bad_field");
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return fail(Errc::usage);
  const bool json = text[equals - 1] == ':';
  const std::string name = text.substr(0, equals - (json ? 1 : 0));
  const std::string value = text.substr(equals + 1);
  if (name.empty()) return fail(Errc::usage);
  if (fields.contains(name)) {
    problem = error_json(Errc::usage, "field_twice", {}, {name});
    return fail(Errc::usage);
  }
  if (json) {
    const auto parsed = parse_json(value);
    if (!parsed) return fail(Errc::usage);
    fields[name] = *parsed;
  } else if (value.starts_with('@')) {
    const auto bytes = shell::read_file(value.substr(1), limits::kValueBytes);
    if (!bytes) {
      problem = file_error(value.substr(1), bytes.error().code);
      return fail(bytes.error());
    }
    fields[name] = is_utf8(*bytes) ? Json(std::string(as_text(*bytes))) : bytes_json(*bytes);
  } else {
    fields[name] = value;
  }
  return {};
}

int put_one(Context& c) {
  Json fields = Json::object();
  for (const auto& text : c.in().all("FIELD")) {
    Json problem;
    if (!read_field(text, fields, problem)) return c.out().error(problem);
  }
  const std::string item = c.in().value("ITEM");
  if (item.empty() || fields.empty()) return c.out().error(Errc::usage, "put_needs");
  int exit = 0;
  const Json params{{"category", c.in().value("CATEGORY")},
                    {"items", Json::array({Json{{"item", item}, {"fields", fields}}})}};
  const auto result = c.call("put", params, exit);
  if (!result) return exit;
  const std::string id = (*result)["items"].at(0).text();
  if (c.out().json) c.out().object(Json{{"v", 1}, {"item", id}});
  if (item == "-") c.out().line(id);
  return 0;
}

// Lines of a file or of standard input, numbered, of bounded length.
class RecordReader {
 public:
  explicit RecordReader(int fd) : fd_(fd) {}
  enum class Got : std::uint8_t { line, end, too_long, failed };
  Got next(std::string& line) {
    for (;;) {
      const auto newline = buffer_.find('\n', scanned_);
      if (newline != std::string::npos) {
        line = buffer_.substr(begin_, newline - begin_);
        begin_ = scanned_ = newline + 1;
        ++number_;
        return Got::line;
      }
      scanned_ = buffer_.size();
      if (buffer_.size() - begin_ > kRecordMax) return ++number_, Got::too_long;
      if (failed_ != 0) return Got::failed;
      if (ended_) break;
      fill();
    }
    if (begin_ == buffer_.size()) return Got::end;
    line = buffer_.substr(begin_);
    begin_ = buffer_.size();
    ++number_;
    return Got::line;
  }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] Errc why_failed() const { return shell::errno_code(failed_); }

 private:
  void fill() {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    char chunk[65536];
    ssize_t got = 0;
    do {
      got = ::read(fd_, chunk, sizeof chunk);
    } while (got < 0 && errno == EINTR);
    ended_ = got == 0;
    if (got < 0) failed_ = errno;
    if (got > 0) buffer_.append(chunk, static_cast<std::size_t>(got));
  }
  int fd_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t scanned_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
  int failed_ = 0;  // what comes after it is not known: that is no end
};

// A record is {"item","fields"}; what `list --json` adds beside them is passed over.
std::optional<Json> read_record(const std::string& line) {
  const auto json = parse_json(line);
  if (!json || !json->is_object()) return std::nullopt;
  const Json& item = member(*json, "item");
  const Json& fields = member(*json, "fields");
  if (!(item.is_null() || item.is_string()) || !fields.is_object() || fields.empty()) {
    return std::nullopt;
  }
  Json record{{"item", item.is_string() ? item : Json("-")}, {"fields", fields}};
  if (const auto name = string_at(*json, "name")) record["name"] = *name;
  return record;
}

struct Batch {
  std::vector<Json> records;
  std::vector<std::uint64_t> lines;
  std::size_t bytes = 0;

  [[nodiscard]] bool has_room(std::size_t more) const {
    return records.size() < kPerStep && (records.empty() || bytes + more <= kStepBytes);
  }
};

// Sends the batch; when the daemon refuses one record, those before it are sent again alone.
struct Sender {
  Context& c;
  std::uint64_t done = 0;

  [[nodiscard]] std::string category() const { return c.in().value("CATEGORY"); }

  int bad_line(std::uint64_t number, const Json& error) const {
    Json out = error;
    out["line"] = number;
    out["kept"] = done;
    out["message"] = shell::say("put.bad_line", {std::to_string(number), std::to_string(done),
                                                 string_at(error, "message").value_or("")});
    out["hint"] =
        shell::say("put.bad_line.hint", {std::to_string(number), shell::safe_quoted(category())});
    return c.out().error(out);
  }

  int send(Batch& batch) {
    if (batch.records.empty()) return 0;
    int exit = 0;
    Client* client = c.daemon(exit);
    if (client == nullptr) return exit;
    const Json params{{"category", category()}, {"items", batch.records}};
    const auto reply = client->call("put", params);
    if (!reply) {
      const bool wide = reply.error().code == Errc::too_long;
      return c.out().error(wide ? Errc::too_long : Errc::no_daemon);
    }
    if (reply->kind == ReplyKind::result) {
      done += batch.records.size();
      batch = {};
      return 0;
    }
    const auto at = number_at(reply->body, "at");
    if (!at || *at >= batch.records.size()) return c.out().error(reply->body);
    const std::uint64_t number = batch.lines[*at];
    batch.records.resize(*at);
    const Json error = reply->body;
    if (const int failed = send(batch); failed != 0) return failed;
    return bad_line(number, error);
  }
};

int put_from(Context& c, const std::string& path) {
  shell::Fd file;
  if (path != "-") {
    file = shell::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) return c.out().error(file_error(path, shell::errno_code(errno)));
    struct stat info {};
    if (::fstat(file.get(), &info) == 0 && S_ISDIR(info.st_mode))
      return c.out().error(file_error(path, Errc::special_file));
  }
  RecordReader reader(path == "-" ? 0 : file.get());
  Sender sender{c};
  Batch batch;
  std::string line;
  for (;;) {
    const auto got = reader.next(line);
    if (got == RecordReader::Got::end) break;
    if (got == RecordReader::Got::failed) {
      if (const int failed = sender.send(batch); failed != 0) return failed;
      return c.out().error(file_error(path, reader.why_failed()));
    }
    if (got == RecordReader::Got::line && line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    auto record = got == RecordReader::Got::line ? read_record(line) : std::nullopt;
    if (!record) {
      if (const int failed = sender.send(batch); failed != 0) return failed;
      const bool wide = got == RecordReader::Got::too_long;
      return sender.bad_line(reader.number(), wide ? error_json(Errc::too_long, "record_too_long")
                                                   : error_json(Errc::usage, "not_a_record"));
    }
    if (!batch.has_room(line.size())) {
      if (const int failed = sender.send(batch); failed != 0) return failed;
    }
    batch.bytes += line.size();
    batch.records.push_back(std::move(*record));
    batch.lines.push_back(reader.number());
  }
  if (const int failed = sender.send(batch); failed != 0) return failed;
  if (c.out().json) c.out().object(Json{{"v", 1}, {"items", sender.done}});
  c.out().line(shell::say("put.kept", {std::to_string(sender.done)}));
  return 0;
}

}  // namespace

int run_put(Context& c) {
  const auto from = c.in().find("from");
  if (!from) return put_one(c);
  if (c.in().find("ITEM")) return c.out().error(Errc::usage, "put_needs");
  return put_from(c, *from);
}

int run_import(Context& c) { return put_from(c, c.in().value("FILE")); }

}  // namespace troth::app
