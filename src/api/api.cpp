#include "api/api.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/guard.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "control/log.hpp"
#include "net/url.hpp"

namespace malin::api {

namespace {

constexpr std::size_t body_bytes_max = 4 << 20;  // A prompt has at most 1 MiB, and JSON may write a letter as six.

net::HttpResponse refusal(unsigned status) {
  if (status == 413) return problem(413, fmt::format("the body is over {} MiB", body_bytes_max >> 20));
  return problem(status, "this is no request that can be served");
}

net::HttpResponse not_served(const Found& found) {
  if (found.allowed.empty()) return problem(404, "there is nothing at this path");
  net::HttpResponse response = problem(405, fmt::format("this path takes {}", found.allowed));
  response.headers.add("Allow", found.allowed);
  return response;
}

Task<void> respond(net::Exchange& exchange, net::HttpResponse response) {
  const net::HttpRequest& request = exchange.request();
  control::log(spdlog::level::debug, "served",
               {{"method", request.method},
                {"path", std::string(net::path_of(request.target))},
                {"status", static_cast<std::int64_t>(response.status)}});
  if (!response.headers.has("Cache-Control")) response.headers.add("Cache-Control", "no-store");
  const Result<void> sent = co_await exchange.respond(std::move(response));
  if (!sent) control::log(spdlog::level::debug, sent.error().message, {{"peer", exchange.peer()}});
}

Task<void> serve(Backend& backend, net::Exchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  std::optional<net::HttpResponse> refused = turn_away(request, backend.options);
  if (refused) co_return co_await respond(exchange, std::move(*refused));
  Found found = find_route(request.method, net::path_of(request.target));
  if (found.route == nullptr) co_return co_await respond(exchange, not_served(found));
  Call call{backend, exchange, std::move(found.name)};
  if (found.route->stream != nullptr) co_return co_await found.route->stream(call);
  net::HttpResponse response = co_await found.route->answer(call);
  co_await respond(exchange, std::move(response));
}

}  // namespace

struct Api::Impl {
  Impl(boost::asio::any_io_executor executor, Backend backend_)
      : backend(std::move(backend_)),
        server(
            executor, [this](net::Exchange& exchange) { return serve(backend, exchange); },
            net::ServerLimits{.body_bytes_max = body_bytes_max}, refusal) {}

  Backend backend;
  net::HttpServer server;
};

Api::Api(boost::asio::any_io_executor executor, Clock& clock, const Config& config, control::Controller& controller,
         ApiOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), Backend{clock, config, controller, std::move(options)})) {}

Api::~Api() = default;

Result<std::uint16_t> Api::listen() {
  const ApiOptions& options = impl_->backend.options;
  if (options.token.empty() && !is_loopback(options.address))
    return fail(Errc::refused, fmt::format("listening on {} needs a token, for others can reach it; set api.token_file "
                                           "or api.token_env, or listen on 127.0.0.1",
                                           options.address));
  return impl_->server.listen(options.address, options.port);
}

void Api::look() { impl_->backend.history.take(impl_->backend.controller.situation()); }

void Api::stop() { impl_->server.stop(); }

Task<void> Api::stopped() { return impl_->server.stopped(); }

}  // namespace malin::api
