#include "apps/troth/cli/client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"
#include "shell/local/lines.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/home.hpp"

namespace troth::app {

Result<Client> Client::connect(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return fail(Errc::no_daemon);
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  shell::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return fail(Errc::io_error);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(errno == EACCES ? Errc::not_permitted : Errc::no_daemon);
  }
  // The other end must be this user's daemon: somebody else's would see what is typed here.
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!known || peer.uid != ::geteuid()) return fail(Errc::not_permitted);
  return Client(std::move(fd));
}

Result<Client> Client::of_home(const std::string& home) {
  auto client = connect(shell::socket_path(home));
  const std::string told = client ? std::string() : shell::told_socket(home);
  if (told.empty()) return client;
  auto other = connect(told);
  return other ? std::move(other) : std::move(client);
}

Result<std::uint64_t> Client::send(std::string_view method, const Json& params) {
  const std::uint64_t id = ++last_id_;
  const std::string line = to_line(Json{{"id", id}, {"method", method}, {"params", params}}) + "\n";
  if (line.size() > shell::kLineMax) return fail(Errc::too_long);
  if (!shell::write_all(fd_.get(), as_bytes(line))) return fail(Errc::no_daemon);
  return id;
}

Result<> Client::send_secret(const SecretBytes& secret) {
  const SecretBytes line = shell::secret_line(secret);
  if (!shell::write_all(fd_.get(), line.expose())) return fail(Errc::no_daemon);
  return {};
}

Result<Reply> Client::next(std::optional<std::uint64_t> timeout_ms) {
  const std::uint64_t start = shell::mono_now().ms;
  for (;;) {
    const auto newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      const auto json = parse_json(std::string_view(buffer_).substr(0, newline));
      buffer_.erase(0, newline + 1);
      if (!json) return fail(Errc::internal);
      Reply reply;
      reply.id = number_at(*json, "id").value_or(0);
      const bool error = json->contains("error");
      reply.kind = json->contains("event") ? ReplyKind::event
                   : error                 ? ReplyKind::error
                                           : ReplyKind::result;
      reply.body = member(*json, error ? "error" : json->contains("event") ? "event" : "result");
      return reply;
    }
    int wait = -1;
    if (timeout_ms) {
      const std::uint64_t gone = shell::mono_now().ms - start;
      if (gone >= *timeout_ms) return fail(Errc::timed_out);
      wait = static_cast<int>(std::min<std::uint64_t>(*timeout_ms - gone, 60'000));
    }
    pollfd one{fd_.get(), POLLIN, 0};
    const int ready = ::poll(&one, 1, wait);
    if (ready < 0 && errno != EINTR) return fail(Errc::io_error);
    if (ready <= 0) continue;
    char chunk[65536];
    const auto got = ::read(fd_.get(), chunk, sizeof chunk);
    if (got <= 0) return fail(Errc::closed);
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

Result<Reply> Client::call(std::string_view method, const Json& params,
                           const std::function<void(const Json&)>& on_event) {
  TROTH_TRY(const auto id, send(method, params));
  for (;;) {
    TROTH_TRY(auto reply, next());
    if (reply.id != id) continue;
    if (reply.kind != ReplyKind::event) return reply;
    if (on_event) on_event(reply.body);
  }
}

}  // namespace troth::app
