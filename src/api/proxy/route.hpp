// What a request is about, as far as the proxy must know: whether it makes her speak, whether it needs a model at all,
// and in which dialect it is answered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace malin::api::proxy {

enum class Dialect : std::uint8_t {
  other,      // OpenAI's error object.
  chat,       // OpenAI: /v1/chat/completions
  text,       // OpenAI: /v1/completions
  responses,  // OpenAI: /v1/responses
  messages,   // Anthropic: /v1/messages
  lmstudio,   // LM Studio: /api/v1/chat
};

struct Route {
  Dialect dialect = Dialect::other;
  bool speaks = false;      // Its answer is a reply of hers: a turn.
  bool uses_model = false;  // It would load the model that it names.
  bool is_socket = false;   // A WebSocket of LM Studio's SDK on which models are used.
  std::string_view name{};  // As the config calls it: "/v1/chat/completions"; empty for all others.
};

// However the path is written: letter case, escapes and doubled or trailing slashes do not matter.
Route find_route(std::string_view method, std::string_view target, bool upgrades);

// The names of all routes that need a model.
bool is_route_name(std::string_view name);

}  // namespace malin::api::proxy
