#include "rig/lmstudio_json.hpp"

#include <algorithm>

namespace malin::rig {
namespace {

std::string prefix_of(const world::Model& model) { return model.embedding ? "embedding.load." : "llm.load."; }

json::object unchecked(json::value value) { return {{"checked", false}, {"value", std::move(value)}}; }

json::array default_fields(const world::Model& model) {
  const std::string prefix = prefix_of(model);
  json::array fields;
  const auto add = [&](const std::string& key, json::value value) {
    fields.push_back(json::object{{"key", prefix + key}, {"value", std::move(value)}});
  };
  add("contextLength", model.default_context);
  add("llama.acceleration.offloadRatio", "max");
  add("llama.keepModelInMemory", true);
  add("llama.tryMmap", true);
  add("llama.ropeFrequencyBase", unchecked(0));
  add("llama.ropeFrequencyScale", unchecked(0));
  if (model.embedding) return fields;
  add("numParallelSessions", 4);
  add("useUnifiedKvCache", true);
  add("offloadKVCacheToGpu", true);
  add("seed", unchecked(-1));
  add("llama.evalBatchSize", 512);
  add("llama.flashAttention", true);
  add("llama.kCacheQuantizationType", unchecked("f16"));
  add("llama.vCacheQuantizationType", unchecked("f16"));
  return fields;
}

void set_field(json::array& fields, const std::string& key, const json::value& value) {
  for (json::value& field : fields) {
    if (net::find_string(field, "key") == key) {
      field.as_object()["value"] = value;
      return;
    }
  }
  fields.push_back(json::object{{"key", key}, {"value", value}});
}

const json::value* field_value(const json::array& fields, std::string_view key) {
  const auto found =
      std::ranges::find_if(fields, [&](const json::value& f) { return net::find_string(f, "key") == key; });
  return found == fields.end() ? nullptr : net::find(*found, "value");
}

LoadConfig finish(const world::Model& model, const json::array& fields) {
  LoadConfig config;
  config.text = json::serialize(fields);
  config.context_length = model.default_context;
  const json::value* context = field_value(fields, prefix_of(model) + "contextLength");
  if (context && context->is_int64()) config.context_length = static_cast<int>(context->as_int64());
  const json::value* offload = field_value(fields, prefix_of(model) + "llama.acceleration.offloadRatio");
  if (offload && offload->is_string()) config.offload = offload->as_string() == "off" ? 0 : 1;
  if (offload && offload->is_number()) config.offload = std::clamp(offload->to_number<double>(), 0.0, 1.0);
  return config;
}

}  // namespace

json::object format_model(const world::Model& model) {
  json::object info{
      {"type", model.embedding ? "embedding" : "llm"},
      {"modelKey", model.key},
      {"format", "gguf"},
      {"displayName", model.display_name},
      {"publisher", model.publisher},
      {"path", model.path},
      {"sizeBytes", model.file_size.count},
      {"indexedModelIdentifier", model.path},
      {"deviceIdentifier", nullptr},
      {"paramsString", model.params},
      {"architecture", model.architecture},
      {"quantization", {{"name", "Q4_K_M"}, {"bits", 4}}},
      {"variants", json::array{model.key + "@q4_k_m"}},
      {"selectedVariant", model.key + "@q4_k_m"},
      {"maxContextLength", model.max_context},
  };
  if (!model.embedding) {
    info["vision"] = model.vision;
    info["trainedForToolUse"] = true;
  }
  return info;
}

json::object format_instance(const world::Model& model, const world::Instance& instance) {
  json::object info = format_model(model);
  info["identifier"] = instance.identifier;
  info["instanceReference"] = instance.reference;
  info["ttlMs"] = instance.ttl ? json::value(instance.ttl->count()) : json::value(nullptr);
  info["lastUsedTime"] = to_unix_ms(instance.last_used);
  info["contextLength"] = instance.context_length;
  return info;
}

LoadConfig parse_config_stack(const world::Model& model, const json::value* stack) {
  json::array fields = default_fields(model);
  const json::array* layers = stack ? net::find_array(*stack, "layers") : nullptr;
  for (const json::value& layer : layers ? *layers : json::array{}) {
    const json::value* config = net::find(layer, "config");
    const json::array* given = config ? net::find_array(*config, "fields") : nullptr;
    for (const json::value& field : given ? *given : json::array{}) {
      const auto key = net::find_string(field, "key");
      const json::value* value = net::find(field, "value");
      if (key && value) set_field(fields, *key, *value);
    }
  }
  return finish(model, fields);
}

LoadConfig parse_rest_config(const world::Model& model, const json::value& body) {
  json::array fields = default_fields(model);
  const std::string prefix = prefix_of(model);
  const auto copy = [&](std::string_view member, const std::string& key) {
    if (const json::value* value = net::find(body, member)) set_field(fields, prefix + key, *value);
  };
  copy("context_length", "contextLength");
  copy("eval_batch_size", "llama.evalBatchSize");
  copy("flash_attention", "llama.flashAttention");
  copy("num_experts", "numExperts");
  copy("offload_kv_cache_to_gpu", "offloadKVCacheToGpu");
  return finish(model, fields);
}

json::object format_config(const std::string& text) {
  Result<json::value> fields = net::parse_json(text);
  return {{"fields", fields ? *fields : json::array{}}};
}

json::value config_value(const std::string& text, std::string_view key) {
  const Result<json::value> fields = net::parse_json(text);
  if (!fields || !fields->is_array()) return nullptr;
  const json::value* value = field_value(fields->as_array(), key);
  return value ? *value : json::value(nullptr);
}

void fill_default_configs(std::vector<world::Model>& models) {
  for (world::Model& model : models) model.default_config = json::serialize(default_fields(model));
}

json::object format_error(const std::string& title, json::object display) {
  json::object error{{"title", title}, {"rootTitle", title}, {"stack", "Error: " + title}};
  if (!display.empty()) error["displayData"] = std::move(display);
  return error;
}

}  // namespace malin::rig
