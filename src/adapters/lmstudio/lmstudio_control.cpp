#include "adapters/lmstudio/lmstudio_control.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "adapters/lmstudio/pause.hpp"

namespace malin::adapters::lmstudio {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using Steady = std::chrono::steady_clock;

SocketControl::SocketControl(asio::any_io_executor executor, net::Url base, std::string hello, LmStudioOptions options)
    : executor_(std::move(executor)), base_(std::move(base)), hello_(std::move(hello)), options_(std::move(options)) {}

SocketControl::~SocketControl() {
  if (llm_) llm_->close();
  if (embedding_) embedding_->close();
}

Task<Result<void>> SocketControl::connect() {
  const Result<std::shared_ptr<Socket>> llm = co_await socket(false);
  if (!llm) co_return std::unexpected(llm.error());
  co_return Result<void>();
}

Task<Result<std::shared_ptr<Socket>>> SocketControl::socket(bool embedding) {
  std::shared_ptr<Socket>& kept = embedding ? embedding_ : llm_;
  if (kept && kept->is_alive()) co_return kept;
  net::Url url = base_;
  url.path += embedding ? "/embedding" : "/llm";
  std::string hello = hello_;
  Result<std::shared_ptr<Socket>> fresh =
      co_await Socket::connect(executor_, std::move(url), std::move(hello), options_.rpc_limit);
  if (!fresh) co_return std::unexpected(fresh.error());
  if (kept && kept->is_alive()) {  // Someone else was faster: one socket a namespace.
    (*fresh)->close();
    co_return kept;
  }
  kept = *fresh;
  if (!embedding) has_embedding_ = true;  // Another server, perhaps: ask it again.
  co_return kept;
}

Task<Result<std::vector<Instance>>> SocketControl::list_in(std::shared_ptr<Socket> home, bool embedding) {
  json::value none;
  const Result<json::value> models = co_await home->call("listLoaded", std::move(none), options_.rpc_limit);
  if (!models) co_return std::unexpected(models.error());
  co_return parse_instances(*models, embedding);
}

Task<Result<std::vector<Instance>>> SocketControl::list() {
  const Result<std::shared_ptr<Socket>> llm = co_await socket(false);
  if (!llm) co_return std::unexpected(llm.error());
  if (!has_embedding_) co_return co_await list_in(*llm, false);
  const Result<std::shared_ptr<Socket>> embedding = co_await socket(true);
  if (!embedding) {
    const Errc code = embedding.error().code;
    const bool declined = code == Errc::bad_reply || (code == Errc::unreachable && !had_embedding_);
    if (!declined) co_return std::unexpected(embedding.error());
    has_embedding_ = false;
    co_return co_await list_in(*llm, false);
  }
  had_embedding_ = true;
  Task<Result<std::vector<Instance>>> first = list_in(*llm, false);
  Task<Result<std::vector<Instance>>> second = list_in(*embedding, true);
  auto [listed, embeddings] = co_await (std::move(first) && std::move(second));
  if (!listed || !embeddings) co_return listed ? std::move(embeddings) : std::move(listed);
  for (Instance& instance : *embeddings) {
    embedding_models_.insert(instance.model);
    // A server with one list for both shows the same instance twice.
    const bool known = std::ranges::find(*listed, instance.reference, &Instance::reference) != listed->end();
    if (!known) listed->push_back(std::move(instance));
  }
  co_return std::move(listed);
}

Task<Result<EngineReading>> SocketControl::probe() {
  const Result<std::vector<Instance>> listed = co_await list();
  if (!listed) co_return std::unexpected(listed.error());
  EngineReading reading;
  std::map<std::string, std::string> configs;
  for (const Instance& instance : *listed) {
    knows_devices_ = knows_devices_ || instance.knows_devices;
    if (instance.remote) continue;
    paths_[instance.model] = instance.path;
    Result<Resident> resident = co_await describe(instance);
    if (!resident) {
      if (resident.error().code == Errc::not_found) continue;  // Unloaded since it was listed.
      co_return std::unexpected(resident.error());
    }
    if (!resident->load_config.empty()) {
      configs[instance.reference] = resident->load_config;
    } else {
      reading.restores_exactly = false;
      reading.note = "LM Studio does not tell the load config of " + instance.identifier;
    }
    if (instance.last_used) reading.last_used[instance.reference] = *instance.last_used;
    reading.residents.push_back(std::move(*resident));
  }
  configs_ = std::move(configs);
  co_return reading;
}

std::string SocketControl::path_of(const std::string& model) const {
  const auto found = paths_.find(model);
  return found == paths_.end() ? "" : found->second;
}

Task<Result<Resident>> SocketControl::describe(Instance instance) {
  Task<Result<std::string>> learning = config_of(instance);
  Task<Result<ResidentState>> looking = state_of(instance);
  const auto [config, state] = co_await (std::move(learning) && std::move(looking));
  if (!config) co_return std::unexpected(config.error());
  if (!state) co_return std::unexpected(state.error());
  Resident resident;
  resident.model = instance.model;
  resident.identifier = instance.identifier;
  resident.instance = instance.reference;
  resident.ttl = instance.ttl;
  resident.state = *state;
  resident.load_config = *config;
  co_return resident;
}

// An instance keeps its load config, so it is asked for once. Empty: it is not told.
Task<Result<std::string>> SocketControl::config_of(Instance instance) {
  if (const auto known = configs_.find(instance.reference); known != configs_.end()) co_return known->second;
  const Result<std::shared_ptr<Socket>> home = co_await socket(instance.embedding);
  if (!home) co_return std::unexpected(home.error());
  json::value parameter = specifier_parameter(instance.reference);
  const Result<json::value> answer = co_await (*home)->call("getLoadConfig", std::move(parameter), options_.rpc_limit);
  if (!answer) {
    if (answer.error().code == Errc::refused) co_return std::string();
    co_return std::unexpected(answer.error());
  }
  co_return parse_load_config(*answer);
}

// Servers that do not know the question count as idle: they give no way to wait for the end of a generation.
Task<Result<ResidentState>> SocketControl::state_of(Instance instance) {
  const Result<std::shared_ptr<Socket>> home = co_await socket(instance.embedding);
  if (!home) co_return std::unexpected(home.error());
  json::value parameter = specifier_parameter(instance.reference);
  parameter.as_object()["throwIfNotFound"] = true;
  const Result<json::value> answer =
      co_await (*home)->call("getInstanceProcessingState", std::move(parameter), options_.rpc_limit);
  if (!answer) {
    if (answer.error().code == Errc::refused) co_return ResidentState::idle;
    co_return std::unexpected(answer.error());
  }
  const std::optional<bool> busy = parse_busy(*answer);
  if (!busy) {
    co_return fail(Errc::bad_reply,
                   "LM Studio answered getInstanceProcessingState with: " + excerpt(json::serialize(*answer)));
  }
  co_return *busy ? ResidentState::busy : ResidentState::idle;
}

Task<Result<std::optional<Instance>>> SocketControl::look_for(std::string identifier) {
  const Result<std::vector<Instance>> listed = co_await list();
  if (!listed) co_return std::unexpected(listed.error());
  std::optional<Instance> found;
  for (const Instance& instance : *listed) {
    knows_devices_ = knows_devices_ || instance.knows_devices;
    if (!instance.remote && instance.identifier == identifier) found = instance;
  }
  co_return found;
}

Task<Result<Found>> SocketControl::find(std::string identifier) {
  const Result<std::optional<Instance>> instance = co_await look_for(identifier);
  if (!instance) co_return std::unexpected(instance.error());
  if (!*instance) co_return fail(Errc::not_found, identifier + " is not loaded in LM Studio");
  Found found;
  found.model = (*instance)->model;
  found.embedding = (*instance)->embedding;
  co_return found;
}

Task<Result<void>> SocketControl::unload(std::string identifier) {
  const Result<std::optional<Instance>> found = co_await look_for(identifier);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return Result<void>();
  const Instance instance = **found;
  const Result<void> drained = co_await drain(instance);
  if (!drained) {
    if (drained.error().code == Errc::not_found) co_return Result<void>();  // Someone else unloaded it.
    co_return drained;
  }
  const Result<std::shared_ptr<Socket>> home = co_await socket(instance.embedding);
  if (!home) co_return std::unexpected(home.error());
  json::value parameter = unload_parameter(instance);
  const Result<json::value> answer = co_await (*home)->call("unloadModel", std::move(parameter), options_.unload_limit);
  if (!answer && answer.error().code != Errc::not_found) co_return std::unexpected(answer.error());
  const Result<void> gone = co_await wait_until_gone(instance);
  co_return gone;
}

Task<Result<void>> SocketControl::drain(Instance instance) {
  const auto began = Steady::now();
  for (;;) {
    const Result<ResidentState> state = co_await state_of(instance);
    if (!state) co_return std::unexpected(state.error());
    if (*state == ResidentState::idle) co_return Result<void>();
    if (Steady::now() >= began + options_.drain_limit)
      co_return fail(Errc::timeout, instance.identifier + " is still generating");
    co_await pause_since(began, options_.poll);
  }
}

// Another instance under the same identifier is an intruder, and for the next probe to find.
Task<Result<void>> SocketControl::wait_until_gone(Instance instance) {
  const auto began = Steady::now();
  for (;;) {
    const Result<std::optional<Instance>> still = co_await look_for(instance.identifier);
    if (!still) co_return std::unexpected(still.error());
    if (!*still || (*still)->reference != instance.reference) co_return Result<void>();
    if (Steady::now() >= began + options_.gone_limit) {
      co_return fail(Errc::timeout, "LM Studio said that it unloads " + instance.identifier + ", but still lists it");
    }
    co_await pause_since(began, options_.poll);
  }
}

}  // namespace malin::adapters::lmstudio
