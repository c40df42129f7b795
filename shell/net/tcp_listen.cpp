#include <algorithm>
#include <asio/connect.hpp>
#include <asio/post.hpp>

#include "shell/net/tcp.hpp"

namespace troth::shell {

namespace {

constexpr std::uint32_t kBurst = 64;              // connections taken at once
constexpr std::chrono::milliseconds kRefill{20};  // then one each: 50 a second

using asio::ip::tcp;

HostPort host_port_of(const tcp::endpoint& endpoint) {
  return {endpoint.address().to_string(), endpoint.port()};
}

// A connection attempt: the resolver, the socket and the timer live until one of them is first.
struct Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(asio::io_context& io, std::function<void(Result<std::unique_ptr<TcpSocket>>)> callback)
      : resolver(io), socket(io), timer(io), done(std::move(callback)) {}

  void finish(Result<std::unique_ptr<TcpSocket>> outcome) {
    if (!done) return;
    timer.cancel();
    resolver.cancel();
    auto callback = std::move(done);
    done = nullptr;
    callback(std::move(outcome));
  }
  void start(const HostPort& to, std::chrono::milliseconds limit) {
    timer.expires_after(limit);
    timer.async_wait([self = shared_from_this()](const asio::error_code& ec) {
      if (ec) return;
      asio::error_code ignored;
      self->socket.close(ignored);
      self->finish(fail(Errc::timed_out));
    });
    asio::error_code not_a_number;
    const auto number = asio::ip::make_address(to.host, not_a_number);
    const auto port = std::to_string(to.port);
    // All names of a process are looked up one after another: a slow one would hold up every dial.
    if (!not_a_number)
      return connect(tcp::resolver::results_type::create({number, to.port}, to.host, port));
    resolver.async_resolve(
        to.host, port,
        [self = shared_from_this()](const asio::error_code& ec, const auto& found) {
          if (ec) return self->finish(fail(Errc::closed));
          self->connect(found);
        });
  }
  void connect(const tcp::resolver::results_type& found) {
    if (!done) return;
    asio::async_connect(
        socket, found,
        [self = shared_from_this()](const asio::error_code& ec, const tcp::endpoint&) {
          if (ec) return self->finish(fail(Errc::closed));
          if (!self->done) return;
          self->finish(std::make_unique<TcpSocket>(std::move(self->socket)));
        });
  }

  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer timer;
  std::function<void(Result<std::unique_ptr<TcpSocket>>)> done;
};

}  // namespace

TcpListener::TcpListener(tcp::acceptor acceptor, HostPort local, OnLink on_link)
    : acceptor_(std::move(acceptor)),
      pause_(acceptor_.get_executor()),
      local_(std::move(local)),
      on_link_(std::move(on_link)),
      tokens_(kBurst),
      filled_at_(std::chrono::steady_clock::now()) {
  accept();
}

Result<std::unique_ptr<TcpListener>> TcpListener::open(asio::io_context& io, const HostPort& at,
                                                       OnLink on_link) {
  asio::error_code ec;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return fail(Errc::usage);
  const tcp::endpoint endpoint = found.begin()->endpoint();
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec == asio::error::address_in_use) return fail(Errc::busy);
  if (ec) return fail(Errc::io_error);
  HostPort local = host_port_of(acceptor.local_endpoint(ec));
  return std::unique_ptr<TcpListener>(
      new TcpListener(std::move(acceptor), std::move(local), std::move(on_link)));
}

void TcpListener::accept() {
  acceptor_.async_accept([this, alive = std::weak_ptr(alive_)](const asio::error_code& ec,
                                                               tcp::socket socket) {
    if (ec == asio::error::operation_aborted || alive.expired()) return;
    if (ec) return pause_then_accept();  // out of descriptors: wait for some to be closed
    on_link_(std::make_unique<TcpSocket>(std::move(socket)));
    const auto now = std::chrono::steady_clock::now();
    const auto refilled = (now - filled_at_) / kRefill;
    tokens_ = static_cast<std::uint32_t>(std::min<std::int64_t>(kBurst, tokens_ + refilled));
    if (refilled > 0) filled_at_ = now;
    if (tokens_ == 0) return pause_then_accept();
    --tokens_;
    accept();
  });
}

void TcpListener::pause_then_accept() {
  pause_.expires_after(kRefill);
  pause_.async_wait([this, alive = std::weak_ptr(alive_)](const asio::error_code& ec) {
    if (!ec && !alive.expired()) accept();
  });
}

void TcpListener::close() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void tcp_connect(asio::io_context& io, const HostPort& to, std::chrono::milliseconds limit,
                 std::function<void(Result<std::unique_ptr<TcpSocket>>)> done) {
  std::make_shared<Attempt>(io, std::move(done))->start(to, limit);
}

std::string remote_host(const TcpSocket& socket) {
  asio::error_code ec;
  const auto endpoint = socket.socket.remote_endpoint(ec);
  return ec ? "" : endpoint.address().to_string();
}

void post(asio::io_context& io, std::function<void()> work) { asio::post(io, std::move(work)); }

Loop::Loop() : io_(std::make_unique<asio::io_context>(1)) {}
Loop::~Loop() = default;
void Loop::run() { io_->run(); }
void Loop::stop() { io_->stop(); }

struct Timer::State {
  explicit State(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  std::uint64_t round = 0;
};

Timer::Timer(asio::io_context& io) : state_(std::make_shared<State>(io)) {}
Timer::~Timer() { cancel(); }

void Timer::cancel() {
  ++state_->round;
  state_->timer.cancel();
}

void Timer::set(std::chrono::milliseconds in, std::function<void()> fire) {
  const auto mine = ++state_->round;
  state_->timer.expires_after(in);
  state_->timer.async_wait(
      [state = state_, mine, fire = std::move(fire)](const asio::error_code& ec) {
        // A cancel may come after the timer fired and before this ran: the round tells.
        if (!ec && state->round == mine) fire();
      });
}

}  // namespace troth::shell
