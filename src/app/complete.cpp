#include "app/complete.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client.hpp"
#include "app/client_json.hpp"
#include "app/report_problems.hpp"

namespace malin::app {

namespace json = net::json;

namespace {

constexpr std::chrono::milliseconds patience{700};  // Somebody waits at the keyboard.
constexpr std::size_t text_columns = 60;

// Bash takes "http://x" and "a=b" apart.
std::vector<std::string> joined_again(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  bool is_open = false;
  for (const std::string& word : words) {
    const bool is_joint = !word.empty() && word.find_first_not_of(":=") == std::string::npos;
    if (!out.empty() && (is_joint || is_open))
      out.back() += word;
    else
      out.push_back(word);
    is_open = is_joint;
  }
  return out;
}

const CLI::Option* find_option(const CLI::App& command, const std::string& name) {
  for (const CLI::Option* option : command.get_options())
    if (option->nonpositional() && option->check_name(name)) return option;
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// "on|off" stands for both; "FILE" stands for none.
std::vector<Candidate> choices_of(const CLI::Option& option) {
  const std::string& text = option.get_option_text();
  std::vector<Candidate> choices;
  if (!text.contains('|') || text.contains('[')) return choices;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('|', at), text.size());
    choices.push_back({text.substr(at, end - at), ""});
    at = end + 1;
  }
  return choices;
}

std::vector<Candidate> options_of(const CLI::App& command) {
  std::vector<Candidate> options;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) options.push_back({"--" + name, option->get_description()});
  return options;
}

std::vector<Candidate> commands_of(const CLI::App& app) {
  std::vector<Candidate> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back({command->get_name(), command->get_description()});
  return commands;
}

std::vector<Candidate> argument(const CLI::App& command, std::size_t place, const KnownNames& known) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional() || place-- > 0) continue;
    std::vector<Candidate> choices = choices_of(*option);
    return choices.empty() ? known(option->get_name()) : choices;
  }
  return {};
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_name() == name) return command;
  return nullptr;
}

std::vector<Candidate> all_that_fit(const CLI::App& app, const std::vector<std::string>& words,
                                    const KnownNames& known) {
  const std::string& typed = words.back();
  if (words.size() == 1) return typed.starts_with('-') ? options_of(app) : commands_of(app);
  const CLI::App* command = find_command(app, words.front());
  if (command == nullptr) return {};
  std::size_t place = 0;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const CLI::Option* option = words[i].starts_with('-') ? find_option(*command, words[i]) : nullptr;
    if (option == nullptr) {
      if (!words[i].starts_with('-')) ++place;
    } else if (takes_value(*option) && ++i + 1 >= words.size()) {
      return choices_of(*option);
    }
  }
  return typed.starts_with('-') ? options_of(*command) : argument(*command, place, known);
}

std::string value_after(const std::vector<std::string>& words, std::string_view name) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == name) return words[i + 1];
  return "";
}

struct Source {
  std::string_view argument;
  const char* target;
  const char* list;
  const char* name;
  const char* text;
};

constexpr std::array sources{Source{"JOB", "/v1/status", "queue", "id", "prompt"},
                             Source{"ID", "/v1/jobs?limit=50", "jobs", "id", "prompt"},
                             Source{"SENSE", "/v1/status", "senses", "name", "state"},
                             Source{"NAME", "/v1/footprints", "footprints", "name", "kind"},
                             Source{"KIND", "/v1/kinds", "kinds", "name", "status_line"}};

std::vector<Candidate> ask_daemon_for(std::string_view argument, const std::vector<std::string>& words) {
  const auto source = std::ranges::find(sources, argument, &Source::argument);
  if (source == sources.end()) return {};
  const ClientOptions options{.url = value_after(words, "--url"), .config = value_after(words, "--config")};
  auto address = find_daemon(options, process_environment());
  if (!address) return {};
  auto daemon = DaemonClient::make(std::move(*address));
  if (!daemon) return {};
  daemon->set_patience(patience);
  const auto answer = daemon->ask("GET", source->target);
  if (!answer) return {};
  std::vector<Candidate> names;
  for (const json::value& one : list_of(answer->body, source->list))
    names.push_back({text_of(one, source->name), text_of(one, source->text)});
  return names;
}

}  // namespace

std::vector<Candidate> complete(const CLI::App& app, std::vector<std::string> words, const KnownNames& known) {
  words = joined_again(words);
  if (words.empty()) return {};
  std::vector<Candidate> fitting = all_that_fit(app, words, known);
  std::erase_if(fitting, [&](const Candidate& one) { return !one.word.starts_with(words.back()); });
  return fitting;
}

void print_candidates(const CLI::App& app, std::vector<std::string> words) {
  const auto known = [all = joined_again(words)](std::string_view argument) { return ask_daemon_for(argument, all); };
  for (const Candidate& one : complete(app, std::move(words), known))
    fmt::print("{}\t{}\n", one.word, shorten(one.text, text_columns));
}

}  // namespace malin::app
