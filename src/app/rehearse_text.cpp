#include <algorithm>

#include <fmt/format.h>

#include "app/rehearse.hpp"
#include "app/text_table.hpp"

namespace malin::app {

namespace {

using namespace rehearsal;

constexpr std::size_t text_columns = 100;
constexpr std::size_t bar_columns = 48;

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

// Rounded as one would say it.
std::string about(Duration length) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(length);
  return length < std::chrono::seconds(10) ? format_duration(length) : format_duration(seconds);
}

std::string or_never(const std::optional<Duration>& length) { return length ? about(*length) : "never"; }

// The senses that were away in it, and how long the one that was away longest.
struct Absent {
  std::vector<std::string> senses;
  Duration longest{};
};

Absent absent_in(const Outcome& outcome) {
  Absent absent;
  for (const Window& window : outcome.windows)
    for (const std::string& sense : window.evicted)
      if (std::ranges::find(absent.senses, sense) == absent.senses.end()) absent.senses.push_back(sense);
  for (const auto& [sense, length] : outcome.away) absent.longest = std::max(absent.longest, length);
  return absent;
}

bool is_made(const Outcome& outcome) { return outcome.jobs_done() == std::ssize(outcome.waits); }

std::string describe_automatic(const Outcome& configured, const Outcome& automatic) {
  if (!is_made(automatic)) return "";
  const Absent chosen = absent_in(automatic);
  const Absent given = absent_in(configured);
  if (chosen.senses.empty()) return "; the planner would send nobody away";
  if (is_made(configured) && std::ranges::is_permutation(chosen.senses, given.senses))
    return "; the planner would choose the same";
  return fmt::format("; the planner would send only {} away, {}", list(chosen.senses), about(chosen.longest));
}

std::string describe(const KindRehearsal& kind) {
  const Outcome& outcome = kind.configured;
  std::string text;
  if (!is_made(outcome)) {
    const auto why = outcome.unmade.find(kind.kind);
    text = "cannot be made: " + (why == outcome.unmade.end() ? "nobody knows why" : why->second);
  } else if (const Absent absent = absent_in(outcome); absent.senses.empty()) {
    text = fmt::format("takes nobody away: there is room with everyone at home; ready after {}",
                       or_never(outcome.waits.front()));
  } else {
    text = fmt::format("takes {} away for about {}", list(absent.senses), about(absent.longest));
  }
  return kind.automatic ? text + describe_automatic(outcome, *kind.automatic) : text;
}

template <class Specs>
void add_timings(const std::map<std::string, Timing>& timings, const Specs& specs, const char* what, TextTable& table) {
  for (const auto& spec : specs) {
    const Timing& timing = timings.at(spec.name);
    const Cell source = timing.is_measured()
                            ? Cell(fmt::format("measured, median of {}", timing.samples), Colour::green)
                            : Cell("assumed: nothing is measured yet", Colour::amber);
    table.add({what, spec.name, about(timing.length), source});
  }
}

std::string format_timings(const Rehearsal& rehearsal, bool is_coloured) {
  TextTable table(is_coloured, 2, text_columns);
  add_timings(rehearsal.timings.loads, rehearsal.config.senses, "load", table);
  add_timings(rehearsal.timings.renders, rehearsal.config.kinds, "render", table);
  return table.text();
}

// Who is away at all in this day; the others need no column.
std::vector<std::string> leavers(const DayRehearsal& day) {
  std::vector<std::string> names;
  for (const auto& [sense, length] : day.outcomes.front().away)
    if (goes_away(day, sense)) names.push_back(sense);
  return names;
}

std::string format_table(const DayRehearsal& day, bool is_coloured) {
  const std::vector<std::string> senses = leavers(day);
  TextTable table(is_coloured, 2, text_columns + 40);
  std::vector<Cell> head{{"", Colour::faint}};
  for (const std::string& sense : senses) head.emplace_back(sense + " away", Colour::faint);
  for (const char* name : {"away in all", "windows", "wait p50", "p95", "replies delayed", "jobs done"})
    head.emplace_back(name, Colour::faint);
  table.add(std::move(head));
  for (std::size_t i = 0; i < day.outcomes.size(); ++i) {
    const Outcome& outcome = day.outcomes[i];
    std::vector<Cell> row{to_string(policies[i])};
    for (const std::string& sense : senses) row.emplace_back(about(outcome.away.at(sense)));
    row.emplace_back(about(outcome.away_in_all()));
    row.emplace_back(std::to_string(outcome.windows.size()));
    row.emplace_back(or_never(percentile(outcome.waits, 50)));
    row.emplace_back(or_never(percentile(outcome.waits, 95)));
    row.emplace_back(fmt::format("{} of {}", outcome.replies_delayed(), day.trace.turns.size()));
    const bool is_all = is_made(outcome);
    row.emplace_back(fmt::format("{} of {}", outcome.jobs_done(), outcome.waits.size()),
                     is_all ? Colour::none : Colour::amber);
    table.add(std::move(row));
  }
  return table.text();
}

std::string format_bars(const DayRehearsal& day, bool is_coloured) {
  Duration most{1};
  for (const Outcome& outcome : day.outcomes) most = std::max(most, outcome.away_in_all());
  std::string text;
  for (std::size_t i = 0; i < day.outcomes.size(); ++i) {
    const Duration away = day.outcomes[i].away_in_all();
    std::string bar;
    for (std::int64_t n = away.count() * static_cast<std::int64_t>(bar_columns) / most.count(); n > 0; --n) bar += "█";
    text += fmt::format("  {:<18}{}{}\n", to_string(policies[i]), paint(bar, Colour::amber, is_coloured),
                        (bar.empty() ? "" : " ") + about(away));
  }
  return text;
}

}  // namespace

std::string format_rehearsal(const Rehearsal& rehearsal, bool is_coloured) {
  std::string text = "Your config on a simulated machine. How long things take there:\n\n";
  text += format_timings(rehearsal, is_coloured);
  text += "\nOne render, in a quiet moment:\n\n";
  TextTable kinds(is_coloured, 2, text_columns);
  for (const KindRehearsal& kind : rehearsal.kinds) kinds.add({kind.kind, describe(kind)});
  text += kinds.text();
  if (!rehearsal.day) return text;
  const DayRehearsal& day = *rehearsal.day;
  text += fmt::format("\n{}: {} replies and {} jobs from {} to {}, lived four times:\n\n", day.name,
                      day.trace.turns.size(), day.trace.jobs.size(), format_time(day.trace.begins_at()).substr(0, 16),
                      format_time(day.trace.ends_at()).substr(0, 16));
  text += format_table(day, is_coloured);
  text += "\nAway, all senses together:\n\n" + format_bars(day, is_coloured);
  return text;
}

}  // namespace malin::app
