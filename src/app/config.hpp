// The config file: read once at the start, checked as a whole, never changed after.
// A config that loads has no unknown key, no value out of range, no name that refers to nothing, no workflow that
// cannot be submitted, and no token in the file itself. Nothing is clamped and nothing is guessed: whatever is not
// right is a problem with a line and a key.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/comfyui/workflow.hpp"
#include "app/config_secret.hpp"
#include "core/config.hpp"

namespace malin::app {

// A token comes from the environment or from a file that only its owner can read.
struct TokenSettings {
  std::string token_env;
  std::string token_file;
  Secret token;
};

// A server that Malin visits and may start; an empty command means that she may not.
struct ServerSettings {
  std::string name;
  std::string url;  // Empty only for LM Studio: looked for on its usual ports.
  std::string start;
  std::string restart;  // After reading also: stop and then start.
  std::string stop;
  Duration command_limit{};
};

struct CardSettings : CardSpec {
  std::string driver;          // "nvml", "amdgpu" or "renderer".
  int index = 0;               // Among the driver's cards, when there is no uuid.
  std::string uuid;            // nvml: "GPU-..."; amdgpu: a PCI address.
  std::string library;         // nvml: opened in place of libnvidia-ml.so.1.
  std::string renderer;        // driver = "renderer": the one that reports this card.
  std::optional<Bytes> total;  // For the checks of this file; the driver's figure decides later.
};

struct EngineSettings : ServerSettings, TokenSettings {
  std::string type;        // "lmstudio", "chatterbox" or "http".
  std::string flavour;     // chatterbox: "detect", "devnen" or "travisvn".
  std::string health;      // http: the path that answers 200 while it is well.
  std::string voice;       // chatterbox: for the deep probe; empty: the first that the server offers.
  std::string models_dir;  // lmstudio: where its models lie; absolute after reading, empty: as it says itself.
};

struct RendererSettings : ServerSettings {
  std::string type;  // "comfyui".
  std::string card;
  Bytes rest;
};

struct KindSettings : KindSpec {
  std::string workflow;      // Absolute after reading.
  adapters::Workflow graph;  // What that file holds.
  std::string media;         // "photo" or "video".
  Bytes prompt_max;
};

struct CourierSettings : TokenSettings {
  std::string type;  // "telegram".
  std::string api_root;
  std::int64_t chat_id = 0;
  std::string deliver;   // "edit" or "send".
  bool commands = true;  // The person may write commands, and the status message has buttons.
};

// Told of every change of the glow. The token is the secret that signs.
struct WebhookSettings : TokenSettings {
  std::string url;
};

struct ApiSettings : TokenSettings {
  std::string listen;
  std::string address;     // From `listen`.
  std::uint16_t port = 0;  // From `listen`; 0 takes a free one.
};

// The chat proxy.
struct ProxySettings {
  std::string listen;
  std::string address;                             // From `listen`.
  std::uint16_t port = 0;                          // From `listen`; 0 takes a free one.
  std::string upstream;                            // The engine behind it.
  std::string away;                                // "hold", "answer" or "refuse".
  std::map<std::string, std::string> away_models;  // The same, by sense or model,
  std::map<std::string, std::string> away_routes;  // and by path.
  Duration hold_limit{};
  Duration comment_interval{};
  Duration turn_grace{};
  bool cut_tags = true;
};

struct PresenceSettings {
  Duration idle_grace{};
  Duration turn_expiry{};
  Duration min_present{};
  Duration wait_limit{};
};

struct RootSettings {
  std::string state_dir;   // Absolute after reading.
  std::string log_level;   // "debug", "info", "warning" or "error".
  std::string log_format;  // "logfmt" or "json".
};

struct AppConfig {
  Config core;  // The same names and numbers, as decisions need them.
  RootSettings root;
  std::vector<CardSettings> cards;
  std::vector<EngineSettings> engines;
  std::vector<RendererSettings> renderers;
  std::vector<SenseSpec> senses;
  std::vector<KindSettings> kinds;
  std::optional<CourierSettings> courier;  // Empty: no [courier] in the file.
  std::optional<WebhookSettings> webhook;  // Empty: no [webhook] in the file.
  ApiSettings api;
  std::optional<ProxySettings> proxy;  // Empty: no [proxy] in the file.
  PresenceSettings presence;
  SwapSpec swap;
};

struct ConfigProblem {
  int line = 0;     // 0: not about a line.
  std::string key;  // "kinds.selfie.need"; empty: about the file.
  std::string text;

  bool operator==(const ConfigProblem&) const = default;
};

using ConfigProblems = std::vector<ConfigProblem>;
using Environment = std::map<std::string, std::string>;
using ConfigResult = std::expected<AppConfig, ConfigProblems>;

// Every problem of the file at once, in the order of its lines.
ConfigResult load_config(const std::filesystem::path& path, const Environment& environment);
// The same for a text; relative paths in it start at `folder`.
ConfigResult parse_config(std::string_view text, const std::filesystem::path& folder, const Environment& environment);

// "line 12: kinds.selfie.need: ..." for people.
std::string format_problem(const ConfigProblem& problem);

// The environment of this process.
Environment process_environment();

}  // namespace malin::app
