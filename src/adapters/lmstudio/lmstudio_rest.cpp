#include "adapters/lmstudio/lmstudio_rest.hpp"

#include <utility>

#include "adapters/lmstudio/pause.hpp"

namespace malin::adapters::lmstudio {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

net::HttpRequest http_request(std::string method, std::string target, std::string body, const std::string& token) {
  net::HttpRequest request(std::move(method), std::move(target));
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  request.body = std::move(body);
  return request;
}

RestControl::RestControl(asio::any_io_executor executor, net::Url base, LmStudioOptions options)
    : options_(std::move(options)), client_(std::move(executor), std::move(base)) {}

Task<Result<std::vector<RestInstance>>> RestControl::list() {
  net::HttpRequest request = http_request("GET", "/api/v1/models", "", options_.token);
  const Result<net::HttpResponse> response = co_await client_.send(std::move(request), options_.rpc_limit);
  if (!response) co_return std::unexpected(response.error());
  co_return parse_models(*response);
}

Task<Result<EngineReading>> RestControl::probe() {
  const Result<std::vector<RestInstance>> listed = co_await list();
  if (!listed) co_return std::unexpected(listed.error());
  EngineReading reading;
  reading.restores_exactly = false;
  reading.note =
      "LM Studio's WebSocket is declined; over REST the GPU ratio, KV cache types, parallel slots, TTL and "
      "most other settings of a model cannot be restored, nor an identifier other than its key, and whether "
      "it is generating cannot be seen";
  if (!left_out_.empty()) reading.note += "; the newest load left out: " + left_out_;
  for (const RestInstance& instance : *listed) {
    Resident resident;
    resident.model = instance.model;
    resident.identifier = instance.id;
    resident.instance = instance.id;
    resident.load_config = instance.load_config;
    reading.residents.push_back(std::move(resident));
  }
  co_return reading;
}

Task<Result<Found>> RestControl::find(std::string identifier) {
  const Result<std::vector<RestInstance>> listed = co_await list();
  if (!listed) co_return std::unexpected(listed.error());
  for (const RestInstance& instance : *listed) {
    if (instance.id == identifier) {
      Found found;
      found.model = instance.model;
      found.embedding = instance.embedding;
      co_return found;
    }
  }
  co_return fail(Errc::not_found, identifier + " is not loaded in LM Studio");
}

Task<Result<void>> RestControl::load(LoadOrder order, LoadProgress progress) {
  const Result<Found> present = co_await find(order.identifier);
  if (present) {
    if (present->model == order.model) co_return Result<void>();
    co_return fail(Errc::refused, "the identifier " + order.identifier + " is taken by " + present->model);
  }
  if (present.error().code != Errc::not_found) co_return std::unexpected(present.error());
  if (order.identifier != order.model) {
    co_return fail(Errc::refused, "LM Studio's REST cannot load " + order.model + " as " + order.identifier +
                                      ": only its WebSocket can give names, and that is declined");
  }
  Result<RestLoad> load = format_rest_load(order);
  if (!load) co_return std::unexpected(load.error());
  const Result<net::HttpResponse> response =
      co_await post("/api/v1/models/load", std::move(load->body), options_.load_limit);
  if (!response) co_return std::unexpected(response.error());
  const Result<std::string> id = parse_rest_loaded(*response);
  if (!id) co_return std::unexpected(id.error());
  left_out_.clear();
  for (const std::string& key : load->left_out) left_out_ += (left_out_.empty() ? "" : ", ") + key;
  if (*id == order.identifier) {
    if (progress) progress(1);
    co_return Result<void>();
  }
  // Someone else loaded the same model at the same time: LM Studio then stacks a second copy under another name.
  const Result<void> undone = co_await send_unload(*id);
  co_return fail(Errc::refused, "LM Studio loaded a second copy of " + order.model + " as " + *id +
                                    (undone ? "; it was unloaded again" : "; unloading it failed"));
}

Task<Result<void>> RestControl::unload(std::string identifier) {
  const Result<Found> present = co_await find(identifier);
  if (!present) {
    if (present.error().code == Errc::not_found) co_return Result<void>();
    co_return std::unexpected(present.error());
  }
  const Result<void> unloaded = co_await send_unload(identifier);
  if (!unloaded) co_return unloaded;
  const Result<void> gone = co_await wait_until_gone(identifier);
  co_return gone;
}

Task<Result<void>> RestControl::send_unload(std::string id) {
  std::string body = format_rest_unload(id);
  const Result<net::HttpResponse> response =
      co_await post("/api/v1/models/unload", std::move(body), options_.unload_limit);
  if (!response) co_return std::unexpected(response.error());
  Result<void> unloaded = parse_rest_unloaded(*response);
  if (!unloaded && unloaded.error().code == Errc::not_found) co_return Result<void>();
  co_return unloaded;
}

Task<Result<void>> RestControl::wait_until_gone(std::string id) {
  const auto began = Steady::now();
  for (;;) {
    const Result<Found> still = co_await find(id);
    if (!still && still.error().code == Errc::not_found) co_return Result<void>();
    if (!still) co_return std::unexpected(still.error());
    if (Steady::now() >= began + options_.gone_limit) {
      co_return fail(Errc::timeout, "LM Studio said that it unloads " + id + ", but still lists it");
    }
    co_await pause_since(began, options_.poll);
  }
}

Task<Result<net::HttpResponse>> RestControl::post(std::string target, std::string body, Duration limit) {
  net::HttpRequest request = http_request("POST", std::move(target), std::move(body), options_.token);
  Result<net::HttpResponse> response = co_await client_.send(std::move(request), limit);
  co_return response;
}

}  // namespace malin::adapters::lmstudio
