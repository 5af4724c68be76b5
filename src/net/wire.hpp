// HTTP/1.1 messages as bytes: the heads that are sent, and parsers that take what came in any pieces. Inside net only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "net/http.hpp"
#include "net/url.hpp"

namespace malin::net {

using ErrorCode = boost::system::error_code;

// How the end of a body is told.
enum class Framing { length, chunked, until_close, no_body };

// Framing headers are written here; those in the message are left out. Line breaks in values become spaces.
std::string format_request_head(const HttpRequest& request, const Url& base);
std::string format_response_head(unsigned status, const Headers& headers, Framing framing, std::size_t length,
                                 bool keep_alive);
std::string format_chunk(std::string_view data);
// "example.org:8080"; the port only where the scheme does not say it.
std::string host_header(const Url& url);
// Whether the comma-separated list in a header holds `token`, in any case.
bool has_token(std::string_view list, std::string_view token);

template <bool is_request>
class MessageParser final : public boost::beast::http::basic_parser<is_request> {
 public:
  using Message = std::conditional_t<is_request, HttpRequest, HttpResponse>;

  MessageParser() { this->eager(true); }

  // Takes what it can of `bytes` and gives back how many that were.
  std::size_t feed(std::string_view bytes, ErrorCode& error);

  Message& message() { return message_; }
  const Message& message() const { return message_; }
  bool is_http_1_0() const { return version_ == 10; }

 private:
  using Text = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;

  bool may_be_half_of_last_chunk(std::string_view bytes) const;

  void on_request_impl(Verb verb, Text method, Text target, int version, ErrorCode& error) override;
  void on_response_impl(int code, Text reason, int version, ErrorCode& error) override;
  void on_field_impl(Field field, Text name, Text value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& error) override;
  std::size_t on_body_impl(Text body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;

  Message message_;
  int version_ = 11;
  std::uint64_t chunk_left_ = 0;
};

extern template class MessageParser<true>;
extern template class MessageParser<false>;

using RequestParser = MessageParser<true>;
using ResponseParser = MessageParser<false>;

}  // namespace malin::net
