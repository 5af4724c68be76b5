#include "app/client_address.hpp"

#include "app/config_check.hpp"
#include "app/config_reader.hpp"
#include "app/text_file.hpp"

namespace malin::app {

namespace {

constexpr Bytes config_bytes_max = mebibytes(1);
constexpr const char* usual_url = "http://127.0.0.1:7425";

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

ConfigProblems problem(int line, std::string text) { return {{line, "", std::move(text)}}; }

std::expected<ApiSettings, ConfigProblems> read_api(const std::filesystem::path& path, const Environment& environment) {
  const Result<std::string> text = read_text(path, config_bytes_max);
  if (!text) return std::unexpected(problem(0, text.error().message));
  toml::table root;
  try {
    root = toml::parse(*text);
  } catch (const toml::parse_error& error) {
    return std::unexpected(problem(static_cast<int>(error.source().begin.line), std::string(error.description())));
  }
  const toml::table nothing;
  const toml::table* section = root["api"].as_table();
  AppConfig config;
  config.root.state_dir = "/";  // Not looked at.
  Problems problems;
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  read_section(section == nullptr ? nothing : *section, "api", api_keys(), config.api, problems);
  complete(config, folder, environment, problems);
  check_addresses(config, problems);
  resolve_tokens(config, folder, environment, problems);
  if (problems.empty() && config.api.port == 0) {
    problems.add("api.listen", "port 0 is a different one at each start, which the daemon's log tells: give --url");
  }
  if (!problems.empty()) return std::unexpected(problems.take());
  return config.api;
}

}  // namespace

std::string client_url(const ApiSettings& api) {
  std::string host = api.address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.contains(':')) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(api.port);
}

std::expected<DaemonAddress, ConfigProblems> find_daemon(const ClientOptions& options, const Environment& environment) {
  DaemonAddress daemon{.url = options.url, .token = value_of(environment, "MALIN_API_TOKEN")};
  if (!options.config.empty()) {
    const auto api = read_api(options.config, environment);
    if (!api) return std::unexpected(api.error());
    if (daemon.url.empty()) daemon.url = client_url(*api);
    if (!api->token.empty()) daemon.token = api->token.reveal();
  }
  if (daemon.url.empty()) daemon.url = value_of(environment, "MALIN_URL");
  if (daemon.url.empty()) daemon.url = usual_url;
  return daemon;
}

}  // namespace malin::app
