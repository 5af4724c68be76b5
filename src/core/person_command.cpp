#include "core/person_command.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"

namespace malin {

namespace {

constexpr std::size_t command_length_max = 32;
constexpr std::string_view spaces = " \t\r\n";
constexpr std::string_view update_prefix = "telegram-";
constexpr std::string_view repeat_prefix = "again-";
constexpr std::string_view cancel_word = "cancel ";
constexpr std::string_view again_word = "again ";

constexpr auto fixed_commands = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"status", "how she is, and who is away"},
     {"queue", "what is waiting and being made"},
     {"cancel", "take back the newest wish, or the one named: /cancel j-7"},
     {"swap", "may senses be sent away? /swap on or /swap off"},
     {"restore", "bring everyone back now, or one: /restore vision"},
     {"help", "these commands"}});

PersonCommand parse_fixed(std::string_view name, std::string_view rest) {
  if (name == "status") return AskStatus{};
  if (name == "queue") return AskQueue{};
  if (name == "cancel") return AskCancel{lower(rest)};
  if (name == "restore") return AskRestore{std::string(rest)};
  if (name == "help" || name == "start") return AskHelp{};
  if (name != "swap") return Unclear{"I do not know /" + std::string(name) + ". /help lists what I know."};
  const std::string word = lower(rest);
  if (word == "on" || word == "off") return AskSwap{word == "on"};
  return Unclear{"Say /swap on or /swap off."};
}

bool is_own(const Job& job) { return job.key.starts_with(update_prefix) || job.key.starts_with(repeat_prefix); }

}  // namespace

std::string command_of(const KindSpec& kind) {
  std::string name = lower(kind.name);
  std::ranges::replace(name, '-', '_');
  const bool is_plain =
      std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  const bool is_taken =
      name == "start" || std::ranges::any_of(fixed_commands, [&](const auto& one) { return one.first == name; });
  return name.empty() || name.size() > command_length_max || !is_plain || is_taken ? "" : name;
}

PersonCommand parse_command(const Config& config, std::string_view text) {
  text = trim(text);
  if (!text.starts_with('/')) return Unclear{"I take commands here; /help lists them."};
  const std::size_t end = std::min(text.find_first_of(spaces), text.size());
  const std::string_view word = text.substr(1, end - 1);
  const std::string name = lower(word.substr(0, word.find('@')));
  const std::string_view rest = trim(text.substr(end));
  for (const KindSpec& kind : config.kinds)
    if (!name.empty() && command_of(kind) == name) return AskMedia{kind.name, std::string(rest)};
  return parse_fixed(name, rest);
}

std::vector<MenuLine> command_menu(const Config& config) {
  std::vector<MenuLine> menu;
  for (const KindSpec& kind : config.kinds) {
    const std::string name = command_of(kind);
    if (!name.empty()) menu.push_back({name, "a " + kind.name + ": say what it should show"});
  }
  for (const auto& [command, meaning] : fixed_commands) menu.push_back({std::string(command), std::string(meaning)});
  return menu;
}

std::string help_text(const Config& config) {
  std::string text = "What I do for you:";
  for (const MenuLine& line : command_menu(config)) text += "\n/" + line.command + " - " + line.meaning;
  return text;
}

std::string press_data(const Press& press) {
  if (const auto* cancel = std::get_if<PressCancel>(&press)) return std::string(cancel_word) + cancel->job;
  return std::string(again_word) + std::get<PressAgain>(press).job;
}

std::optional<Press> parse_press(std::string_view data) {
  if (data.starts_with(cancel_word)) return PressCancel{JobId(data.substr(cancel_word.size()))};
  if (data.starts_with(again_word)) return PressAgain{JobId(data.substr(again_word.size()))};
  return std::nullopt;
}

std::string key_of_update(std::int64_t update) { return std::string(update_prefix) + std::to_string(update); }

std::string key_of_repeat(const JobId& job) { return std::string(repeat_prefix) + job; }

const Job* newest_own_job(const Ledger& ledger) {
  const Job* newest = nullptr;
  for (const auto& [id, job] : ledger.jobs) {
    if (!is_own(job) || (job.state != JobState::queued && job.state != JobState::rendering)) continue;
    const auto is_older = [](const Job& a, const Job& b) {
      return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
    };
    if (newest == nullptr || is_older(*newest, job)) newest = &job;
  }
  return newest;
}

}  // namespace malin
