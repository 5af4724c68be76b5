// The proxy's readers of HTTP/1.1 and JSON take any bytes; and what they accept as a request they accept again after it
// was written for the next hop, with the same end of its body.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/proxy/body.hpp"
#include "api/proxy/head_format.hpp"
#include "api/proxy/json_walk.hpp"

using namespace malin::api::proxy;

namespace {

void check_request(std::string_view text) {
  RequestHead head;
  unsigned refusal = 0;
  if (parse_request(text, head, refusal) != Parsed::whole) return;
  std::string next;
  format_request(head, {.host = "next"}, next);
  RequestHead again;
  if (parse_request(next, again, refusal) != Parsed::whole || again.bytes != next.size()) std::abort();
  if (again.body_end != head.body_end || again.body_bytes != head.body_bytes) std::abort();
  if (again.method != head.method || again.target != head.target || again.upgrades) std::abort();
}

// In one piece and byte by byte the end is the same.
void check_body(std::string_view text) {
  BodyScanner whole;
  BodyScanner pieces;
  whole.begin(BodyEnd::chunked, 0);
  pieces.begin(BodyEnd::chunked, 0);
  std::string data;
  std::string same_data;
  whole.take(text, &data);
  for (const char& c : text) {
    if (pieces.is_done() || pieces.is_broken()) break;
    pieces.take({&c, 1}, &same_data);
  }
  if (whole.is_done() != pieces.is_done() || whole.is_broken() != pieces.is_broken() || data != same_data) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_request(text);
  check_request("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(text) + "\r\n\r\n");
  ResponseHead response;
  parse_response("HTTP/1.1 " + std::string(text), "", response);
  check_body(text);
  walk_json(text, [&](const JsonPath&, JsonScalar scalar) {
    if (scalar.end < scalar.begin || scalar.end > size) std::abort();
    const std::string raw(text.substr(scalar.begin, scalar.end - scalar.begin));
    // Two halves of a pair that meet become one letter; after that nothing changes any more.
    const std::string once = unescape(escape(unescape(raw)));
    if (scalar.is_string && unescape(escape(once)) != once) std::abort();
  });
  return 0;
}
