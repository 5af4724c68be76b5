#include "adapters/chatterbox/chatterbox_protocol.hpp"

#include <algorithm>

#include "net/json.hpp"

namespace malin::adapters::chatterbox {

namespace json = boost::json;

namespace {

// FastAPI says {"detail": "..."}, other layers {"error": "..."} or {"error": {"message": "..."}}.
std::string reason(const net::HttpResponse& response) {
  std::string text;
  if (const Result<json::value> body = net::parse_json(response.body)) {
    text = net::find_string(*body, "detail").value_or("");
    if (text.empty()) text = net::find_string(*body, "error").value_or("");
    const json::value* error = net::find(*body, "error");
    if (text.empty() && error != nullptr) text = net::find_string(*error, "message").value_or("");
    const json::value* detail = net::find(*body, "detail");
    if (text.empty() && detail != nullptr) text = json::serialize(*detail);
  }
  if (text.empty()) text = response.body;
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text.resize(kLongest);
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, ' ');
  return "Chatterbox answered " + std::to_string(response.status) + ": " + text;
}

bool is_fine(const net::HttpResponse& response) { return response.status / 100 == 2; }

bool is_audio(std::string_view bytes) {
  constexpr std::size_t kWavHeader = 44;
  if (bytes.starts_with("RIFF")) return bytes.size() > kWavHeader && bytes.substr(8, 4) == "WAVE";
  for (const std::string_view start : {"OggS", "fLaC", "ID3"}) {
    if (bytes.starts_with(start) && bytes.size() > kWavHeader) return true;
  }
  // An MPEG audio frame begins with eleven set bits.
  return bytes.size() > kWavHeader && static_cast<unsigned char>(bytes[0]) == 0xff &&
         (static_cast<unsigned char>(bytes[1]) & 0xe0) == 0xe0;
}

}  // namespace

std::optional<Health> parse_model_info(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  const std::optional<bool> loaded = body ? net::find_bool(*body, "loaded") : std::nullopt;
  if (!is_fine(response) || !loaded) return std::nullopt;
  Health health;
  health.stage = *loaded ? Stage::loaded : Stage::absent;
  health.variant = net::find_string(*body, "type").value_or("");
  return health;
}

std::optional<Health> parse_health(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  const std::optional<bool> loaded = body ? net::find_bool(*body, "model_loaded") : std::nullopt;
  if (!loaded) return std::nullopt;
  const std::string status = net::find_string(*body, "status").value_or("");
  Health health;
  health.trouble = net::find_string(*body, "initialization_error").value_or("");
  if (*loaded && status != "error") {
    health.stage = Stage::loaded;
  } else if (status == "initializing" || status == "starting") {
    health.stage = Stage::loading;
  }
  return health;
}

Result<void> parse_unloaded(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  if (is_fine(response) && body && net::find_string(*body, "status") == "unloaded") return {};
  return fail(Errc::refused, reason(response));
}

Result<void> parse_restarted(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  if (!is_fine(response) || !body || !net::find_string(*body, "message")) return fail(Errc::refused, reason(response));
  if (net::find_bool(*body, "restart_needed").value_or(false)) {
    return fail(Errc::refused, "Chatterbox wants its process restarted: " + *net::find_string(*body, "message"));
  }
  return {};
}

std::string parse_first_voice(const net::HttpResponse& response) {
  const Result<json::value> body = net::parse_json(response.body);
  const json::array* voices = body ? net::find_array(*body, "voices") : nullptr;
  if (voices == nullptr || voices->empty()) return "";
  const json::value& first = voices->front();
  if (first.is_string()) return std::string(first.as_string());
  return net::find_string(first, "name").value_or("");
}

std::string format_speech(const std::string& voice) {
  json::object body;
  body["model"] = "chatterbox";
  body["input"] = "Hi.";
  body["voice"] = voice;
  body["response_format"] = "wav";
  return json::serialize(body);
}

Result<void> parse_speech(const net::HttpResponse& response) {
  if (response.status == 503) return fail(Errc::not_found, reason(response));
  if (!is_fine(response)) return fail(Errc::bad_reply, reason(response));
  if (!is_audio(response.body)) {
    return fail(Errc::bad_reply,
                "Chatterbox said something that is no audio (" + std::to_string(response.body.size()) + " bytes)");
  }
  return {};
}

}  // namespace malin::adapters::chatterbox
