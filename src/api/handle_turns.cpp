// Turns: POST /v1/turns, PUT and DELETE /v1/turns/{id}.
#include "api/body.hpp"
#include "api/format_job.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "core/explain.hpp"

namespace malin::api {

namespace {

constexpr std::size_t turns_open_max = 256;

json::object format_turn(const Turn& turn) { return {{"id", turn.id}, {"expires_at", format_time(turn.expires_at)}}; }

net::HttpResponse not_now(const Call& call, const Away& away) {
  const Situation now = call.controller().situation();
  const std::string line = explain(now, view_senses(now));
  json::array names;
  for (const std::string& sense : away.senses) names.push_back(json::value(sense));
  json::object members;
  members["away"] = std::move(names);
  members["until"] = format_moment(away.until);
  members["line"] = line;
  return problem(409, "a turn cannot begin now: " + line, std::move(members));
}

}  // namespace

Task<net::HttpResponse> post_turn(Call& call) {
  Body body(call.request());
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  if (call.controller().situation().seen.presence.turns.size() >= turns_open_max)
    co_return problem(503, "too many turns are open; end them when a reply is done");
  const control::TurnAnswer begun = co_await call.controller().begin_turn();
  if (!begun.away.senses.empty()) co_return not_now(call, begun.away);
  net::HttpResponse response = answer(201, format_turn(begun.turn));
  response.headers.add("Location", "/v1/turns/" + begun.turn.id);
  co_return response;
}

Task<net::HttpResponse> put_turn(Call& call) {
  const Result<Turn> kept = call.controller().keep_turn(call.name);
  if (!kept) co_return problem(kept.error());
  co_return answer(200, format_turn(*kept));
}

Task<net::HttpResponse> delete_turn(Call& call) {
  const Result<void> ended = call.controller().end_turn(call.name);
  if (!ended) co_return problem(ended.error());
  co_return net::HttpResponse(204, "", "");
}

}  // namespace malin::api
