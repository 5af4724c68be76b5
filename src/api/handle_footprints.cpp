// What senses and renders take: GET /v1/footprints, PUT and DELETE /v1/footprints/{name}.
#include "api/body.hpp"
#include "api/format_footprint.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"

namespace malin::api {

namespace {

// As it is now. Of a size that was forgotten and is nobody's usual one only the name is left.
net::HttpResponse footprint_as_it_is(const Call& call) {
  const Situation now = call.controller().situation();
  const Result<std::string> name = footprint_key(now.config, now.ledger, call.name);
  return answer(200, name ? format_footprint(now, *name) : json::object{{"name", call.name}});
}

}  // namespace

Task<net::HttpResponse> get_footprints(Call& call) {
  json::object listed;
  listed["footprints"] = format_footprints(call.controller().situation());
  co_return answer(200, listed);
}

Task<net::HttpResponse> put_footprint(Call& call) {
  Body body(call.request());
  const Bytes size{body.whole("pinned_bytes", pin_min.count, pin_max.count)};
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const Result<void> done = co_await call.controller().pin_footprint(call.name, size);
  if (!done) co_return problem(done.error());
  co_return footprint_as_it_is(call);
}

Task<net::HttpResponse> delete_footprint(Call& call) {
  const Result<void> done = co_await call.controller().forget_footprint(call.name);
  if (!done) co_return problem(done.error());
  co_return footprint_as_it_is(call);
}

}  // namespace malin::api
