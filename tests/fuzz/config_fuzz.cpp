// The config file: whatever it holds it is accepted as a whole or refused with reasons, and no reason repeats a secret.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "app/config.hpp"
#include "app/temporary_folder.hpp"
#include "core/bytes.hpp"
#include "core/time.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::app;
using namespace malin::fuzzing;

namespace {

constexpr const char* secret = "98765:the-secret-of-the-bot";

// A folder with the workflow that the seeds name.
const std::filesystem::path& folder() {
  static const TemporaryFolder made = [] {
    TemporaryFolder folder = TemporaryFolder::make("malin-config-fuzz").value();
    std::ofstream(folder.path() / "w.json")
        << R"({"1": {"class_type": "A", "inputs": {"a": "{{prompt}}", "b": "{{seed}}", "c": "{{width=832}}"}}})";
    return folder;
  }();
  return made.path();
}

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

template <class Settings>
bool has(const std::vector<Settings>& all, const std::string& name) {
  return std::ranges::find(all, name, &Settings::name) != all.end();
}

bool is_below(Duration length) { return length.count() >= 0 && length < std::chrono::hours(24 * 366); }

void check_accepted(const AppConfig& config) {
  require(!config.cards.empty() && !config.engines.empty() && !config.renderers.empty() && !config.kinds.empty());
  require(config.core.senses.size() == config.senses.size() && config.core.kinds.size() == config.kinds.size());
  for (const SenseSpec& sense : config.core.senses) {
    require(is_name(sense.name) && sense.footprint.count >= 0 && is_below(sense.load_limit));
    require(has(config.engines, sense.engine));
  }
  for (const KindSettings& kind : config.kinds) {
    require(is_name(kind.name) && kind.need.count >= 0 && kind.prompt_bytes_max > 0);
    require(is_below(kind.patience) && is_below(kind.render_limit));
    require(std::filesystem::path(kind.workflow).is_absolute());
    require(has(config.renderers, kind.renderer));
  }
  require(std::filesystem::path(config.root.state_dir).is_absolute());
  require(config.core.courier.has_value() == config.courier.has_value());
  require(config.api.token_env.empty() || !config.api.token.reveal().empty());
}

void check_quantities(std::string_view text) {
  if (const auto length = parse_duration(text)) require(length->count() >= 0 && length->count() <= 10'000'000'000'000);
  if (const auto amount = parse_bytes(text)) require(amount->count >= 0 && amount->count <= 1'000'000'000'000'000);
  if (const auto moment = parse_time(text)) require(format_time(*moment) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Environment environment{{"BOT", secret}, {"HOME", "/home/jun"}};
  const std::string_view text = text_of(data, size);
  check_quantities(text);
  const ConfigResult config = parse_config(text, folder(), environment);
  if (config) {
    check_accepted(*config);
    return 0;
  }
  require(!config.error().empty());
  for (const ConfigProblem& problem : config.error()) {
    require(!problem.text.empty() && problem.line >= 0);
    require(!format_problem(problem).contains(secret) || text.contains(secret));
  }
  return 0;
}
