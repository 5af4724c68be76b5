#include <cctype>
#include <charconv>

#include "app/config_check.hpp"

namespace malin::app {

namespace {

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// The name that a left-out reference stands for: the only one there is.
template <class Items>
void complete_reference(std::string& name, const std::string& key, const Items& items, const char* what,
                        Problems& problems) {
  if (!name.empty() || problems.has(key) || items.empty()) return;
  if (items.size() == 1) {
    name = items.front().name;
  } else {
    problems.add(key, std::string("is missing: there is more than one ") + what);
  }
}

// A server that cannot be restarted in one go is stopped and started.
void complete_commands(ServerSettings& server, const std::string& section, Problems& problems) {
  if (server.stop.empty()) return;
  const std::string key = section + server.name + ".stop";
  if (!server.restart.empty())
    problems.add(key, "is not used where there is a restart command");
  else if (server.start.empty())
    problems.add(key, "is used for a restart only, which needs a start command as well");
  else
    server.restart = server.stop + "; " + server.start;
}

void complete_engine(EngineSettings& engine, const std::filesystem::path& folder, const Environment& environment,
                     Problems& problems) {
  if (!engine.models_dir.empty()) engine.models_dir = absolute_path(engine.models_dir, folder, environment);
  if (!engine.url.empty() || engine.type.empty()) return;
  if (engine.type == "chatterbox")
    engine.url = engine.flavour == "travisvn" ? "http://127.0.0.1:4123" : "http://127.0.0.1:8004";
  if (engine.type == "http") problems.add("engines." + engine.name + ".url", "is missing");
}

void complete_kind(KindSettings& kind, const std::filesystem::path& folder, const Environment& environment) {
  if (kind.tag.empty()) {
    for (const char c : kind.name) kind.tag += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (!kind.workflow.empty()) kind.workflow = absolute_path(kind.workflow, folder, environment);
  kind.is_video = kind.media == "video";
  kind.prompt_bytes_max = static_cast<std::size_t>(kind.prompt_max.count);
}

template <class Settings>
void complete_listen(Settings& settings, const std::string& key, Problems& problems) {
  const std::size_t colon = settings.listen.rfind(':');
  const std::string port = colon == std::string::npos ? "" : settings.listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size() || colon == 0) {
    problems.add(key, "must be an address and a port, such as \"127.0.0.1:7425\" or \"[::1]:7425\"");
    return;
  }
  settings.address = settings.listen.substr(0, colon);
  if (settings.address.starts_with('[') && settings.address.ends_with(']')) {
    settings.address = settings.address.substr(1, settings.address.size() - 2);
  }
}

void complete_proxy(ProxySettings& proxy, const AppConfig& config, Problems& problems) {
  complete_listen(proxy, "proxy.listen", problems);
  if (!proxy.upstream.empty()) return;
  std::vector<EngineSettings> talking;  // LM Studio is meant, when there is one.
  for (const EngineSettings& engine : config.engines)
    if (engine.type == "lmstudio") talking.push_back(engine);
  complete_reference(proxy.upstream, "proxy.upstream", talking.empty() ? config.engines : talking, "engine", problems);
}

void complete_state_dir(std::string& state_dir, const std::filesystem::path& folder, const Environment& environment,
                        Problems& problems) {
  if (!state_dir.empty()) {
    state_dir = absolute_path(state_dir, folder, environment);
  } else if (const std::string state = value_of(environment, "XDG_STATE_HOME"); state.starts_with('/')) {
    state_dir = state + "/malin";
  } else if (const std::string home = value_of(environment, "HOME"); !home.empty()) {
    state_dir = home + "/.local/state/malin";
  } else {
    problems.add("state_dir", "is missing, and neither XDG_STATE_HOME nor HOME is set");
  }
}

}  // namespace

std::string absolute_path(const std::string& path, const std::filesystem::path& folder,
                          const Environment& environment) {
  const std::string home = value_of(environment, "HOME");
  if (path.starts_with("~/") && !home.empty()) return home + path.substr(1);
  return std::filesystem::absolute(folder / path).lexically_normal().string();
}

void complete(AppConfig& config, const std::filesystem::path& folder, const Environment& environment,
              Problems& problems) {
  complete_state_dir(config.root.state_dir, folder, environment, problems);
  complete_listen(config.api, "api.listen", problems);
  config.swap.idle_grace = config.presence.idle_grace;
  config.swap.min_present = config.presence.min_present;
  config.swap.wait_limit = config.presence.wait_limit;
  for (EngineSettings& engine : config.engines) {
    complete_engine(engine, folder, environment, problems);
    complete_commands(engine, "engines.", problems);
  }
  if (config.proxy) complete_proxy(*config.proxy, config, problems);
  for (CardSettings& card : config.cards) {
    card.is_far = card.driver == "renderer";
    if (!card.is_far) continue;
    complete_reference(card.renderer, "cards." + card.name + ".renderer", config.renderers, "renderer", problems);
  }
  for (RendererSettings& renderer : config.renderers) {
    complete_commands(renderer, "renderers.", problems);
    complete_reference(renderer.card, "renderers." + renderer.name + ".card", config.cards, "card", problems);
  }
  for (SenseSpec& sense : config.senses) {
    complete_reference(sense.card, "senses." + sense.name + ".card", config.cards, "card", problems);
    if (sense.identifier.empty()) sense.identifier = sense.model;
  }
  for (KindSettings& kind : config.kinds) {
    complete_reference(kind.renderer, "kinds." + kind.name + ".renderer", config.renderers, "renderer", problems);
    complete_kind(kind, folder, environment);
  }
}

}  // namespace malin::app
