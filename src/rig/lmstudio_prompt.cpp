#include "rig/lmstudio_prompt.hpp"

#include <utility>

#include "rig/lmstudio_json.hpp"
#include "world/lmstudio_replies.hpp"

namespace malin::rig {
namespace {

// Adds one message. Parts are {"type":"text","text":..}, {"type":"image_url",..} or {"type":"file","fileType":"image"}.
void add_message(ChatPrompt& prompt, const json::value& message) {
  std::string text;
  bool image = false;
  if (const auto whole = net::find_string(message, "content")) text = *whole;
  if (const json::array* parts = net::find_array(message, "content")) {
    for (const json::value& part : *parts) {
      const std::string type = net::find_string(part, "type").value_or("");
      if (type == "text") text += net::find_string(part, "text").value_or("");
      if (type == "image_url" || net::find_string(part, "fileType") == "image") image = true;
    }
  }
  prompt.tokens += world::count_tokens(text);
  if (net::find_string(message, "role") != "user") return;
  prompt.request.prompt = std::move(text);
  prompt.request.has_image = image;
}

}  // namespace

ChatPrompt parse_history(const json::value& parameter) {
  ChatPrompt prompt;
  const json::value* history = net::find(parameter, "history");
  const json::array* messages = history ? net::find_array(*history, "messages") : nullptr;
  if (messages) {
    for (const json::value& message : *messages) add_message(prompt, message);
  }
  const json::value* stack = net::find(parameter, "predictionConfigStack");
  const json::array* layers = stack ? net::find_array(*stack, "layers") : nullptr;
  if (!layers) return prompt;
  for (const json::value& layer : *layers) {
    const json::value* config = net::find(layer, "config");
    const json::array* fields = config ? net::find_array(*config, "fields") : nullptr;
    if (!fields) continue;
    // {"checked":true,"value":8}
    const json::value limit = config_value(json::serialize(*fields), "llm.prediction.maxPredictedTokens");
    const bool checked = net::find_bool(limit, "checked").value_or(false);
    const auto tokens = net::find_int(limit, "value");
    if (checked && tokens) prompt.request.tokens_max = static_cast<int>(*tokens);
  }
  return prompt;
}

ChatPrompt parse_messages(const json::value& body) {
  ChatPrompt prompt;
  if (const json::array* messages = net::find_array(body, "messages")) {
    for (const json::value& message : *messages) add_message(prompt, message);
  }
  auto limit = net::find_int(body, "max_completion_tokens");
  if (!limit) limit = net::find_int(body, "max_tokens");
  if (limit) prompt.request.tokens_max = static_cast<int>(*limit);
  return prompt;
}

ChatPrompt plain_prompt(std::string text, int tokens_max) {
  ChatPrompt prompt;
  prompt.tokens = world::count_tokens(text);
  prompt.request.prompt = std::move(text);
  prompt.request.tokens_max = tokens_max;
  return prompt;
}

json::object log_of_input(const ChatPrompt& prompt, const world::Model& model, const world::Instance& instance) {
  return {{"type", "llm.prediction.input"},
          {"input", prompt.request.prompt},
          {"modelPath", model.path},
          {"modelIdentifier", instance.identifier}};
}

json::object log_of_output(std::string_view text, std::string_view identifier) {
  return {{"type", "llm.prediction.output"}, {"output", text}, {"modelIdentifier", identifier}};
}

}  // namespace malin::rig
