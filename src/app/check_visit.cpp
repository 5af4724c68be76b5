#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/comfyui/workflow.hpp"
#include "adapters/lmstudio/discovery.hpp"
#include "adapters/system/system_clock.hpp"
#include "app/check.hpp"
#include "app/check_workflow.hpp"
#include "app/client_address.hpp"
#include "app/parts.hpp"
#include "app/studio.hpp"
#include "net/http_client.hpp"

namespace malin::app {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr Duration answer_limit{5'000};

// Errors are those of any answer that is not what was asked for.
Task<Result<json::value>> get_json(net::HttpClient& client, std::string target, std::string token) {
  net::HttpRequest request("GET", std::move(target));
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  const Result<net::HttpResponse> response = co_await client.send(std::move(request), answer_limit);
  if (!response) co_return std::unexpected(response.error());
  if (response->status != 200) co_return fail(Errc::refused, std::to_string(response->status));
  co_return net::parse_json(response->body);
}

template <class T, class Part>
Task<void> visit_part(Part& part, Result<T>& out) {
  out = co_await part.probe();
}

// The keys of the models on LM Studio's disk; nothing is said where it does not tell.
Task<void> visit_models(const EngineSettings& engine, std::set<std::string>& models, bool& is_told) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Result<net::Url> url = net::parse_url(engine.url);
  if (engine.url.empty()) {
    adapters::lmstudio::Whereabouts usual;
    url = co_await adapters::lmstudio::discover(executor, std::move(usual), answer_limit);
  }
  if (!url) co_return;
  net::HttpClient client(executor, std::move(*url));
  const Result<json::value> answer = co_await get_json(client, "/api/v1/models", engine.token.reveal());
  const json::array* listed = answer ? net::find_array(*answer, "models") : nullptr;
  if (listed == nullptr) co_return;
  is_told = true;
  for (const json::value& model : *listed) {
    models.insert(net::find_string(model, "key").value_or(""));
    const json::array* variants = net::find_array(model, "variants");
    if (variants == nullptr) continue;
    for (const json::value& variant : *variants) {
      if (const auto* name = variant.if_string()) models.emplace(name->data(), name->size());
    }
  }
}

// The workflow as it is sent, with the values that a job has when it gives none.
Result<json::value> graph_of(const KindSettings& kind) {
  adapters::SlotValues values = kind.slots;
  values["prompt"] = "a prompt";
  values["seed"] = "1";
  std::erase_if(values, [&kind](const auto& value) { return !kind.graph.slots().contains(value.first); });
  const Result<std::string> filled = adapters::fill(kind.graph, values);
  if (!filled) return std::unexpected(filled.error());
  return net::parse_json(*filled);
}

Task<void> visit_workflow(const KindSettings& kind, std::string renderer_url, Result<WorkflowVisit>& out) {
  const Result<json::value> graph = graph_of(kind);
  Result<net::Url> url = net::parse_url(renderer_url);
  if (!graph || !url) {
    out = std::unexpected(graph ? url.error() : graph.error());
    co_return;
  }
  net::HttpClient client(co_await asio::this_coro::executor, std::move(*url));
  NodeInfo nodes;
  for (const std::string& name : node_classes(*graph)) {
    Result<json::value> info = co_await get_json(client, "/object_info/" + net::percent_encode(name), "");
    if (!info) {
      out = std::unexpected(info.error());
      co_return;
    }
    nodes[name] = std::move(*info);
  }
  out = compare_workflow(*graph, nodes);
}

Task<void> visit_daemon(const ApiSettings& api, std::optional<DaemonVisit>& out) {
  const Result<net::Url> url = net::parse_url(client_url(api));
  if (!url || api.port == 0) co_return;
  net::HttpClient client(co_await asio::this_coro::executor, *url);
  const Result<json::value> status = co_await get_json(client, "/v1/status", api.token.reveal());
  if (!status && status.error().code == Errc::unreachable) co_return;
  const auto line = status ? net::find_string(*status, "line") : std::nullopt;
  const json::value* courier = status ? net::find(*status, "courier") : nullptr;
  const auto unheard = courier == nullptr ? std::nullopt : net::find_string(*courier, "unheard");
  out = DaemonVisit{line.has_value(), line.value_or(""), unheard.value_or("")};
}

// A running daemon says itself how it hears; another reader would disturb it.
Task<void> visit_inbox(const ApiSettings& api, Inbox* inbox, Visits& out) {
  co_await visit_daemon(api, out.daemon);
  if (inbox == nullptr || out.daemon) co_return;
  out.inbox = co_await inbox->probe();
}

Task<void> visit_studio(Result<void>& out) { out = co_await probe_studio(); }

// Starts one visit; `running` counts those that have not ended.
void start(asio::io_context& io, int& running, Task<void> task) {
  ++running;
  asio::co_spawn(io, std::move(task), [&running](std::exception_ptr error) {
    --running;
    if (error) std::rethrow_exception(error);
  });
}

using CardVisits = std::map<std::string, Result<CardReading>>;

void start_card_visits(asio::io_context& io, int& running, Parts& parts, CardVisits& out) {
  for (const auto& [name, card] : parts.cards)
    start(io, running, visit_part(*card, out.emplace(name, fail(Errc::timeout, "not visited")).first->second));
}

// Every visit has a deadline of its own; connections that are kept do not matter.
void finish_visits(asio::io_context& io, const int& running) {
  while (running > 0 && io.run_one() != 0) {}
}

struct Models {
  std::set<std::string> keys;
  bool is_told = false;
};

}  // namespace

Result<Visits> visit(const AppConfig& config) {
  const auto unknown = fail(Errc::timeout, "not visited");
  Visits visits;
  std::map<std::string, Models> models;
  asio::io_context io(1);
  adapters::SystemClock clock;
  const std::filesystem::path studio = find_studio().value_or("");
  const auto parts = make_parts(io.get_executor(), clock, config, studio, [](bool) {});
  if (!parts) return std::unexpected(parts.error());
  int running = 0;
  start(io, running, visit_studio(visits.studio));
  start_card_visits(io, running, **parts, visits.cards);
  for (const auto& [name, engine] : (*parts)->engines)
    start(io, running, visit_part(*engine, visits.engines.emplace(name, unknown).first->second));
  for (const auto& [name, renderer] : (*parts)->renderers)
    start(io, running, visit_part(*renderer, visits.renderers.emplace(name, unknown).first->second));
  if ((*parts)->courier) start(io, running, visit_part(*(*parts)->courier, visits.courier.emplace(unknown)));
  for (const EngineSettings& engine : config.engines) {
    if (engine.type != "lmstudio") continue;
    Models& found = models[engine.name];
    start(io, running, visit_models(engine, found.keys, found.is_told));
  }
  for (const KindSettings& kind : config.kinds) {
    for (const RendererSettings& renderer : config.renderers) {
      if (renderer.name != kind.renderer) continue;
      auto& out = visits.workflows.emplace(kind.name, unknown).first->second;
      start(io, running, visit_workflow(kind, renderer.url, out));
    }
  }
  start(io, running, visit_inbox(config.api, (*parts)->inbox.get(), visits));
  finish_visits(io, running);
  for (auto& [name, found] : models) {
    if (found.is_told) visits.models[name] = std::move(found.keys);
  }
  return visits;
}

Result<CardVisits> visit_unknown_cards(const AppConfig& config) {
  CardVisits visits;
  asio::io_context io(1);
  adapters::SystemClock clock;
  const auto parts = make_parts(io.get_executor(), clock, config, {}, [](bool) {});
  if (!parts) return std::unexpected(parts.error());
  for (const CardSettings& card : config.cards)
    if (card.total) (*parts)->cards.erase(card.name);
  int running = 0;
  start_card_visits(io, running, **parts, visits);
  finish_visits(io, running);
  return visits;
}

}  // namespace malin::app
