// HTTP messages, addresses, forms and event streams as net reads them: in pieces as in one, and again what was written
// of what was read.
#include <optional>

#include <boost/beast/http/error.hpp>

#include "fuzz/fuzz.hpp"
#include "net/event_stream.hpp"
#include "net/multipart.hpp"
#include "net/wire.hpp"

using namespace malin;
using namespace malin::fuzzing;
using namespace malin::net;

namespace {

template <bool is_request>
struct Reader {
  Reader() {
    parser.header_limit(32 << 10);
    parser.body_limit(16 << 20);
  }
  // As a connection does: what was not taken comes again, with more.
  bool feed(std::string_view bytes) {
    waiting.append(bytes);
    for (;;) {
      const std::size_t taken = parser.feed(waiting, error);
      waiting.erase(0, taken);
      if (error || parser.is_done()) return false;
      if (taken == 0) return true;
    }
  }
  MessageParser<is_request> parser;
  ErrorCode error;
  std::string waiting;
};

bool same_fields(const Headers& a, const Headers& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

template <bool is_request>
std::optional<typename MessageParser<is_request>::Message> read(std::string_view text) {
  Reader<is_request> whole;
  Reader<is_request> pieces;
  whole.feed(text);
  in_pieces(text, [&](std::string_view piece) { return pieces.feed(piece); });
  // In pieces a head that is broken may be found out only when its end has come.
  require(whole.parser.is_done() == pieces.parser.is_done());
  if (whole.error || !whole.parser.is_done()) return std::nullopt;
  require(whole.parser.message().body == pieces.parser.message().body);
  require(same_fields(whole.parser.message().headers, pieces.parser.message().headers));
  return whole.parser.message();
}

bool is_framing(std::string_view name) { return has_token("Content-Length,Transfer-Encoding,Connection", name); }

Headers without_framing(const Headers& headers) {
  Headers rest;
  for (const auto& [name, value] : headers)
    if (!is_framing(name)) rest.add(name, value);
  return rest;
}

void check_messages(std::string_view text) {
  Url base;
  base.host = "next";
  if (auto request = read<true>(text); request && request->headers.has("Host")) {
    const std::string head = format_request_head(*request, base);
    Reader<true> again;
    again.feed(head + request->body);
    require(!again.error && again.parser.is_done() && again.waiting.empty());
    require(again.parser.message().method == request->method && again.parser.message().target == request->target);
    require(again.parser.message().body == request->body);
    require(same_fields(without_framing(again.parser.message().headers), without_framing(request->headers)));
  }
  if (auto response = read<false>(text); response && response->headers.has("Date")) {
    const Framing framing = response->body.empty() ? Framing::length : Framing::chunked;
    std::string all = format_response_head(200, response->headers, framing, 0, true);
    if (framing == Framing::chunked) all += format_chunk(response->body) + format_chunk("");
    Reader<false> again;
    again.feed(all);
    require(!again.error && again.parser.is_done() && again.waiting.empty());
    require(again.parser.message().body == response->body);
    require(same_fields(without_framing(again.parser.message().headers), without_framing(response->headers)));
  }
}

void check_addresses(std::string_view text) {
  if (const auto url = parse_url(text)) {
    const auto again = parse_url((url->tls ? "https://" : "http://") + host_header(*url) + url->path);
    require(again && again->host == url->host && again->port == url->port && again->path == url->path);
  }
  require(percent_decode(percent_encode(text)).value() == text);
  require(query_value("/a?b=1&c=" + percent_encode(text), "c") == text);
  query_value(text, "limit");
}

void check_form(std::string_view text) {
  const auto parts = parse_multipart("multipart/form-data; boundary=b", text);
  parse_multipart(text, "--b--");
  if (!parts) return;
  for (const Part& part : *parts)
    if ((part.name + part.filename).contains('\\') || part.data.contains("--next")) return;
  const auto again = parse_multipart("multipart/form-data; boundary=next", format_multipart(*parts, "next"));
  require(again && again->size() == parts->size());
  for (std::size_t i = 0; i < parts->size(); ++i) {
    require((*again)[i].name == (*parts)[i].name && (*again)[i].filename == (*parts)[i].filename);
    require((*again)[i].content_type == (*parts)[i].content_type && (*again)[i].data == (*parts)[i].data);
  }
}

bool same_event(const StreamEvent& a, const StreamEvent& b) {
  return a.event == b.event && a.data == b.data && a.id == b.id;
}

void check_events(std::string_view text) {
  EventParser parser;
  const auto whole = parser.feed(text);
  require(whole.has_value());
  EventParser piecewise;
  std::vector<StreamEvent> events;
  in_pieces(text, [&](std::string_view piece) {
    for (StreamEvent& event : piecewise.feed(piece).value()) events.push_back(std::move(event));
    return true;
  });
  require(std::equal(whole->begin(), whole->end(), events.begin(), events.end(), same_event));
  for (const StreamEvent& event : events) {
    EventParser once_more;
    const auto again = once_more.feed(format_event(event));
    require(again && again->size() == 1 && same_event(again->front(), event));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_messages(text);
  check_addresses(text);
  check_form(text);
  check_events(text);
  return 0;
}
