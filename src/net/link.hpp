// One TCP connection, plain or TLS, and the bytes of it that came and were not used yet. Inside net only.
// Every operation has a deadline; one that misses it gives asio::error::timed_out and the connection stays as it was,
// so a read can be tried again. Whoever awaits an operation holds the link.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "core/result.hpp"
#include "net/url.hpp"
#include "net/waiting.hpp"

namespace malin::net {

using Tcp = boost::asio::ip::tcp;
using TlsStream = boost::asio::ssl::stream<Tcp::socket>;
using ErrorCode = boost::system::error_code;

class Link {
 public:
  explicit Link(Tcp::socket socket);

  Task<ErrorCode> connect(Tcp::endpoint endpoint, TimePoint until);
  // As a client; the certificate must be valid for `host`.
  Task<ErrorCode> shake_hands(std::string host, TimePoint until);

  // Appends to `buffered` what comes next, at least a byte. asio::error::eof: the peer has ended.
  Task<ErrorCode> fill(TimePoint until);
  std::string_view buffered() const;
  void consume(std::size_t bytes);

  // Both parts in one go. They must live until it is over.
  Task<ErrorCode> write(std::string_view first, std::string_view second, TimePoint until);

  // Open, with nothing to read: not even the news that the peer has left.
  bool is_quiet();
  // Tells the peer that nothing more will come.
  void end_sending();
  void close();

  bool is_tls() const { return tls_ != nullptr; }
  Tcp::socket& socket() { return tls_ ? tls_->next_layer() : plain_; }
  Tcp::socket take_plain() { return std::move(plain_); }
  TlsStream take_tls() { return std::move(*tls_); }

 private:
  ErrorCode outcome(ErrorCode error);

  Tcp::socket plain_;
  std::unique_ptr<TlsStream> tls_;
  boost::beast::flat_buffer buffer_;
  Deadline deadline_;  // One for both directions: HTTP takes turns.
};

// Looks up, connects and, for TLS, shakes hands. unreachable: whatever went wrong.
// "localhost" is the loopback addresses, without asking anyone.
Task<Result<std::shared_ptr<Link>>> dial(boost::asio::any_io_executor executor, Url url, TimePoint until);

}  // namespace malin::net
