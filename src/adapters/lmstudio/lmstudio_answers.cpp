#include "adapters/lmstudio/lmstudio_answers.hpp"

#include <algorithm>
#include <array>

#include "adapters/lmstudio/lmstudio_frames.hpp"
#include "adapters/lmstudio/lmstudio_protocol.hpp"

namespace malin::adapters::lmstudio {

namespace {

// The settings that REST knows, and how the WebSocket protocol calls them.
struct Setting {
  std::string_view rest;
  std::string_view field;
  bool loadable;  // POST load takes it; all are listed.
};
constexpr std::array<Setting, 7> kSettings{{
    {"context_length", "llm.load.contextLength", true},
    {"context_length", "embedding.load.contextLength", true},
    {"eval_batch_size", "llm.load.llama.evalBatchSize", true},
    {"flash_attention", "llm.load.llama.flashAttention", true},
    {"num_experts", "llm.load.numExperts", true},
    {"offload_kv_cache_to_gpu", "llm.load.offloadKVCacheToGpu", true},
    {"parallel", "llm.load.numParallelSessions", false},
}};

// What went wrong, with the code that fits: for an answer that has not the field that was asked for.
Error error_of(const net::HttpResponse& response, Errc otherwise) {
  const Result<json::value> body = net::parse_json(response.body);
  const json::value* error = body ? net::find(*body, "error") : nullptr;
  std::string message;
  std::string type;
  if (error != nullptr) {
    message = parse_error(*error).message;
    type = net::find_string(*error, "type").value_or("") + " " + net::find_string(*error, "code").value_or("");
  } else {
    message = "LM Studio answered " + std::to_string(response.status) + ": " + excerpt(response.body);
  }
  if (message.starts_with("Unexpected endpoint")) return {Errc::bad_reply, message};
  if (response.status == 401 || response.status == 403 || type.contains("invalid_api_key")) {
    return {Errc::refused, "LM Studio does not accept the token: " + message};
  }
  if (type.contains("model_not_found")) return {Errc::not_found, message};
  return {otherwise, message};
}

std::string fields_text(const json::value& config, bool embedding) {
  json::array fields;
  for (const Setting& setting : kSettings) {
    if (setting.field.starts_with("embedding.") != embedding) continue;
    const json::value* value = net::find(config, setting.rest);
    if (value == nullptr) continue;
    json::object field;
    field["key"] = setting.field;
    field["value"] = *value;
    fields.push_back(std::move(field));
  }
  return json::serialize(fields);
}

Result<void> check_model(const json::value& answer, std::string_view identifier, std::string_view model) {
  const std::string named = net::find_string(answer, "model").value_or("");
  if (named == identifier || (named == model && !model.empty())) return {};
  return fail(Errc::bad_reply, "asked " + std::string(identifier) + ", but " +
                                   (named.empty() ? "an unnamed model" : excerpt(named)) + " answered");
}

bool has_error(const json::value& answer) {
  const json::value* error = net::find(answer, "error");
  return error != nullptr && !error->is_null();
}

// Thinking models may spend their one token on nothing visible: then only the count tells.
bool has_token(const json::value& answer, const json::value& choice) {
  if (const json::value* usage = net::find(answer, "usage")) {
    if (const auto tokens = net::find_int(*usage, "completion_tokens")) return *tokens >= 1;
  }
  const json::value* message = net::find(choice, "message");
  return message != nullptr && !net::find_string(*message, "content").value_or("").empty();
}

}  // namespace

Result<std::vector<RestInstance>> parse_models(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  const json::array* models = body ? net::find_array(*body, "models") : nullptr;
  if (models == nullptr) return std::unexpected(error_of(response, Errc::bad_reply));
  std::vector<RestInstance> instances;
  for (const json::value& model : *models) {
    const json::array* loaded = net::find_array(model, "loaded_instances");
    if (loaded == nullptr) continue;
    for (const json::value& entry : *loaded) {
      RestInstance instance;
      instance.model = net::find_string(model, "key").value_or("");
      instance.id = net::find_string(entry, "id").value_or("");
      instance.embedding = net::find_string(model, "type") == "embedding";
      const json::value* config = net::find(entry, "config");
      if (config != nullptr) instance.load_config = fields_text(*config, instance.embedding);
      if (instance.model.empty() || instance.id.empty()) {
        return fail(Errc::bad_reply, "LM Studio lists an instance without its id: " + excerpt(json::serialize(model)));
      }
      instances.push_back(std::move(instance));
    }
  }
  return instances;
}

Result<RestLoad> format_rest_load(const LoadOrder& order) {
  const Result<json::array> fields = parse_fields(order.load_config, false);
  if (!fields) return std::unexpected(fields.error());
  RestLoad load;
  json::object body;
  body["model"] = order.model;
  for (const json::value& field : *fields) {
    const std::string key = net::find_string(field, "key").value_or("");
    const auto setting = std::ranges::find(kSettings, key, &Setting::field);
    if (setting != kSettings.end() && setting->loadable) {
      body[setting->rest] = *net::find(field, "value");
    } else {
      load.left_out.push_back(key);
    }
  }
  if (order.ttl) load.left_out.emplace_back("ttl");
  load.body = json::serialize(body);
  return load;
}

Result<std::string> parse_rest_loaded(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  const auto id = body ? net::find_string(*body, "instance_id") : std::nullopt;
  const std::string status = body ? net::find_string(*body, "status").value_or("loaded") : "";
  if (id && !id->empty() && status == "loaded") return *id;
  return std::unexpected(error_of(response, Errc::refused));
}

std::string format_rest_unload(const std::string& id) {
  json::object body;
  body["instance_id"] = id;
  return json::serialize(body);
}

Result<void> parse_rest_unloaded(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  if (body && net::find_string(*body, "instance_id")) return {};
  return std::unexpected(error_of(response, Errc::refused));
}

std::string format_chat(const std::string& identifier) {
  json::object message;
  message["role"] = "user";
  message["content"] = "1";
  json::array messages;
  messages.push_back(std::move(message));
  json::object body;
  body["model"] = identifier;
  body["messages"] = std::move(messages);
  body["max_tokens"] = 1;
  body["temperature"] = 0;
  body["stream"] = false;
  return json::serialize(body);
}

std::string format_embedding(const std::string& identifier) {
  json::object body;
  body["model"] = identifier;
  body["input"] = "a";
  return json::serialize(body);
}

Result<void> parse_chat(const net::HttpResponse& response, std::string_view identifier, std::string_view model) {
  const Result<json::value> body = net::parse_json(response.body);
  const json::array* choices = body ? net::find_array(*body, "choices") : nullptr;
  if (response.status / 100 != 2 || choices == nullptr || choices->empty() || has_error(*body)) {
    return std::unexpected(error_of(response, Errc::bad_reply));
  }
  if (!has_token(*body, choices->front())) {
    return fail(Errc::bad_reply, std::string(identifier) + " answered without a single token");
  }
  return check_model(*body, identifier, model);
}

Result<void> parse_embedding(const net::HttpResponse& response, std::string_view identifier, std::string_view model) {
  const Result<json::value> body = net::parse_json(response.body);
  const json::array* data = body ? net::find_array(*body, "data") : nullptr;
  const json::array* vector = data != nullptr && !data->empty() ? net::find_array(data->front(), "embedding") : nullptr;
  if (response.status / 100 != 2 || vector == nullptr || vector->empty() || has_error(*body)) {
    return std::unexpected(error_of(response, Errc::bad_reply));
  }
  return check_model(*body, identifier, model);
}

}  // namespace malin::adapters::lmstudio
