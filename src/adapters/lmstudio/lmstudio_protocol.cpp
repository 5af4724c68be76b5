#include "adapters/lmstudio/lmstudio_protocol.hpp"

#include <algorithm>

#include "adapters/lmstudio/lmstudio_frames.hpp"

namespace malin::adapters::lmstudio {

namespace {

// bad_reply when something is missing that nothing can be done without.
Result<Instance> parse_instance(const json::value& entry, bool embedding) {
  Instance instance;
  instance.model = net::find_string(entry, "modelKey").value_or("");
  instance.identifier = net::find_string(entry, "identifier").value_or("");
  instance.reference = net::find_string(entry, "instanceReference").value_or("");
  if (instance.model.empty() || instance.identifier.empty() || instance.reference.empty()) {
    return fail(Errc::bad_reply,
                "LM Studio lists a model without its key, identifier or instance: " + excerpt(json::serialize(entry)));
  }
  if (const auto ttl = net::find_int(entry, "ttlMs"); ttl && *ttl >= 0) instance.ttl = Duration(*ttl);
  if (const auto used = net::find_int(entry, "lastUsedTime")) instance.last_used = from_unix_ms(*used);
  instance.path = net::find_string(entry, "path").value_or("");
  const json::value* device = net::find(entry, "deviceIdentifier");
  instance.knows_devices = device != nullptr;
  instance.remote = device != nullptr && !device->is_null();
  instance.embedding = embedding;
  return instance;
}

json::object stack_of(const json::array& fields) {
  json::object config;
  config["fields"] = fields;
  json::object layer;
  layer["layerName"] = "apiOverride";
  layer["config"] = std::move(config);
  json::array layers;
  layers.push_back(std::move(layer));
  json::object stack;
  stack["layers"] = std::move(layers);
  return stack;
}

json::array fields_of(const json::object& plain, std::string_view prefix) {
  json::array fields;
  for (const auto& [key, value] : plain) {
    const bool whole = std::string_view(key).contains('.');
    json::object field;
    field["key"] = whole ? std::string(key) : std::string(prefix) + std::string(key);
    field["value"] = value;
    fields.push_back(std::move(field));
  }
  return fields;
}

bool are_fields(const json::array& array) {
  return std::ranges::all_of(array, [](const json::value& field) {
    return net::find_string(field, "key").has_value() && net::find(field, "value") != nullptr;
  });
}

}  // namespace

Result<std::vector<Instance>> parse_instances(const json::value& result, bool embedding) {
  if (!result.is_array()) {
    return fail(Errc::bad_reply, "LM Studio answered listLoaded with: " + excerpt(json::serialize(result)));
  }
  std::vector<Instance> instances;
  for (const json::value& entry : result.as_array()) {
    Result<Instance> instance = parse_instance(entry, embedding);
    if (!instance) return std::unexpected(instance.error());
    instances.push_back(std::move(*instance));
  }
  return instances;
}

Result<std::string> parse_load_config(const json::value& result) {
  const json::array* fields = net::find_array(result, "fields");
  if (fields == nullptr) {
    return fail(Errc::bad_reply, "LM Studio answered getLoadConfig with: " + excerpt(json::serialize(result)));
  }
  return json::serialize(*fields);
}

Result<json::array> parse_fields(std::string_view load_config, bool embedding) {
  if (load_config.empty()) return json::array();
  const Result<json::value> parsed = net::parse_json(load_config);
  if (!parsed) return fail(Errc::refused, "the load config is not JSON: " + excerpt(load_config));
  if (parsed->is_object()) {
    const json::array* inner = net::find_array(*parsed, "fields");
    if (inner == nullptr) return fields_of(parsed->as_object(), embedding ? "embedding.load." : "llm.load.");
    if (are_fields(*inner)) return *inner;
  }
  if (parsed->is_array() && are_fields(parsed->as_array())) return parsed->as_array();
  return fail(Errc::refused,
              "the load config is neither a list of {key, value} nor an object: " + excerpt(load_config));
}

std::optional<bool> are_embedding_fields(const json::array& fields) {
  for (const json::value& field : fields) {
    const std::string key = net::find_string(field, "key").value_or("");
    if (key.starts_with("embedding.")) return true;
    if (key.starts_with("llm.")) return false;
  }
  return std::nullopt;
}

std::optional<bool> parse_busy(const json::value& result) {
  const auto status = net::find_string(result, "status");
  if (!status) return std::nullopt;
  return *status != "idle" || net::find_int(result, "queued").value_or(0) > 0;
}

std::optional<Estimate> parse_estimate(const json::value& result) {
  const std::optional<bool> fits = net::find_bool(result, "passesGuardrails");
  if (!fits) return std::nullopt;
  Estimate estimate;
  estimate.fits = *fits;
  if (const json::value* memory = net::find(result, "memory")) {
    estimate.vram = Bytes{std::max<std::int64_t>(0, net::find_int(*memory, "totalVramBytes").value_or(0))};
    estimate.total = Bytes{std::max<std::int64_t>(0, net::find_int(*memory, "totalBytes").value_or(0))};
  }
  return estimate;
}

json::value specifier_parameter(const std::string& reference) {
  json::object specifier;
  specifier["type"] = "instanceReference";
  specifier["instanceReference"] = reference;
  json::object parameter;
  parameter["specifier"] = std::move(specifier);
  return parameter;
}

json::value unload_parameter(const Instance& instance) {
  json::object parameter;
  parameter["identifier"] = instance.identifier;
  if (instance.knows_devices) parameter["deviceIdentifier"] = nullptr;
  return parameter;
}

json::value estimate_parameter(const std::string& model, const json::array& fields) {
  json::object parameter;
  parameter["modelKey"] = model;
  parameter["loadConfigStack"] = stack_of(fields);
  return parameter;
}

json::value load_parameter(const LoadOrder& order, const json::array& fields, bool knows_devices) {
  json::object parameter;
  parameter["modelKey"] = order.model;
  parameter["identifier"] = order.identifier;
  if (knows_devices) parameter["deviceIdentifier"] = nullptr;
  if (order.ttl) parameter["ttlMs"] = std::max<std::int64_t>(1, order.ttl->count());  // LM Studio takes none below 1.
  parameter["loadConfigStack"] = stack_of(fields);
  return parameter;
}

LoadMessage parse_load_message(const json::value& message) {
  LoadMessage said;
  const std::string type = net::find_string(message, "type").value_or("");
  if (type == "progress") {
    said.kind = LoadMessage::Kind::progress;
    said.progress = std::clamp(net::find_double(message, "progress").value_or(0), 0.0, 1.0);
  }
  if (type == "success") {
    said.kind = LoadMessage::Kind::success;
    const json::value* info = net::find(message, "info");
    if (info != nullptr) said.identifier = net::find_string(*info, "identifier").value_or("");
  }
  return said;
}

}  // namespace malin::adapters::lmstudio
