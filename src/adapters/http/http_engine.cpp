#include "adapters/http/http_engine.hpp"

#include <utility>

#include "net/http_client.hpp"
#include "net/url.hpp"

namespace malin::adapters {

struct HttpEngine::Impl {
  boost::asio::any_io_executor executor;
  HttpEngineOptions options;
  std::unique_ptr<net::HttpClient> client;  // Empty until the first use, and while the url is no good.

  Task<Result<unsigned>> ask();
};

// The status of the health answer.
Task<Result<unsigned>> HttpEngine::Impl::ask() {
  if (!client) {
    Result<net::Url> base = net::parse_url(options.url);
    if (!base) co_return std::unexpected(base.error());
    client = std::make_unique<net::HttpClient>(executor, std::move(*base));
  }
  net::HttpRequest request("GET", options.path);
  const Result<net::HttpResponse> response = co_await client->send(std::move(request), options.limit);
  if (!response) co_return std::unexpected(response.error());
  co_return response->status;
}

HttpEngine::HttpEngine(boost::asio::any_io_executor executor, HttpEngineOptions options)
    : impl_(std::make_unique<Impl>()) {
  if (options.identifier.empty()) options.identifier = options.model;
  impl_->executor = std::move(executor);
  impl_->options = std::move(options);
}

HttpEngine::~HttpEngine() = default;

Task<Result<EngineReading>> HttpEngine::probe() {
  const Result<unsigned> status = co_await impl_->ask();
  if (!status) co_return std::unexpected(status.error());
  EngineReading reading;
  if (*status / 100 != 2) {
    reading.note = impl_->options.path + " answers " + std::to_string(*status);
    co_return reading;
  }
  Resident resident;
  resident.model = impl_->options.model;
  resident.identifier = impl_->options.identifier;
  resident.instance = impl_->options.identifier;
  reading.residents.push_back(std::move(resident));
  co_return reading;
}

Task<Result<void>> HttpEngine::ensure_loaded(LoadOrder order, LoadProgress progress) {
  const Result<void> well = co_await probe_sense(order.identifier);
  if (well || well.error().code != Errc::not_found) co_return well;
  static_cast<void>(progress);
  co_return fail(Errc::refused, order.identifier + " can only be watched, not loaded: " + well.error().message);
}

Task<Result<void>> HttpEngine::ensure_absent(std::string identifier) {
  co_return fail(Errc::refused, identifier + " can only be watched, not unloaded");
}

Task<Result<void>> HttpEngine::probe_sense(std::string identifier) {
  if (identifier != impl_->options.identifier) {
    co_return fail(Errc::not_found, "this server is called " + impl_->options.identifier + ", not " + identifier);
  }
  const Result<unsigned> status = co_await impl_->ask();
  if (!status) co_return std::unexpected(status.error());
  if (*status / 100 == 2) co_return Result<void>();
  co_return fail(Errc::not_found, impl_->options.path + " answers " + std::to_string(*status));
}

}  // namespace malin::adapters
