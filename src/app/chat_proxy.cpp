#include "app/chat_proxy.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

namespace malin::app {

namespace {

using api::proxy::AwayPolicies;
using api::proxy::AwayPolicy;

AwayPolicy policy_of(const std::string& word) {
  if (word == "answer") return AwayPolicy::answer;
  return word == "refuse" ? AwayPolicy::refuse : AwayPolicy::hold;
}

AwayPolicies policies_of(const std::map<std::string, std::string>& words) {
  AwayPolicies policies;
  for (const auto& [name, word] : words) policies[name] = policy_of(word);
  return policies;
}

api::proxy::ProxyOptions proxy_options(const AppConfig& config) {
  using std::chrono::ceil;
  using std::chrono::seconds;
  const ProxySettings& settings = *config.proxy;
  api::proxy::ProxyOptions options;
  options.address = settings.address;
  options.port = settings.port;
  // The config was checked: there is such an engine, and its url can be read.
  const auto engine = std::ranges::find(config.engines, settings.upstream, &EngineSettings::name);
  options.upstream = net::parse_url(engine->url).value();
  options.away = policy_of(settings.away);
  options.away_models = policies_of(settings.away_models);
  options.away_routes = policies_of(settings.away_routes);
  options.hold_limit = ceil<seconds>(settings.hold_limit);
  options.comment_interval = ceil<seconds>(settings.comment_interval);
  options.cuts_tags = settings.cut_tags;
  return options;
}

api::proxy::HouseOptions house_options(const AppConfig& config) {
  return {.engine = config.proxy->upstream,
          .turn_grace = config.proxy->turn_grace,
          .turn_expiry = config.presence.turn_expiry};
}

}  // namespace

ChatProxy::ChatProxy(boost::asio::any_io_executor executor, Clock& clock, const AppConfig& config,
                     control::Controller& controller)
    : house_(executor, clock, config.core, controller, house_options(config)),
      proxy_(executor, proxy_options(config), house_) {}

Result<std::uint16_t> ChatProxy::listen() {
  const Result<std::uint16_t> port = proxy_.listen();
  if (port) spdlog::info("the chat proxy listens on port {}", *port);
  return port;
}

Task<void> ChatProxy::run() {
  co_await house_.run();
  proxy_.stop();
  co_await proxy_.stopped();
}

}  // namespace malin::app
