#include "app/config_keys.hpp"

#include <array>

namespace malin::app {

namespace {

using namespace std::string_view_literals;

constexpr auto single_section_names =
    std::to_array({"courier"sv, "webhook"sv, "api"sv, "proxy"sv, "presence"sv, "swap"sv, "supervision"sv});
constexpr auto named_section_names = std::to_array({"cards"sv, "engines"sv, "renderers"sv, "senses"sv, "kinds"sv});

const auto root_table = std::to_array<Key<RootSettings>>({
    {{.name = "state_dir"}, &RootSettings::state_dir},
    {{.name = "log_level", .fallback = "info", .choices = "debug|info|warning|error"}, &RootSettings::log_level},
    {{.name = "log_format", .fallback = "logfmt", .choices = "logfmt|json"}, &RootSettings::log_format},
});

const auto card_table = std::to_array<Key<CardSettings>>({
    {{.name = "driver", .fallback = "nvml", .choices = "nvml|amdgpu|renderer"}, &CardSettings::driver},
    {{.name = "index", .fallback = "0", .lowest = "0", .highest = "63"}, &CardSettings::index},
    {{.name = "uuid"}, &CardSettings::uuid},
    {{.name = "library"}, &CardSettings::library},
    {{.name = "renderer"}, &CardSettings::renderer},
    {{.name = "headroom", .fallback = "256 MiB", .lowest = "0 MiB", .highest = "64 GiB"}, &CardSettings::headroom},
    {{.name = "total", .lowest = "256 MiB", .highest = "4 TiB"}, &CardSettings::total},
});

const auto engine_table = std::to_array<Key<EngineSettings>>({
    {{.name = "type", .choices = "lmstudio|chatterbox|http", .required = true}, &EngineSettings::type},
    {{.name = "url"}, &EngineSettings::url},
    {{.name = "flavour", .fallback = "detect", .choices = "detect|devnen|travisvn"}, &EngineSettings::flavour},
    {{.name = "health", .fallback = "/health"}, &EngineSettings::health},
    {{.name = "voice"}, &EngineSettings::voice},
    {{.name = "models_dir"}, &EngineSettings::models_dir},
    {{.name = "token_env"}, &EngineSettings::token_env},
    {{.name = "token_file"}, &EngineSettings::token_file},
    {{.name = "start"}, &EngineSettings::start},
    {{.name = "restart"}, &EngineSettings::restart},
    {{.name = "stop"}, &EngineSettings::stop},
    {{.name = "command_limit", .fallback = "60s", .lowest = "1s", .highest = "30m"}, &EngineSettings::command_limit},
});

const auto renderer_table = std::to_array<Key<RendererSettings>>({
    {{.name = "type", .fallback = "comfyui", .choices = "comfyui"}, &RendererSettings::type},
    {{.name = "url", .fallback = "http://127.0.0.1:8188"}, &RendererSettings::url},
    {{.name = "card"}, &RendererSettings::card},
    {{.name = "rest", .fallback = "256 MiB", .lowest = "0 MiB", .highest = "64 GiB"}, &RendererSettings::rest},
    {{.name = "start"}, &RendererSettings::start},
    {{.name = "restart"}, &RendererSettings::restart},
    {{.name = "stop"}, &RendererSettings::stop},
    {{.name = "command_limit", .fallback = "60s", .lowest = "1s", .highest = "30m"}, &RendererSettings::command_limit},
});

const auto sense_table = std::to_array<Key<SenseSpec>>({
    {{.name = "engine", .required = true}, &SenseSpec::engine},
    {{.name = "card"}, &SenseSpec::card},
    {{.name = "model", .required = true}, &SenseSpec::model},
    {{.name = "identifier"}, &SenseSpec::identifier},
    {{.name = "load_config"}, &SenseSpec::load_config},
    {{.name = "ttl", .lowest = "1s", .highest = "30d"}, &SenseSpec::ttl},
    {{.name = "footprint", .lowest = "1 MiB", .highest = "4 TiB", .required = true}, &SenseSpec::footprint},
    {{.name = "impact", .fallback = "1", .lowest = "1", .highest = "1000"}, &SenseSpec::impact},
    {{.name = "evictable", .fallback = "true"}, &SenseSpec::evictable},
    {{.name = "load_limit", .fallback = "3m", .lowest = "1s", .highest = "1h"}, &SenseSpec::load_limit},
});

const auto kind_table = std::to_array<Key<KindSettings>>({
    {{.name = "tag"}, &KindSettings::tag},
    {{.name = "renderer"}, &KindSettings::renderer},
    {{.name = "workflow", .required = true}, &KindSettings::workflow},
    {{.name = "media", .choices = "photo|video", .required = true}, &KindSettings::media},
    {{.name = "need", .lowest = "1 MiB", .highest = "4 TiB", .required = true}, &KindSettings::need},
    {{.name = "evict"}, &KindSettings::evict},
    {{.name = "may_widen", .fallback = "true"}, &KindSettings::may_widen},
    {{.name = "patience", .fallback = "2m", .lowest = "0s", .highest = "24h"}, &KindSettings::patience},
    {{.name = "render_limit", .fallback = "5m", .lowest = "1s", .highest = "24h"}, &KindSettings::render_limit},
    {{.name = "status_line", .fallback = "working on it, back in a sec"}, &KindSettings::status_line},
    {{.name = "caption"}, &KindSettings::caption},
    {{.name = "prompt_max", .fallback = "16 KiB", .lowest = "1 B", .highest = "1 MiB"}, &KindSettings::prompt_max},
    {{.name = "slots"}, &KindSettings::slots},
});

const auto courier_table = std::to_array<Key<CourierSettings>>({
    {{.name = "type", .fallback = "telegram", .choices = "telegram"}, &CourierSettings::type},
    {{.name = "api_root", .fallback = "https://api.telegram.org"}, &CourierSettings::api_root},
    {{.name = "chat_id", .required = true}, &CourierSettings::chat_id},
    {{.name = "token_env"}, &CourierSettings::token_env},
    {{.name = "token_file"}, &CourierSettings::token_file},
    {{.name = "deliver", .fallback = "edit", .choices = "edit|send"}, &CourierSettings::deliver},
    {{.name = "commands", .fallback = "true"}, &CourierSettings::commands},
});

const auto webhook_table = std::to_array<Key<WebhookSettings>>({
    {{.name = "url", .required = true}, &WebhookSettings::url},
    {{.name = "token_env"}, &WebhookSettings::token_env},
    {{.name = "token_file"}, &WebhookSettings::token_file},
});

const auto api_table = std::to_array<Key<ApiSettings>>({
    {{.name = "listen", .fallback = "127.0.0.1:7425"}, &ApiSettings::listen},
    {{.name = "token_env"}, &ApiSettings::token_env},
    {{.name = "token_file"}, &ApiSettings::token_file},
});

const auto proxy_table = std::to_array<Key<ProxySettings>>({
    {{.name = "listen", .fallback = "127.0.0.1:1235"}, &ProxySettings::listen},
    {{.name = "upstream"}, &ProxySettings::upstream},
    {{.name = "away", .fallback = "hold", .choices = "hold|answer|refuse"}, &ProxySettings::away},
    {{.name = "away_models"}, &ProxySettings::away_models},
    {{.name = "away_routes"}, &ProxySettings::away_routes},
    {{.name = "hold_limit", .fallback = "10m", .lowest = "1s", .highest = "24h"}, &ProxySettings::hold_limit},
    {{.name = "comment_interval", .fallback = "10s", .lowest = "1s", .highest = "5m"},
     &ProxySettings::comment_interval},
    {{.name = "turn_grace", .fallback = "3s", .lowest = "0s", .highest = "10m"}, &ProxySettings::turn_grace},
    {{.name = "cut_tags", .fallback = "true"}, &ProxySettings::cut_tags},
});

const auto presence_table = std::to_array<Key<PresenceSettings>>({
    {{.name = "idle_grace", .fallback = "8s", .lowest = "0s", .highest = "1h"}, &PresenceSettings::idle_grace},
    {{.name = "turn_expiry", .fallback = "30s", .lowest = "1s", .highest = "10m"}, &PresenceSettings::turn_expiry},
    {{.name = "min_present", .fallback = "8s", .lowest = "0s", .highest = "1h"}, &PresenceSettings::min_present},
    {{.name = "wait_limit", .fallback = "30s", .lowest = "0s", .highest = "24h"}, &PresenceSettings::wait_limit},
});

const auto swap_table = std::to_array<Key<SwapSpec>>({
    {{.name = "absence_limit", .fallback = "10m", .lowest = "10s", .highest = "24h"}, &SwapSpec::absence_limit},
    {{.name = "settle_limit", .fallback = "15s", .lowest = "1s", .highest = "5m"}, &SwapSpec::settle_limit},
    {{.name = "release_limit", .fallback = "20s", .lowest = "1s", .highest = "5m"}, &SwapSpec::release_limit},
    {{.name = "abort_hold", .fallback = "10m", .lowest = "0s", .highest = "24h"}, &SwapSpec::abort_hold},
    {{.name = "render_attempts", .fallback = "3", .lowest = "1", .highest = "20"}, &SwapSpec::render_attempts_max},
});

const auto supervision_table = std::to_array<Key<SwapSpec>>({
    {{.name = "fast_probe", .fallback = "500ms", .lowest = "50ms", .highest = "1m"}, &SwapSpec::fast_probe},
    {{.name = "slow_probe", .fallback = "5s", .lowest = "500ms", .highest = "10m"}, &SwapSpec::slow_probe},
    {{.name = "load_failures_before_restart", .fallback = "3", .lowest = "1", .highest = "100"},
     &SwapSpec::load_failures_before_restart},
    {{.name = "restarts_per_hour", .fallback = "3", .lowest = "0", .highest = "60"}, &SwapSpec::restarts_per_hour_max},
});

// In the order of Member's alternatives.
constexpr auto type_names =
    std::to_array({"text"sv, "whole number"sv, "whole number"sv, "true or false"sv, "length of time"sv, "memory"sv,
                   "length of time"sv, "memory"sv, "list of texts"sv, "table of values"sv});
static_assert(type_names.size() == std::variant_size_v<Member<RootSettings>>);

template <class T>
void add(std::vector<KnownKey>& all, std::string_view section, Keys<T> keys) {
  for (const Key<T>& key : keys) all.push_back({section, type_names.at(key.member.index()), key.info});
}

}  // namespace

Keys<RootSettings> root_keys() { return root_table; }
Keys<CardSettings> card_keys() { return card_table; }
Keys<EngineSettings> engine_keys() { return engine_table; }
Keys<RendererSettings> renderer_keys() { return renderer_table; }
Keys<SenseSpec> sense_keys() { return sense_table; }
Keys<KindSettings> kind_keys() { return kind_table; }
Keys<CourierSettings> courier_keys() { return courier_table; }
Keys<WebhookSettings> webhook_keys() { return webhook_table; }
Keys<ApiSettings> api_keys() { return api_table; }
Keys<ProxySettings> proxy_keys() { return proxy_table; }
Keys<PresenceSettings> presence_keys() { return presence_table; }
Keys<SwapSpec> swap_keys() { return swap_table; }
Keys<SwapSpec> supervision_keys() { return supervision_table; }

std::span<const std::string_view> single_sections() { return single_section_names; }
std::span<const std::string_view> named_sections() { return named_section_names; }

std::vector<KnownKey> known_keys() {
  std::vector<KnownKey> all;
  add(all, "", root_keys());
  add(all, "cards", card_keys());
  add(all, "engines", engine_keys());
  add(all, "renderers", renderer_keys());
  add(all, "senses", sense_keys());
  add(all, "kinds", kind_keys());
  add(all, "courier", courier_keys());
  add(all, "webhook", webhook_keys());
  add(all, "api", api_keys());
  add(all, "proxy", proxy_keys());
  add(all, "presence", presence_keys());
  add(all, "swap", swap_keys());
  add(all, "supervision", supervision_keys());
  return all;
}

}  // namespace malin::app
