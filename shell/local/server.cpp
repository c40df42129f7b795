#include "shell/local/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/post.hpp>
#include <asio/write.hpp>
#include <deque>
#include <filesystem>

#include "shell/local/lines.hpp"
#include "shell/os/home.hpp"

namespace troth::shell {

namespace {

using Stream = asio::local::stream_protocol;
constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kSecretsMax = 2;  // old and new passphrase
constexpr std::size_t kQueuedMax = 32 * 1024 * 1024;
constexpr std::chrono::milliseconds kPause{20};  // when there is no descriptor to accept with

// The kernel says who is at the other end; file modes alone would trust the umask of the past.
bool same_user(Stream::socket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return false;
  return peer.uid == ::geteuid();
}

class SocketClient final : public LocalClient, public std::enable_shared_from_this<SocketClient> {
 public:
  SocketClient(Stream::socket socket, LocalHandler& handler, std::shared_ptr<int> seat);
  void start();
  void send_line(std::string line) override;
  void close() override;
  [[nodiscard]] std::size_t waiting() const override {
    return closed_ || overflowed_ ? kQueuedMax : queued_;
  }
  [[nodiscard]] SecretBytes take_secret() override;

 private:
  void read_more();
  void write_more();
  void overflow();
  void refuse(Errc why);
  void gone();

  Stream::socket socket_;
  LocalHandler& handler_;
  std::shared_ptr<int> seat_;  // taken until it is closed
  Bytes in_;
  LineReader reader_;
  std::deque<SecretBytes> secrets_;
  std::deque<std::string> out_;
  std::size_t queued_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool ending_ = false;      // closed when what waits has been sent
  bool overflowed_ = false;  // too much waits: nothing more is sent, and it is closed soon
};

SocketClient::SocketClient(Stream::socket socket, LocalHandler& handler, std::shared_ptr<int> seat)
    : socket_(std::move(socket)), handler_(handler), seat_(std::move(seat)), in_(kReadBuffer) {}

void SocketClient::start() { read_more(); }

void SocketClient::read_more() {
  socket_.async_read_some(asio::buffer(in_),
                          [self = shared_from_this()](const asio::error_code& ec, std::size_t got) {
                            if (self->closed_) return;
                            if (ec) return self->gone();
                            const auto fed = self->reader_.feed(
                                MutableBytes(self->in_).first(got),
                                [&](std::string_view line) {
                                  if (!self->closed_) self->handler_.on_line(self, line);
                                },
                                [&](SecretBytes secret) {
                                  if (self->secrets_.size() < kSecretsMax)
                                    self->secrets_.push_back(std::move(secret));
                                });
                            if (!fed) return self->refuse(fed.error().code);
                            if (!self->closed_) self->read_more();
                          });
}

SecretBytes SocketClient::take_secret() {
  if (secrets_.empty()) return {};
  SecretBytes secret = std::move(secrets_.front());
  secrets_.pop_front();
  return secret;
}

void SocketClient::send_line(std::string line) {
  if (closed_ || overflowed_) return;
  line.push_back('\n');
  if (queued_ + line.size() > kQueuedMax) return overflow();
  queued_ += line.size();
  out_.push_back(std::move(line));
  if (!writing_) write_more();
}

// Who sends is in the middle of a list of clients, or of their requests: that this one is gone is
// told after it.
void SocketClient::overflow() {
  overflowed_ = true;
  post(socket_.get_executor(), [self = shared_from_this()] { self->gone(); });
}

void SocketClient::refuse(Errc why) {
  ending_ = true;
  if (why == Errc::too_long) handler_.on_too_long(shared_from_this());
  if (!writing_) gone();
}

void SocketClient::write_more() {
  if (closed_ || out_.empty()) return;
  writing_ = true;
  asio::async_write(socket_, asio::buffer(out_.front()),
                    [self = shared_from_this()](const asio::error_code& ec, std::size_t) {
                      self->writing_ = false;
                      if (self->closed_) return;
                      if (ec) return self->gone();
                      self->queued_ -= self->out_.front().size();
                      self->out_.pop_front();
                      self->write_more();
                      if (self->writing_) return;
                      if (self->ending_) return self->gone();
                      self->handler_.on_read(*self);
                    });
}

void SocketClient::close() {
  if (closed_) return;
  closed_ = true;
  seat_.reset();
  asio::error_code ignored;
  socket_.close(ignored);
}

void SocketClient::gone() {
  if (closed_) return;
  const auto self = shared_from_this();
  close();
  handler_.on_gone(*this);
}

}  // namespace

LocalServer::LocalServer(Stream::acceptor acceptor, std::string path, LocalHandler& handler)
    : acceptor_(std::move(acceptor)),
      pause_(acceptor_.get_executor()),
      path_(std::move(path)),
      handler_(handler) {
  accept();
}

LocalServer::~LocalServer() { close(); }

Result<std::unique_ptr<LocalServer>> LocalServer::open(asio::io_context& io,
                                                       const std::string& path,
                                                       LocalHandler& handler) {
  TROTH_CHECK(
      make_private_folder(std::filesystem::path(path).parent_path().string(), Links::refuse));
  ::unlink(path.c_str());
  asio::error_code ec;
  Stream::acceptor acceptor(io);
  acceptor.open(Stream(), ec);
  if (!ec) acceptor.bind(Stream::endpoint(path), ec);
  if (!ec && ::chmod(path.c_str(), 0600) != 0) return fail(Errc::io_error);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return fail(Errc::io_error);
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(acceptor), path, handler));
}

void LocalServer::accept() {
  acceptor_.async_accept([this](const asio::error_code& ec, Stream::socket socket) {
    if (ec == asio::error::operation_aborted) return;
    if (ec) return pause_then_accept();  // out of descriptors: wait for some to be closed
    // One too many is closed unheard: it reads the end of the file.
    const bool room = static_cast<std::size_t>(seat_.use_count()) <= kClientsMax;
    if (room && same_user(socket))
      std::make_shared<SocketClient>(std::move(socket), handler_, seat_)->start();
    if (acceptor_.is_open()) accept();
  });
}

void LocalServer::pause_then_accept() {
  pause_.expires_after(kPause);
  pause_.async_wait([this](const asio::error_code& ec) {
    if (!ec && acceptor_.is_open()) accept();
  });
}

void LocalServer::close() {
  if (!acceptor_.is_open()) return;
  asio::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  ::unlink(path_.c_str());
}

}  // namespace troth::shell
