#include "net/link.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include "net/wire.hpp"

namespace malin::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadBytes = 32 << 10;

// Made once: reading the system's certificates takes tens of milliseconds.
asio::ssl::context& tls_context() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    made.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                     asio::ssl::context::no_tlsv1_1);
    made.set_default_verify_paths();
    made.set_verify_mode(asio::ssl::verify_peer);
    return made;
  }();
  return context;
}

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), ended(executor) {}
  Tcp::resolver resolver;
  Signal ended;
  bool is_over = false;
  ErrorCode error;
  std::vector<Tcp::endpoint> found;
};

// A name server that does not answer holds up a lookup for longer than the deadline: it is left to end by itself.
Task<Result<std::vector<Tcp::endpoint>>> look_up(asio::any_io_executor executor, Url url, TimePoint until) {
  std::vector<Tcp::endpoint> endpoints;
  ErrorCode not_literal;
  const auto literal = asio::ip::make_address(url.host, not_literal);
  if (!not_literal) {
    endpoints.emplace_back(literal, url.port);
    co_return endpoints;
  }
  if (url.host == "localhost" || url.host.ends_with(".localhost")) {
    endpoints.emplace_back(asio::ip::address_v4::loopback(), url.port);
    endpoints.emplace_back(asio::ip::address_v6::loopback(), url.port);
    co_return endpoints;
  }
  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->resolver.async_resolve(url.host, std::to_string(url.port),
                                 [lookup](ErrorCode error, const Tcp::resolver::results_type& results) {
                                   lookup->is_over = true;
                                   lookup->error = error;
                                   for (const auto& entry : results) lookup->found.push_back(entry.endpoint());
                                   lookup->ended.notify();
                                 });
  while (!lookup->is_over && std::chrono::steady_clock::now() < until) co_await lookup->ended.wait(until);
  if (!lookup->is_over) co_return fail(Errc::unreachable, "no address for " + url.host + " in time");
  if (lookup->found.empty()) {
    co_return fail(Errc::unreachable, "no address for " + url.host + ": " + lookup->error.message());
  }
  co_return std::move(lookup->found);
}

}  // namespace

Link::Link(Tcp::socket socket)
    : plain_(std::move(socket)), deadline_(plain_.get_executor(), [this] {
        ErrorCode ignored;
        this->socket().cancel(ignored);
      }) {}

ErrorCode Link::outcome(ErrorCode error) {
  deadline_.clear();
  return error == asio::error::operation_aborted && deadline_.passed() ? asio::error::timed_out : error;
}

Task<ErrorCode> Link::connect(Tcp::endpoint endpoint, TimePoint until) {
  deadline_.set(until);
  const auto [error] = co_await plain_.async_connect(endpoint, kToken);
  if (error) co_return outcome(error);
  ErrorCode ignored;
  plain_.set_option(Tcp::no_delay(true), ignored);
  co_return outcome(error);
}

Task<ErrorCode> Link::shake_hands(std::string host, TimePoint until) {
  tls_ = std::make_unique<TlsStream>(std::move(plain_), tls_context());
  ErrorCode not_literal;
  asio::ip::make_address(host, not_literal);
  // Server names are names only (RFC 6066, 3).
  if (not_literal) SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
  ErrorCode failed;
  tls_->set_verify_callback(asio::ssl::host_name_verification(host), failed);
  if (failed) co_return failed;
  deadline_.set(until);
  const auto [error] = co_await tls_->async_handshake(TlsStream::client, kToken);
  co_return outcome(error);
}

Task<ErrorCode> Link::fill(TimePoint until) {
  deadline_.set(until);
  const auto space = buffer_.prepare(kReadBytes);
  ErrorCode error;
  std::size_t bytes = 0;
  if (tls_) {
    std::tie(error, bytes) = co_await tls_->async_read_some(space, kToken);
  } else {
    std::tie(error, bytes) = co_await plain_.async_read_some(space, kToken);
  }
  buffer_.commit(bytes);
  co_return outcome(error);
}

std::string_view Link::buffered() const {
  return {static_cast<const char*>(buffer_.data().data()), buffer_.data().size()};
}

void Link::consume(std::size_t bytes) { buffer_.consume(bytes); }

Task<ErrorCode> Link::write(std::string_view first, std::string_view second, TimePoint until) {
  deadline_.set(until);
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(first), asio::buffer(second)};
  ErrorCode error;
  if (tls_) {
    std::tie(error, std::ignore) = co_await asio::async_write(*tls_, parts, kToken);
  } else {
    std::tie(error, std::ignore) = co_await asio::async_write(plain_, parts, kToken);
  }
  co_return outcome(error);
}

bool Link::is_quiet() {
  if (!socket().is_open() || buffer_.size() != 0) return false;
  ErrorCode error;
  char byte = 0;
  socket().non_blocking(true, error);
  socket().receive(asio::buffer(&byte, 1), Tcp::socket::message_peek, error);
  return error == asio::error::would_block;
}

void Link::end_sending() {
  ErrorCode ignored;
  socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

void Link::close() {
  ErrorCode ignored;
  socket().close(ignored);
}

Task<Result<std::shared_ptr<Link>>> dial(asio::any_io_executor executor, Url url, TimePoint until) {
  const auto endpoints = co_await look_up(executor, url, until);
  if (!endpoints) co_return std::unexpected(endpoints.error());
  const std::string where = host_header(url);
  ErrorCode error;
  for (std::size_t i = 0; i < endpoints->size(); ++i) {
    // Each address gets its share of what is left: one that swallows packets must not use up the time of the others.
    const auto now = std::chrono::steady_clock::now();
    const auto left = static_cast<std::ptrdiff_t>(endpoints->size() - i);
    const auto link = std::make_shared<Link>(Tcp::socket(executor));
    error = co_await link->connect((*endpoints)[i], now + std::max(until - now, TimePoint::duration::zero()) / left);
    if (error) continue;
    if (url.tls) {
      const auto unsafe = co_await link->shake_hands(url.host, until);
      if (unsafe) co_return fail(Errc::unreachable, "no safe connection to " + where + ": " + unsafe.message());
    }
    co_return link;
  }
  co_return fail(Errc::unreachable, "cannot connect to " + where + ": " + error.message());
}

}  // namespace malin::net
