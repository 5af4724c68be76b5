#include <array>

#include <arpa/inet.h>

#include "app/config_check.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

void check_url(const std::string& url, const std::string& key, Problems& problems) {
  if (url.empty() || problems.has(key)) return;
  const Result<net::Url> parsed = net::parse_url(url);
  if (!parsed || !url.starts_with("http")) {
    problems.add(key, "\"" + url + "\" is not an http or https address, such as \"http://127.0.0.1:8188\"");
  }
}

bool is_address(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

void check_courier(const CourierSettings& courier, Problems& problems) {
  check_url(courier.api_root, "courier.api_root", problems);
  if (courier.chat_id == 0 && !problems.has("courier.chat_id")) {
    problems.add("courier.chat_id", "must not be 0: write to the bot, then ask it with getUpdates");
  }
}

void check_listen(const ApiSettings& api, Problems& problems) {
  if (api.address.empty() || problems.has("api.listen")) return;
  if (!is_address(api.address)) {
    problems.add("api.listen", "\"" + api.address + "\" is not an IP address");
    return;
  }
  const bool is_loopback = api.address.starts_with("127.") || api.address == "::1";
  if (!is_loopback && api.token_env.empty() && api.token_file.empty()) {
    problems.add("api.listen",
                 "others could reach " + api.listen + ": give [api] a token_env or token_file, or listen on 127.0.0.1");
  }
}

}  // namespace

void check_addresses(const AppConfig& config, Problems& problems) {
  for (const EngineSettings& engine : config.engines) {
    const std::string key = "engines." + engine.name;
    check_url(engine.url, key + ".url", problems);
    if (engine.type == "http" && !engine.health.starts_with('/')) problems.add(key + ".health", "must start with /");
  }
  for (const RendererSettings& renderer : config.renderers) {
    check_url(renderer.url, "renderers." + renderer.name + ".url", problems);
  }
  if (config.webhook) check_url(config.webhook->url, "webhook.url", problems);
  if (config.courier) check_courier(*config.courier, problems);
  check_listen(config.api, problems);
}

}  // namespace malin::app
