// LM Studio's HTTP answers as values: REST v1 listings, loads and unloads, and the OpenAI answer to a deep probe.
// Only positive fields are believed: the status is 200 for many an error, and `error` is a text or an object.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "net/http.hpp"
#include "ports/engine.hpp"

namespace malin::adapters::lmstudio {

struct RestInstance {
  std::string model;        // Key of the model.
  std::string id;           // Of the instance: its identifier.
  std::string load_config;  // Its few known settings as a `fields` array, so that a WebSocket can restore them too.
  bool embedding = false;
};

// GET /api/v1/models. bad_reply: anything without "models".
Result<std::vector<RestInstance>> parse_models(const net::HttpResponse& response);

struct RestLoad {
  std::string body;
  std::vector<std::string> left_out;  // What REST cannot say of this order: field keys, "ttl".
};
// POST /api/v1/models/load. refused: the load config makes no sense.
Result<RestLoad> format_rest_load(const LoadOrder& order);
// The instance that was loaded. refused: it was not; bad_reply: not an answer to a load.
Result<std::string> parse_rest_loaded(const net::HttpResponse& response);

std::string format_rest_unload(const std::string& id);
// not_found: no such instance.
Result<void> parse_rest_unloaded(const net::HttpResponse& response);

// The deep probe: one token, or one embedding.
std::string format_chat(const std::string& identifier);
std::string format_embedding(const std::string& identifier);
// bad_reply: an error, no token, or another model than `identifier` (or its key `model`) answered. not_found: the model
// is not there. refused: the token is not accepted.
Result<void> parse_chat(const net::HttpResponse& response, std::string_view identifier, std::string_view model);
Result<void> parse_embedding(const net::HttpResponse& response, std::string_view identifier, std::string_view model);

}  // namespace malin::adapters::lmstudio
