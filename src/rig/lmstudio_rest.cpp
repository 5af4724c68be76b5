#include <algorithm>
#include <utility>

#include "net/url.hpp"
#include "rig/lmstudio_http.hpp"
#include "rig/lmstudio_json.hpp"
#include "rig/lmstudio_prompt.hpp"

namespace malin::rig {
namespace {

using net::HttpResponse;

HttpResponse rest_error(unsigned status, const std::string& type, const std::string& message) {
  json::object error{{"type", type}, {"message", message}, {"code", type}};
  return studio_response(status, json::object{{"error", std::move(error)}});
}

json::object rest_config(const world::Model& model, const std::string& config) {
  const auto field = [&](const char* key) { return config_value(config, key); };
  if (model.embedding) return {{"context_length", field("embedding.load.contextLength")}};
  return {{"context_length", field("llm.load.contextLength")},
          {"eval_batch_size", field("llm.load.llama.evalBatchSize")},
          {"parallel", field("llm.load.numParallelSessions")},
          {"flash_attention", field("llm.load.llama.flashAttention")},
          {"offload_kv_cache_to_gpu", field("llm.load.offloadKVCacheToGpu")}};
}

std::vector<world::Instance> instances_of(LmStudioBackend& backend, const world::Model& model) {
  std::vector<world::Instance> mine;
  for (const world::Instance& instance : backend.studio.instances()) {
    if (instance.model == model.key && find_serving(backend, instance.identifier)) mine.push_back(instance);
  }
  return mine;
}

json::object v1_model(LmStudioBackend& backend, const world::Model& model) {
  json::array loaded;
  for (const world::Instance& instance : instances_of(backend, model)) {
    loaded.push_back(json::object{{"id", instance.identifier}, {"config", rest_config(model, instance.config)}});
  }
  json::object entry{{"type", model.embedding ? "embedding" : "llm"},
                     {"publisher", model.publisher},
                     {"key", model.key},
                     {"display_name", model.display_name},
                     {"quantization", {{"name", "Q4_K_M"}, {"bits_per_weight", 4}}},
                     {"size_bytes", model.file_size.count},
                     {"params_string", model.params},
                     {"loaded_instances", std::move(loaded)},
                     {"max_context_length", model.max_context},
                     {"format", "gguf"},
                     {"variants", json::array{model.key + "@q4_k_m"}},
                     {"selected_variant", model.key + "@q4_k_m"}};
  if (model.embedding) return entry;
  entry["architecture"] = model.architecture;
  entry["capabilities"] = json::object{{"vision", model.vision}, {"trained_for_tool_use", true}};
  entry["description"] = nullptr;
  return entry;
}

json::object v0_model(LmStudioBackend& backend, const world::Model& model) {
  const std::vector<world::Instance> loaded = instances_of(backend, model);
  json::object entry{{"id", model.key},
                     {"object", "model"},
                     {"type", model.embedding ? "embeddings"
                              : model.vision  ? "vlm"
                                              : "llm"},
                     {"publisher", model.publisher},
                     {"arch", model.architecture},
                     {"compatibility_type", "gguf"},
                     {"quantization", "Q4_K_M"},
                     {"state", loaded.empty() ? "not-loaded" : "loaded"},
                     {"max_context_length", model.max_context}};
  if (!loaded.empty()) entry["loaded_context_length"] = loaded.front().context_length;
  return entry;
}

HttpResponse v0_models(LmStudioBackend& backend, std::string_view wanted) {
  if (!wanted.empty()) {
    const world::Model* model = backend.studio.find_model(wanted);
    if (!model) return rest_error(404, "model_not_found", "Model not found");
    return studio_response(200, v0_model(backend, *model));
  }
  json::array data;
  for (const world::Model& model : backend.studio.models()) data.push_back(v0_model(backend, model));
  return studio_response(200, json::object{{"object", "list"}, {"data", std::move(data)}});
}

HttpResponse v1_models(LmStudioBackend& backend) {
  json::array models;
  for (const world::Model& model : backend.studio.models()) models.push_back(v1_model(backend, model));
  return studio_response(200, json::object{{"models", std::move(models)}});
}

Task<HttpResponse> v1_load(LmStudioBackend& backend, json::value body) {
  const auto key = net::find_string(body, "model");
  if (!key) co_return rest_error(400, "invalid_request", "'model' is required");
  const world::Model* model = backend.studio.find_model(*key);
  if (!model) co_return rest_error(404, "model_not_found", "Model not found: " + *key);
  const LoadConfig config = parse_rest_config(*model, body);
  world::LoadRequest request;
  request.model = *key;
  request.config = config.text;
  request.context_length = config.context_length;
  request.offload = config.offload;
  const TimePoint began = backend.studio.now();
  const Result<world::Instance> loaded = co_await backend.studio.load(std::move(request), nullptr);
  if (!loaded) co_return rest_error(500, "model_load_failed", loaded.error().message);
  const double seconds = static_cast<double>((backend.studio.now() - began).count()) / 1000;
  json::object answer{{"type", model->embedding ? "embedding" : "llm"},
                      {"instance_id", loaded->identifier},
                      {"load_time_seconds", seconds},
                      {"status", "loaded"}};
  if (net::find_bool(body, "echo_load_config") == true) answer["load_config"] = rest_config(*model, loaded->config);
  co_return studio_response(200, answer);
}

Task<HttpResponse> v1_unload(LmStudioBackend& backend, json::value body) {
  const auto id = net::find_string(body, "instance_id");
  if (!id) co_return rest_error(400, "invalid_request", "'instance_id' is required");
  if (!find_serving(backend, *id)) co_return rest_error(404, "model_not_found", "No loaded instance: " + *id);
  const Result<void> unloaded = co_await backend.studio.unload(*id);
  if (!unloaded) co_return rest_error(500, "internal_error", unloaded.error().message);
  co_return studio_response(200, json::object{{"instance_id", *id}});
}

Task<HttpResponse> v1_chat(LmStudioBackend& backend, json::value body) {
  if (net::find_bool(body, "stream") == true) co_return rest_error(400, "not_implemented", "no streams here");
  const std::string model = net::find_string(body, "model").value_or("");
  const Result<world::Instance> speaker = co_await resolve_just_in_time(backend, model);
  if (!speaker) co_return rest_error(404, "model_not_found", speaker.error().message);
  const int limit = static_cast<int>(net::find_int(body, "max_output_tokens").value_or(-1));
  const ChatPrompt prompt = plain_prompt(net::find_string(body, "input").value_or(""), limit);
  const auto reply = backend.studio.begin_reply(speaker->identifier, prompt.request);
  if (!reply) co_return rest_error(500, "internal_error", reply.error().message);
  const std::string identifier = backend.studio.speaker_of(*reply);
  std::string text;
  int tokens = 0;
  for (;;) {
    const Result<std::optional<std::string>> token = co_await backend.studio.next_token(*reply);
    if (!token) co_return rest_error(500, "internal_error", token.error().message);
    if (!*token) break;
    text += **token;
    ++tokens;
  }
  json::array output{json::object{{"type", "message"}, {"content", text}}};
  json::object stats{{"input_tokens", prompt.tokens}, {"total_output_tokens", tokens}};
  co_return studio_response(
      200, json::object{{"model_instance_id", identifier}, {"output", std::move(output)}, {"stats", std::move(stats)}});
}

}  // namespace

Task<bool> serve_lmstudio_rest(LmStudioBackend& backend, net::Exchange& exchange) {
  constexpr std::string_view v0_path = "/api/v0/models";
  const net::HttpRequest& request = exchange.request();
  const std::string path(net::path_of(request.target));
  const std::string route = request.method + " " + path;
  HttpResponse response;
  if (route == "GET /api/v1/models") {
    response = v1_models(backend);
  } else if (request.method == "GET" && path == v0_path) {
    response = v0_models(backend, "");
  } else if (request.method == "GET" && path.starts_with(std::string(v0_path) + "/")) {
    response = v0_models(backend, std::string_view(path).substr(v0_path.size() + 1));
  } else if (route == "POST /api/v1/models/load" || route == "POST /api/v1/models/unload" ||
             route == "POST /api/v1/chat") {
    const Result<json::value> parsed = net::parse_json(request.body);
    if (!parsed) {
      response = rest_error(400, "invalid_request", "The body is not JSON");
    } else if (path.ends_with("/load")) {
      response = co_await v1_load(backend, *parsed);
    } else if (path.ends_with("/unload")) {
      response = co_await v1_unload(backend, *parsed);
    } else {
      response = co_await v1_chat(backend, *parsed);
    }
  } else {
    co_return false;
  }
  static_cast<void>(co_await exchange.respond(std::move(response)));
  co_return true;
}

}  // namespace malin::rig
