// GET /v1/events: the timeline as server-sent events, how everyone stands whenever that changes, and the glow by
// itself, for an avatar that follows nothing else. The client's own pace sets how much is read from the ledger, so
// nothing is kept for it here.
#include <algorithm>
#include <charconv>

#include "api/format_sense.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "core/explain.hpp"
#include "net/event_stream.hpp"
#include "net/url.hpp"

namespace malin::api {

namespace {

constexpr std::int64_t events_first = 100;  // Without a place to go on from: so many of the newest.
constexpr std::int64_t events_first_max = 1000;
constexpr int page = 100;
constexpr Duration keep_alive{15'000};

struct Start {
  std::int64_t after = 0;
  std::int64_t limit = 0;  // Where the stream ends with what there is.
  bool follows = true;
};

std::string format_row(const Event& event) {
  json::object data{{"id", event.id},
                    {"at", format_time(event.at)},
                    {"kind", event.kind},
                    {"subject", event.subject},
                    {"text", event.text}};
  net::StreamEvent row;
  row.event = "timeline";
  row.id = std::to_string(event.id);
  row.data = net::format_json(data);
  return net::format_event(row);
}

std::string format_standing(const Situation& situation) {
  net::StreamEvent standing;
  standing.event = "status";
  standing.data = net::format_json(format_summary(situation, view_senses(situation)));
  return net::format_event(standing);
}

std::expected<Start, net::HttpResponse> read_start(const Call& call) {
  constexpr std::int64_t id_max = std::numeric_limits<std::int64_t>::max() / 2;
  const std::int64_t newest = call.controller().situation().ledger.last_event;
  auto limit = query_number(call.request(), "limit", events_first, 0, events_first_max);
  if (!limit) return std::unexpected(std::move(limit.error()));
  auto after = query_number(call.request(), "after", -1, 0, id_max);
  if (!after) return std::unexpected(std::move(after.error()));
  // A browser that comes back asks the same address again, so its header says more than the query.
  const std::string_view last = call.request().headers.get("Last-Event-ID");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), id);
  if (!last.empty() && error == std::errc() && end == last.data() + last.size() && id >= 0) after = id;
  Start start;
  // An id that is still to come is of another ledger.
  start.after = *after < 0 || *after > newest ? std::max<std::int64_t>(0, newest - *limit) : *after;
  start.limit = *limit;
  start.follows = net::query_value(call.request().target, "follow") != "false";
  return start;
}

std::string format_glow_event(const Situation& situation) {
  const std::vector<SenseView> views = view_senses(situation);
  net::StreamEvent glow;
  glow.event = "glow";
  glow.data = net::format_json(
      json::object{{"glow", to_string(glow_of(situation, views))}, {"line", explain(situation, views)}});
  return net::format_event(glow);
}

Glow glow_now(const Situation& situation) { return glow_of(situation, view_senses(situation)); }

// The client's place in the stream.
struct Place {
  std::int64_t after;
  std::int64_t left;  // Rows that it may still get.
};

// Sends the rows that there are; false: the client or the disk has failed.
Task<bool> send_rows(Call& call, Place& place) {
  while (call.controller().situation().ledger.last_event > place.after && place.left > 0) {
    const auto wanted = static_cast<int>(std::min<std::int64_t>(page, place.left));
    const Result<std::vector<Event>> rows = co_await call.controller().events(place.after, wanted);
    if (!rows || rows->empty()) co_return false;
    std::string chunk;
    for (const Event& row : *rows) chunk += format_row(row);
    place.after = rows->back().id;
    place.left -= static_cast<std::int64_t>(rows->size());
    const Result<void> written = co_await call.exchange.write(std::move(chunk));
    if (!written) co_return false;
  }
  co_return true;
}

Task<void> follow(Call& call, Start start) {
  Place place{start.after, start.follows ? std::numeric_limits<std::int64_t>::max() : start.limit};
  std::string told;
  std::optional<Glow> glow_told;
  TimePoint said_at{};
  for (;;) {
    const std::int64_t seen = call.controller().revision();
    std::string standing = format_standing(call.controller().situation());
    std::string chunk;
    if (standing != told) {
      told = standing;
      chunk = std::move(standing);
      const Glow glow = glow_now(call.controller().situation());
      if (glow_told != glow) chunk += format_glow_event(call.controller().situation());
      glow_told = glow;
    } else if (call.backend.clock.now() >= said_at + keep_alive) {
      chunk = ": still here\n\n";
    }
    if (!chunk.empty()) said_at = call.backend.clock.now();
    const Result<void> written = co_await call.exchange.write(std::move(chunk));
    if (!written) co_return;
    const bool is_well = co_await send_rows(call, place);
    if (!is_well) co_return;  // Cut, so that the client comes back and goes on where it was.
    if (!start.follows || call.controller().is_stopping()) break;
    co_await call.controller().wait_for_news(seen, said_at + keep_alive);
  }
  const Result<void> ended = co_await call.exchange.end();
  if (!ended) co_return;
}

}  // namespace

Task<void> stream_events(Call& call) {
  auto start = read_start(call);
  if (!start) {
    const Result<void> sent = co_await call.exchange.respond(std::move(start.error()));
    if (!sent) co_return;
    co_return;
  }
  net::Headers headers;
  headers.add("Content-Type", "text/event-stream");
  headers.add("Cache-Control", "no-cache");
  const Result<void> begun = co_await call.exchange.begin(200, std::move(headers));
  if (!begun) co_return;
  if (call.request().method != "HEAD") co_return co_await follow(call, *start);
  const Result<void> ended = co_await call.exchange.end();
  if (!ended) co_return;
}

}  // namespace malin::api
