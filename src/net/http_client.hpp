// An HTTP/1.1 client for one origin (scheme, host, port, base path), plain or TLS with verified certificates.
// A connection is kept for a while and used again, by GET and HEAD only: these can be repeated when it just broke.
// Sends no Origin header: ComfyUI refuses foreign ones. Every call has a deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/http.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::net {

// A response whose body is still coming.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  virtual const HttpResponse& head() const = 0;  // Its body is empty.
  // The next bytes as soon as any are there; empty at the end. timeout: none within `limit`, the stream stays good and
  // can be read again. unreachable: lost before its end. bad_reply: not HTTP.
  virtual Task<Result<std::string>> read_some(std::chrono::milliseconds limit) = 0;
};

class HttpClient {
 public:
  // `base.path` is put before every request's target.
  HttpClient(boost::asio::any_io_executor executor, Url base);
  ~HttpClient();

  // The whole exchange within `limit`. Any status is a success here; refused: a body over `body_max` bytes.
  // unreachable: could not connect, or the connection broke before the whole request was sent.
  // timeout: no whole answer in time; it may have been received. So is a connection lost after the request was sent.
  // bad_reply: not HTTP.
  Task<Result<HttpResponse>> send(HttpRequest request, std::chrono::milliseconds limit,
                                  std::size_t body_max = 64 << 20);

  // Up to the head of the response within `limit`; the body is read from the stream, which outlives this client.
  Task<Result<std::unique_ptr<HttpStream>>> open(HttpRequest request, std::chrono::milliseconds limit);

  const Url& base() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::net
