#include "net/wire.hpp"

#include <algorithm>
#include <ctime>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include "core/ascii.hpp"

namespace malin::net {

namespace beast = boost::beast;

namespace {

bool is_framing(std::string_view name) {
  return is_same_word(name, "Content-Length") || is_same_word(name, "Transfer-Encoding") ||
         is_same_word(name, "Connection");
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  const auto start = head.size();
  head.append(name).append(": ").append(value);
  std::replace_if(
      head.begin() + static_cast<std::ptrdiff_t>(start), head.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  head += "\r\n";
}

std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text, size);
}

}  // namespace

std::string host_header(const Url& url) {
  std::string host = url.host.find(':') == url.host.npos ? url.host : "[" + url.host + "]";
  if (url.port != (url.tls ? 443 : 80)) host += ":" + std::to_string(url.port);
  return host;
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (is_same_word(item, token)) return true;
  }
  return false;
}

std::string format_request_head(const HttpRequest& request, const Url& base) {
  std::string target = base.path + request.target;
  if (target.empty()) target = "/";
  std::string head = request.method + " " + target + " HTTP/1.1\r\n";
  if (!request.headers.has("Host")) append_field(head, "Host", host_header(base));
  for (const auto& [name, value] : request.headers) {
    if (!is_framing(name)) append_field(head, name, value);
  }
  const bool bodiless = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
  if (!bodiless || !request.body.empty()) append_field(head, "Content-Length", std::to_string(request.body.size()));
  return head + "\r\n";
}

std::string format_response_head(unsigned status, const Headers& headers, Framing framing, std::size_t length,
                                 bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) + "\r\n";
  if (!headers.has("Date")) append_field(head, "Date", http_date());
  for (const auto& [name, value] : headers) {
    if (!is_framing(name)) append_field(head, name, value);
  }
  if (framing == Framing::length) append_field(head, "Content-Length", std::to_string(length));
  if (framing == Framing::chunked) append_field(head, "Transfer-Encoding", "chunked");
  // Said in both cases: an HTTP/1.0 client takes silence for "close".
  append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

std::string format_chunk(std::string_view data) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (auto rest = data.size(); rest != 0; rest >>= 4) size.insert(size.begin(), digits[rest & 15]);
  if (size.empty()) size = "0";
  std::string chunk;
  chunk.reserve(data.size() + size.size() + 4);
  return chunk.append(size).append("\r\n").append(data).append("\r\n");
}

template <bool is_request>
std::size_t MessageParser<is_request>::feed(std::string_view bytes, ErrorCode& error) {
  error = {};
  if (bytes.empty() || this->is_done() || may_be_half_of_last_chunk(bytes)) return 0;
  const auto taken = this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == beast::http::error::need_more) error = {};
  return taken;
}

// Beast (1.81, parse_chunk_header) asserts that a last chunk, "0\r\n\r\n", which it has seen begin comes back whole.
template <bool is_request>
bool MessageParser<is_request>::may_be_half_of_last_chunk(std::string_view bytes) const {
  return this->is_header_done() && this->chunked() && chunk_left_ == 0 && bytes.size() < 5 && bytes.front() == '0';
}

template <bool is_request>
void MessageParser<is_request>::on_request_impl(Verb, Text method, Text target, int version, ErrorCode& error) {
  error = {};
  version_ = version;
  if constexpr (is_request) {
    message_.method.assign(method.data(), method.size());
    message_.target.assign(target.data(), target.size());
  }
}

template <bool is_request>
void MessageParser<is_request>::on_response_impl(int code, Text, int version, ErrorCode& error) {
  error = {};
  version_ = version;
  if constexpr (!is_request) message_.status = static_cast<unsigned>(code);
}

template <bool is_request>
void MessageParser<is_request>::on_field_impl(Field, Text name, Text value, ErrorCode& error) {
  error = {};
  if (this->is_header_done()) return;  // A trailer: nobody asks for them.
  message_.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
}

template <bool is_request>
void MessageParser<is_request>::on_header_impl(ErrorCode& error) {
  error = {};
}

template <bool is_request>
void MessageParser<is_request>::on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode& error) {
  error = {};
}

template <bool is_request>
std::size_t MessageParser<is_request>::on_body_impl(Text body, ErrorCode& error) {
  error = {};
  message_.body.append(body.data(), body.size());
  return body.size();
}

template <bool is_request>
void MessageParser<is_request>::on_chunk_header_impl(std::uint64_t size, Text, ErrorCode& error) {
  error = {};
  chunk_left_ = size;
}

template <bool is_request>
std::size_t MessageParser<is_request>::on_chunk_body_impl(std::uint64_t remain, Text body, ErrorCode& error) {
  chunk_left_ = remain - body.size();
  return on_body_impl(body, error);
}

template <bool is_request>
void MessageParser<is_request>::on_finish_impl(ErrorCode& error) {
  error = {};
}

template class MessageParser<true>;
template class MessageParser<false>;

}  // namespace malin::net
