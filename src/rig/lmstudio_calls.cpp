// The remote calls of LM Studio's SDK protocol.
#include <algorithm>

#include "rig/lmstudio_socket.hpp"

namespace malin::rig {
namespace {

using Answer = LmStudioSocket::Answer;

// A member of a parameter that may be no object at all.
json::value member(const json::value& value, std::string_view key) {
  const json::value* found = net::find(value, key);
  return found ? *found : json::value();
}

json::array sample_identifiers(const std::vector<world::Instance>& instances) {
  json::array sample;
  for (const world::Instance& instance : instances) sample.push_back(json::string(instance.identifier));
  return sample;
}

json::array format_models(const std::vector<world::Model>& models) {
  json::array all;
  for (const world::Model& model : models) all.push_back(format_model(model));
  return all;
}

}  // namespace

bool LmStudioSocket::serves(const world::Model& model) const { return model.embedding == (space_ == "embedding"); }

json::object LmStudioSocket::describe(const world::Instance& instance) const {
  return format_instance(*backend_->studio.find_model(instance.model), instance);
}

std::optional<world::Instance> LmStudioSocket::resolve(const json::value& specifier) {
  if (net::find_string(specifier, "type") == "instanceReference") {
    const auto reference = net::find_string(specifier, "instanceReference");
    const auto found = backend_->studio.find_reference(reference.value_or(""));
    return found ? find_serving(*backend_, found->identifier) : std::nullopt;
  }
  const json::value query = member(specifier, "query");
  const auto identifier = net::find_string(query, "identifier");
  const auto path = net::find_string(query, "path");
  const auto vision = net::find_bool(query, "vision");
  for (const world::Instance& instance : backend_->studio.instances()) {
    const world::Model& model = *backend_->studio.find_model(instance.model);
    if (!serves(model) || !find_serving(*backend_, instance.identifier)) continue;
    if (identifier && *identifier != instance.identifier) continue;
    if (path && *path != model.path && *path != model.key) continue;
    if (vision && *vision != model.vision) continue;
    return instance;
  }
  return std::nullopt;
}

json::object LmStudioSocket::no_such_model(const json::value& specifier) {
  if (net::find_string(specifier, "type") == "instanceReference") {
    return format_error("Model is unloaded.", {{"code", "generic.specificModelUnloaded"}});
  }
  const std::vector<world::Instance> loaded = backend_->studio.instances();
  json::value query = member(specifier, "query");
  if (!query.is_object()) query = json::object{};
  return format_error("No model found that matches the query", {{"code", "generic.noModelMatchingQuery"},
                                                                {"query", std::move(query)},
                                                                {"loadedModelsSample", sample_identifiers(loaded)},
                                                                {"totalLoadedModels", loaded.size()}});
}

Task<Answer> LmStudioSocket::call(std::string endpoint, json::value parameter) {
  if (endpoint != "unloadModel" || (space_ != "llm" && space_ != "embedding")) {
    co_return call_now(endpoint, parameter);
  }
  std::string identifier = net::find_string(parameter, "identifier").value_or("");
  if (!find_serving(*backend_, identifier)) {
    const std::vector<world::Instance> loaded = backend_->studio.instances();
    json::object display{{"code", "generic.identifierNotFound"},
                         {"identifier", identifier},
                         {"loadedModelsSample", sample_identifiers(loaded)},
                         {"totalLoadedModels", loaded.size()}};
    co_return std::unexpected(format_error("Cannot find a model with the identifier", std::move(display)));
  }
  const Result<void> unloaded = co_await backend_->studio.unload(std::move(identifier));
  if (!unloaded) co_return std::unexpected(format_error(unloaded.error().message));
  co_return std::optional<json::value>{};
}

Answer LmStudioSocket::call_now(const std::string& endpoint, const json::value& parameter) {
  if (space_ == "system") return call_system(endpoint);
  if (space_ != "llm" && space_ != "embedding") {
    return std::unexpected(format_error("Unknown endpoint " + endpoint + " in namespace " + space_));
  }
  if (endpoint == "listLoaded") {
    json::array loaded;
    for (const world::Instance& instance : backend_->studio.instances()) {
      if (!serves(*backend_->studio.find_model(instance.model))) continue;
      if (find_serving(*backend_, instance.identifier)) loaded.push_back(describe(instance));
    }
    return std::optional<json::value>(std::move(loaded));
  }
  if (endpoint == "estimateModelUsage") return estimate(parameter);

  const json::value specifier = member(parameter, "specifier");
  const std::optional<world::Instance> found = resolve(specifier);
  const bool known = endpoint == "getModelInfo" || endpoint == "getLoadConfig" ||
                     endpoint == "getInstanceProcessingState" || endpoint == "getBasePredictionConfig";
  if (!known) return std::unexpected(format_error("Unknown endpoint " + endpoint + " in namespace " + space_));
  if (!found) {
    const bool must_exist = net::find_bool(parameter, "throwIfNotFound").value_or(true);
    if (endpoint == "getModelInfo" && !must_exist) return std::optional<json::value>{};
    return std::unexpected(no_such_model(specifier));
  }
  if (endpoint == "getModelInfo") return std::optional<json::value>(describe(*found));
  if (endpoint == "getLoadConfig") return std::optional<json::value>(format_config(found->config));
  if (endpoint == "getBasePredictionConfig") return std::optional<json::value>(format_config("[]"));
  json::object state{{"status", to_string(found->state)}, {"queued", 0}};
  return std::optional<json::value>(std::move(state));
}

Answer LmStudioSocket::call_system(const std::string& endpoint) {
  json::object version{{"version", backend_->options.version}, {"build", 2}};
  if (endpoint == "listDownloadedModels") {
    return std::optional<json::value>(format_models(backend_->studio.models()));
  }
  if (endpoint == "version") return std::optional<json::value>(std::move(version));
  if (endpoint == "notify") return std::optional<json::value>{};
  return std::unexpected(format_error("Unknown endpoint " + endpoint + " in namespace system"));
}

Answer LmStudioSocket::estimate(const json::value& parameter) {
  const std::string key = net::find_string(parameter, "modelKey").value_or("");
  const world::Model* model = backend_->studio.find_model(key);
  if (!model) return std::unexpected(format_error("Model not found: " + key));
  const LoadConfig config = parse_config_stack(*model, net::find(parameter, "loadConfigStack"));
  const Result<world::Estimate> cost = backend_->studio.estimate(key, config.context_length, config.offload);
  if (!cost) return std::unexpected(format_error(cost.error().message));
  const std::int64_t total = cost->model.count + cost->context.count;
  json::object memory{
      {"confidence", "high"},    {"modelVramBytes", cost->model.count}, {"contextVramBytes", cost->context.count},
      {"totalVramBytes", total}, {"modelBytes", cost->model.count},     {"contextBytes", cost->context.count},
      {"totalBytes", total}};
  json::object answer{{"memory", std::move(memory)}, {"passesGuardrails", cost->passes_guardrails}};
  return std::optional<json::value>(std::move(answer));
}

void LmStudioSocket::stream_logs(std::int64_t channel) {
  const int listener = backend_->next_listener++;
  channels_[channel].log_listener = listener;
  const std::weak_ptr<LmStudioSocket> weak = weak_from_this();
  backend_->log_listeners[listener] = [weak, channel](const json::object& data) {
    const auto self = weak.lock();
    if (!self) return;
    json::object log{{"timestamp", to_unix_ms(self->backend_->studio.now())}, {"data", data}};
    self->push_message(channel, {{"type", "log"}, {"log", std::move(log)}});
  };
}

}  // namespace malin::rig
