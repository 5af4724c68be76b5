#include "app/config.hpp"

#include <algorithm>

#include <unistd.h>

#include "app/config_check.hpp"
#include "app/config_reader.hpp"
#include "app/text_file.hpp"

namespace malin::app {

namespace {

constexpr Bytes config_bytes_max = mebibytes(1);

bool is_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.find_first_not_of(letters) == std::string_view::npos;
}

// [swap]: stands once; when it is absent all its defaults count.
template <class T>
void read_single(const toml::table& root, const std::string& section, Keys<T> keys, T& out, Problems& problems) {
  static const toml::table nothing;
  const toml::node* node = root.get(section);
  if (node != nullptr && node->as_table() == nullptr) {
    problems.add_at(line_of(*node), section, "must be a section: [" + section + "]");
    return;
  }
  const toml::table& table = node == nullptr ? nothing : *node->as_table();
  if (node != nullptr) problems.remember(section, line_of(*node));
  report_unknown(table, section, names_of(keys), problems);
  read_section(table, section, keys, out, problems);
}

// [courier]: may be left out as a whole.
template <class T>
void read_single(const toml::table& root, const std::string& section, Keys<T> keys, std::optional<T>& out,
                 Problems& problems) {
  if (root.contains(section)) read_single(root, section, keys, out.emplace(), problems);
}

// [senses.NAME]: stands once for each name, in the order of the file.
template <class T>
void read_named(const toml::table& root, const std::string& section, Keys<T> keys, std::vector<T>& out,
                Problems& problems) {
  const toml::node* node = root.get(section);
  if (node == nullptr || node->as_table() == nullptr) {
    problems.add_at(node == nullptr ? 0 : line_of(*node), section,
                    "is missing: at least one section [" + section + ".NAME] is needed");
    return;
  }
  std::vector<std::pair<int, T>> found;
  for (const auto& [key, value] : *node->as_table()) {
    const std::string name(key.str());
    const std::string path = key_path(section, name);
    const int line = static_cast<int>(key.source().begin.line);
    problems.remember(path, line);
    if (value.as_table() == nullptr) {
      problems.add(path, "must be a section: [" + path + "]");
      continue;
    }
    if (!is_name(name)) problems.add(path, "a name may have small letters, digits, - and _ only");
    T item{};
    item.name = name;
    report_unknown(*value.as_table(), path, names_of(keys), problems);
    read_section(*value.as_table(), path, keys, item, problems);
    found.emplace_back(line, std::move(item));
  }
  std::ranges::sort(found, {}, [](const auto& entry) { return entry.first; });
  for (auto& [line, item] : found) out.push_back(std::move(item));
}

void read_all(const toml::table& root, AppConfig& config, Problems& problems) {
  std::vector<std::string_view> known = names_of(root_keys());
  known.insert(known.end(), single_sections().begin(), single_sections().end());
  known.insert(known.end(), named_sections().begin(), named_sections().end());
  report_unknown(root, "", known, problems);
  read_section(root, "", root_keys(), config.root, problems);
  read_named(root, "cards", card_keys(), config.cards, problems);
  read_named(root, "engines", engine_keys(), config.engines, problems);
  read_named(root, "renderers", renderer_keys(), config.renderers, problems);
  read_named(root, "senses", sense_keys(), config.senses, problems);
  read_named(root, "kinds", kind_keys(), config.kinds, problems);
  read_single(root, "courier", courier_keys(), config.courier, problems);
  read_single(root, "webhook", webhook_keys(), config.webhook, problems);
  read_single(root, "api", api_keys(), config.api, problems);
  read_single(root, "proxy", proxy_keys(), config.proxy, problems);
  read_single(root, "presence", presence_keys(), config.presence, problems);
  read_single(root, "swap", swap_keys(), config.swap, problems);
  read_single(root, "supervision", supervision_keys(), config.swap, problems);
}

ServerSpec server_spec(const ServerSettings& server) {
  return {.name = server.name, .can_start = !server.start.empty(), .can_restart = !server.restart.empty()};
}

Config core_config(const AppConfig& config) {
  Config core;
  for (const CardSettings& card : config.cards) core.cards.push_back(card);
  for (const EngineSettings& engine : config.engines) {
    core.engines.push_back({.server = server_spec(engine), .can_unload = can_unload(engine)});
  }
  for (const RendererSettings& renderer : config.renderers) {
    core.renderers.push_back({.server = server_spec(renderer), .card = renderer.card, .rest = renderer.rest});
  }
  core.senses = config.senses;
  for (const KindSettings& kind : config.kinds) core.kinds.push_back(kind);
  core.swap = config.swap;
  if (config.courier)
    core.courier = CourierSpec{.edits = config.courier->deliver == "edit", .is_live = config.courier->commands};
  return core;
}

}  // namespace

ConfigResult parse_config(std::string_view text, const std::filesystem::path& folder, const Environment& environment) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    const int line = static_cast<int>(error.source().begin.line);
    return std::unexpected(ConfigProblems{{line, "", std::string(error.description())}});
  }
  AppConfig config;
  Problems problems;
  read_all(root, config, problems);
  complete(config, folder, environment, problems);
  read_workflows(config, problems);
  check_references(config, problems);
  check_addresses(config, problems);
  check_proxy(config, problems);
  check_memory(config, problems);
  resolve_tokens(config, folder, environment, problems);
  if (!problems.empty()) return std::unexpected(problems.take());
  config.core = core_config(config);
  return config;
}

ConfigResult load_config(const std::filesystem::path& path, const Environment& environment) {
  const Result<std::string> text = read_text(path, config_bytes_max);
  if (!text) return std::unexpected(ConfigProblems{{0, "", text.error().message}});
  return parse_config(*text, std::filesystem::absolute(path).parent_path(), environment);
}

std::string format_problem(const ConfigProblem& problem) {
  std::string text;
  if (problem.line > 0) text += "line " + std::to_string(problem.line) + ": ";
  if (!problem.key.empty()) text += problem.key + ": ";
  return text + problem.text;
}

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) environment.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return environment;
}

}  // namespace malin::app
