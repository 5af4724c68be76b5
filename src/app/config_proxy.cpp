// The checks of [proxy].
#include <algorithm>

#include "api/proxy/route.hpp"
#include "app/config_check.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

void check_policies(const std::map<std::string, std::string>& policies, const std::string& key, Problems& problems) {
  for (const auto& [name, policy] : policies)
    if (policy != "hold" && policy != "answer" && policy != "refuse")
      problems.add(key, "\"" + policy + "\" is not one of \"hold\", \"answer\", \"refuse\"");
}

void check_upstream(const ProxySettings& proxy, const AppConfig& config, Problems& problems) {
  const auto engine = std::ranges::find(config.engines, proxy.upstream, &EngineSettings::name);
  if (engine == config.engines.end()) {
    if (!proxy.upstream.empty()) problems.add("proxy.upstream", "there is no engine \"" + proxy.upstream + "\"");
    return;
  }
  const Result<net::Url> url = net::parse_url(engine->url);
  if (engine->url.empty())
    problems.add("proxy.upstream", "engine \"" + engine->name + "\" needs a url, such as \"http://127.0.0.1:1234\"");
  else if (url && (url->tls || !url->path.empty()))
    problems.add("proxy.upstream", "the url of engine \"" + engine->name + "\" must be plain http and have no path");
}

}  // namespace

void check_proxy(const AppConfig& config, Problems& problems) {
  if (!config.proxy) return;
  const ProxySettings& proxy = *config.proxy;
  const bool is_loopback = proxy.address.starts_with("127.") || proxy.address == "::1";
  if (!proxy.address.empty() && !problems.has("proxy.listen") && !is_loopback)
    problems.add("proxy.listen",
                 "others could reach " + proxy.listen + ", and it asks for no token: listen on 127.0.0.1");
  if (proxy.port != 0 && proxy.port == config.api.port && proxy.address == config.api.address)
    problems.add("proxy.listen", "is the daemon's own address, api.listen");
  check_upstream(proxy, config, problems);
  check_policies(proxy.away_models, "proxy.away_models", problems);
  check_policies(proxy.away_routes, "proxy.away_routes", problems);
  for (const auto& [route, policy] : proxy.away_routes)
    if (!api::proxy::is_route_name(route))
      problems.add("proxy.away_routes", "\"" + route + "\" is no route that needs a model");
}

}  // namespace malin::app
