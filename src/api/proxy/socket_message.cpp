#include "api/proxy/socket_message.hpp"

#include <charconv>

#include <fmt/format.h>

#include "api/proxy/json_walk.hpp"

namespace malin::api::proxy {

ClientMessage parse_client_message(std::string_view json) {
  ClientMessage message;
  std::string key;  // Weaker than an identifier.
  walk_json(json, [&](const JsonPath& path, JsonScalar scalar) {
    const std::string_view raw = json.substr(scalar.begin, scalar.end - scalar.begin);
    if (is_path(path, {"type"})) message.type = raw;
    if (is_path(path, {"endpoint"})) message.endpoint = raw;
    if (is_path(path, {"channelId"})) {
      std::int64_t id = 0;
      const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), id);
      if (error == std::errc{}) message.channel = id;
    }
    if (is_path(path, {"creationParameter", "modelSpecifier", "instanceReference"}) ||
        is_path(path, {"creationParameter", "modelSpecifier", "query", "identifier"}) ||
        is_path(path, {"creationParameter", "identifier"}))
      message.model = unescape(raw);
    if (is_path(path, {"creationParameter", "modelKey"}) ||
        is_path(path, {"creationParameter", "modelSpecifier", "query", "path"}))
      key = unescape(raw);
  });
  // A load under a new name still loads the model.
  if (message.endpoint == "loadModel" || message.model.empty()) message.model = key;
  return message;
}

std::vector<Spot> find_instance_references(std::string_view json) {
  std::vector<Spot> spots;
  if (json.find("instanceReference") == std::string_view::npos) return spots;
  walk_json(json, [&](const JsonPath& path, JsonScalar scalar) {
    if (scalar.is_string && !path.empty() && path.back().index < 0 && path.back().key == "instanceReference")
      spots.push_back({scalar.begin, scalar.end});
  });
  return spots;
}

bool is_prediction(const ClientMessage& message) {
  return message.type == "channelCreate" && (message.endpoint == "predict" || message.endpoint == "completeRawText");
}

bool is_load(const ClientMessage& message) {
  return message.type == "channelCreate" && (message.endpoint == "loadModel" || message.endpoint == "getOrLoad" ||
                                             message.endpoint == "preloadDraftModel");
}

std::string format_channel_error(std::int64_t channel, std::string_view title) {
  return fmt::format(R"({{"type":"channelError","channelId":{},"error":{{"title":"{}"}}}})", channel, escape(title));
}

}  // namespace malin::api::proxy
