#include <netinet/tcp.h>
#include <sys/socket.h>

#include "shell/net/tcp.hpp"

namespace troth::shell {

namespace {
// Buffers begin small and grow once, when one was filled: hundreds of strangers that say nothing
// must cost little memory.
constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kWriteBuffer = 128 * 1024;
// A peer that takes less than this in kWriteStall is gone: its buffers are freed.
constexpr std::size_t kWriteFloor = 4 * 1024;

std::string endpoint_text(const asio::ip::tcp::socket& socket) {
  asio::error_code ec;
  const auto endpoint = socket.remote_endpoint(ec);
  if (ec) return "?";
  return HostPort{endpoint.address().to_string(), endpoint.port()}.text();
}
}  // namespace

TcpLink::TcpLink(std::unique_ptr<TcpSocket> socket, LinkSink& sink,
                 std::chrono::milliseconds write_stall)
    : socket_(std::move(socket->socket)),
      deadline_(socket_.get_executor()),
      write_stall_(write_stall),
      sink_(sink),
      peer_(endpoint_text(socket_)),
      in_(kFirstBuffer),
      out_(kFirstBuffer) {
  asio::error_code ignored;
  // Frames are written whole; waiting to merge them would only add delay.
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // A network that was left says nothing: the kernel asks, and a minute later the link has ended.
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
#ifdef __linux__
  const auto tcp_option = [&](int name, int value) {
    (void)::setsockopt(socket_.native_handle(), IPPROTO_TCP, name, &value, sizeof value);
  };
  tcp_option(TCP_KEEPIDLE, 30);
  tcp_option(TCP_KEEPINTVL, 10);
  tcp_option(TCP_KEEPCNT, 3);
#endif
}

void TcpLink::start() {
  read_more();
  kick();
}

void TcpLink::read_more() {
  if (reading_ || closed_ || closing_) return;
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  if (in_end_ == in_.size()) {
    if (in_begin_ == 0) return;  // full and nothing taken: resume() goes on
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(in_end_), in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](const asio::error_code& ec, std::size_t got) {
                            self->reading_ = false;
                            if (self->closed_) return;
                            if (ec) return self->closed();
                            self->in_end_ += got;
                            if (self->in_end_ == self->in_.size()) self->in_.resize(kReadBuffer);
                            self->deliver();
                          });
}

void TcpLink::deliver() {
  while (!closed_ && in_begin_ < in_end_) {
    const auto taken = sink_.on_bytes(*this, ByteView(in_).subspan(in_begin_, in_end_ - in_begin_));
    if (taken == 0) break;
    in_begin_ += taken;
  }
  // Bytes that wait mean back-pressure: reading goes on in resume().
  if (!closed_ && in_begin_ == in_end_) read_more();
}

void TcpLink::resume() {
  if (!closed_ && !reading_) deliver();
}

void TcpLink::kick() {
  if (!writing_ && !closed_) write_more();
}

void TcpLink::write_more() {
  std::size_t size = 0;
  bool later = false;
  while (size < out_.size()) {
    const auto more = sink_.next_bytes(*this, MutableBytes(out_).subspan(size));
    later = !more;
    if (!more || *more == 0) break;
    size += *more;
  }
  if (closed_) return;
  if (size == 0) {
    if (closing_ && !later) closed();
    return;
  }
  writing_ = true;
  out_begin_ = 0;
  out_end_ = size;
  if (!closing_) arm_write_deadline();
  write_some();
}

// Piece by piece, so that a slow peer is not taken for one that is gone.
void TcpLink::write_some() {
  socket_.async_write_some(
      asio::buffer(out_.data() + out_begin_, out_end_ - out_begin_),
      [self = shared_from_this()](const asio::error_code& ec, std::size_t took) {
        if (!ec && !self->closed_) return self->wrote(took);
        self->writing_ = false;
        self->deadline_.cancel();
        if (!self->closed_) self->closed();
      });
}

void TcpLink::wrote(std::size_t took) {
  out_begin_ += took;
  taken_ += took;
  if (out_begin_ < out_end_) {
    if (taken_ >= kWriteFloor && !closing_) arm_write_deadline();
    return write_some();
  }
  writing_ = false;
  if (!closing_) deadline_.cancel();
  if (out_end_ == out_.size()) out_.resize(kWriteBuffer);
  write_more();
}

void TcpLink::arm_write_deadline() {
  taken_ = 0;
  deadline_.expires_after(write_stall_);
  deadline_.async_wait([weak = weak_from_this()](const asio::error_code& ec) {
    const auto self = weak.lock();
    if (!ec && self && (self->writing_ || self->closing_)) self->closed();
  });
}

// All that is left has one deadline: who takes a little again and again would keep its place.
void TcpLink::close_when_sent() {
  if (!closing_ && !closed_) arm_write_deadline();
  closing_ = true;
  kick();
}

void TcpLink::close() {
  if (closed_) return;
  closed_ = true;
  deadline_.cancel();
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void TcpLink::closed() {
  if (closed_) return;
  const auto self = shared_from_this();
  close();
  sink_.on_closed(*this);
}

}  // namespace troth::shell
