#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include <sys/stat.h>

#include "adapters/webhook/signature.hpp"
#include "app/config_check.hpp"

namespace malin::app {

namespace {

constexpr std::size_t token_bytes_max = 4096;

std::string read_token_file(const std::string& path, const std::string& key, Problems& problems) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    problems.add(key, path + " cannot be read: " + std::strerror(errno));
    return "";
  }
  if ((status.st_mode & 077) != 0) {
    problems.add(key, path + " can be read by others; run: chmod 600 " + path);
    return "";
  }
  std::ifstream file(path);
  std::string text(token_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (text.empty() || text.size() > token_bytes_max || text.contains('\n')) {
    problems.add(key, path + " holds no token: one line of at most 4096 bytes is expected");
    return "";
  }
  return text;
}

void resolve(TokenSettings& settings, const std::string& section, const std::filesystem::path& folder,
             const Environment& environment, Problems& problems) {
  if (!settings.token_env.empty() && !settings.token_file.empty()) {
    problems.add(section + ".token_file", "give either token_env or token_file");
    return;
  }
  if (!settings.token_env.empty()) {
    const auto found = environment.find(settings.token_env);
    if (found == environment.end() || found->second.empty()) {
      problems.add(section + ".token_env", "the environment variable " + settings.token_env + " is not set");
      return;
    }
    settings.token = Secret(found->second);
  }
  if (!settings.token_file.empty()) {
    settings.token_file = absolute_path(settings.token_file, folder, environment);
    settings.token = Secret(read_token_file(settings.token_file, section + ".token_file", problems));
  }
}

}  // namespace

void resolve_tokens(AppConfig& config, const std::filesystem::path& folder, const Environment& environment,
                    Problems& problems) {
  for (EngineSettings& engine : config.engines) {
    resolve(engine, "engines." + engine.name, folder, environment, problems);
  }
  resolve(config.api, "api", folder, environment, problems);
  if (config.webhook) {
    resolve(*config.webhook, "webhook", folder, environment, problems);
    if (config.webhook->token_env.empty() && config.webhook->token_file.empty())
      problems.add("webhook", "the secret that signs is missing: write token_env = \"NAME\" or token_file = \"PATH\"");
    const std::string& secret = config.webhook->token.reveal();
    const Result<std::string> key = adapters::webhook::parse_secret(secret);
    if (!secret.empty() && !key) problems.add("webhook", key.error().message);
  }
  if (!config.courier) return;
  resolve(*config.courier, "courier", folder, environment, problems);
  if (config.courier->token_env.empty() && config.courier->token_file.empty()) {
    problems.add("courier", "the bot's token is missing: write token_env = \"NAME\" or token_file = \"PATH\"");
  }
}

}  // namespace malin::app
