#include "rig/lmstudio_http.hpp"

#include <utility>

#include "net/url.hpp"

namespace malin::rig {

namespace json = boost::json;

net::HttpResponse studio_response(unsigned status, const json::value& body) {
  return {status, "application/json; charset=utf-8", json::serialize(body)};
}

net::HttpResponse openai_error(unsigned status, const std::string& message, const std::string& code) {
  json::object error{{"message", message}, {"type", "invalid_request_error"}, {"param", "model"}, {"code", code}};
  return studio_response(status, json::object{{"error", std::move(error)}});
}

net::HttpResponse unexpected_endpoint(const net::HttpRequest& request) {
  const std::string what = request.method + " " + request.target;
  return studio_response(200, json::object{{"error", "Unexpected endpoint or method. (" + what + ")"}});
}

Task<Result<world::Instance>> resolve_just_in_time(LmStudioBackend& backend, std::string model) {
  if (auto loaded = find_serving(backend, model)) co_return std::move(*loaded);
  if (!backend.options.just_in_time) {
    co_return fail(Errc::not_found,
                   "No models loaded. Please load a model in the developer page or use the 'lms load' command.");
  }
  co_return co_await backend.studio.get_or_load(std::move(model));
}

Task<void> serve_lmstudio_http(LmStudioBackend& backend, net::Exchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const std::string path(net::path_of(request.target));
  net::HttpResponse response = unexpected_endpoint(request);
  if (path == "/lmstudio-greeting") {
    response = studio_response(200, json::object{{"lmstudio", true}});
  } else if (path == "/lms-status") {
    response = studio_response(200, json::object{{"package", "lmstudio"}, {"version", backend.options.version}});
  } else if (backend.options.token && request.headers.get("Authorization") != "Bearer " + *backend.options.token) {
    response = openai_error(401, "Malformed or missing API token.", "invalid_api_key");
  } else {
    backend.log({{"type", "server.log"},
                 {"content", "Received request: " + request.method + " to " + path},
                 {"level", "info"}});
    const bool rest = co_await serve_lmstudio_rest(backend, exchange);
    if (rest) co_return;
    const bool openai = co_await serve_openai(backend, exchange);
    if (openai) co_return;
  }
  // A client that has gone needs no answer.
  static_cast<void>(co_await exchange.respond(std::move(response)));
}

}  // namespace malin::rig
