// Both Chatterbox servers' answers as values, without I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "net/http.hpp"

namespace malin::adapters::chatterbox {

enum class Stage { absent, loading, loaded };

struct Health {
  Stage stage = Stage::absent;
  std::string variant;  // "turbo", ...; empty when it does not say.
  std::string trouble;  // Why it is not loaded, if it says.
};

// devnen's GET /api/model-info. nullopt: this is not devnen's answer.
std::optional<Health> parse_model_info(const net::HttpResponse& response);
// travisvn's GET /health. nullopt: this is not travisvn's answer.
std::optional<Health> parse_health(const net::HttpResponse& response);

// devnen's POST /api/unload. refused: it says otherwise.
Result<void> parse_unloaded(const net::HttpResponse& response);
// devnen's POST /restart_server. refused: the load failed, with its words.
Result<void> parse_restarted(const net::HttpResponse& response);

// devnen's GET /v1/audio/voices; empty when there is none.
std::string parse_first_voice(const net::HttpResponse& response);
std::string format_speech(const std::string& voice);
// not_found: the model is not loaded. bad_reply: an error, or something that is no audio.
Result<void> parse_speech(const net::HttpResponse& response);

}  // namespace malin::adapters::chatterbox
