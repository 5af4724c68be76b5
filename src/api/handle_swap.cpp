// The toggle: PUT /v1/swap, POST /v1/swap/abort, POST /v1/senses/{name}/restore.
#include "api/body.hpp"
#include "api/format_sense.hpp"
#include "api/format_status.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"

namespace malin::api {

namespace {

net::HttpResponse swap_as_it_is(const Call& call) {
  return answer(200, format_swap(call.controller().situation().ledger.settings));
}

}  // namespace

Task<net::HttpResponse> put_swap(Call& call) {
  Body body(call.request());
  const bool is_enabled = body.flag("enabled");
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const Result<void> done = co_await call.controller().set_swap(is_enabled);
  if (!done) co_return problem(done.error());
  co_return swap_as_it_is(call);
}

Task<net::HttpResponse> post_abort(Call& call) {
  Body body(call.request());
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const Result<void> done = co_await call.controller().abort_swap();
  if (!done) co_return problem(done.error());
  co_return swap_as_it_is(call);
}

Task<net::HttpResponse> post_restore(Call& call) {
  Body body(call.request());
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const Result<void> done = co_await call.controller().restore(call.name);
  if (!done) co_return problem(done.error());
  const Situation now = call.controller().situation();
  const std::vector<SenseView> views = view_senses(now);
  co_return answer(200, format_sense(now, *find_view(views, call.name)));
}

}  // namespace malin::api
