#include "app/studio/demo_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "app/client_json.hpp"

namespace malin::app {

namespace json = net::json;

namespace {

// Tenths of a second are all that the story needs.
json::value seconds(Duration length) {
  const std::int64_t tenths = length.count() / 100;
  return static_cast<double>(tenths) / 10;
}

// From one moment of a row to another; null where one of them is missing.
json::value between(const json::value& row, std::string_view from, std::string_view to) {
  const auto begin = time_of(row, from);
  const auto end = time_of(row, to);
  return begin && end ? seconds(*end - *begin) : json::value(nullptr);
}

json::value since(TimePoint began, const json::value& row, std::string_view key) {
  const auto moment = time_of(row, key);
  return moment ? seconds(*moment - began) : json::value(nullptr);
}

json::array format_jobs(const DemoFacts& facts) {
  json::array jobs;
  for (const json::value& job : list_of(facts.jobs, "jobs")) {
    const json::value* media = net::find(job, "media");
    jobs.push_back({{"id", text_of(job, "id")},
                    {"kind", text_of(job, "kind")},
                    {"state", text_of(job, "state")},
                    {"waited_s", between(job, "created_at", "started_at")},
                    {"render_s", between(job, "started_at", "rendered_at")},
                    {"media", media == nullptr ? json::value(nullptr) : *media}});
  }
  std::ranges::reverse(jobs);  // The oldest first.
  return jobs;
}

json::array format_windows(const DemoFacts& facts) {
  json::array windows;
  for (const json::value& window : list_of(facts.windows, "windows"))
    windows.push_back({{"evicted", list_of(window, "evicted")},
                       {"jobs", list_of(window, "jobs")},
                       {"opened_s", since(facts.began, window, "opened_at")},
                       {"closed_s", since(facts.began, window, "closed_at")}});
  std::ranges::reverse(windows);
  return windows;
}

json::array format_senses(const DemoFacts& facts) {
  std::map<std::string, std::pair<double, int>> away;  // Seconds and times, by sense.
  for (const json::value& window : list_of(facts.windows, "windows")) {
    for (const json::value& leave : list_of(window, "leaves")) {
      auto& [length, times] = away[text_of(leave, "sense")];
      length += net::find_double(leave, "away_s").value_or(0);
      ++times;
    }
  }
  json::array senses;
  for (const json::value& sense : list_of(facts.status, "senses")) {
    const auto [length, times] = away[text_of(sense, "name")];
    senses.push_back({{"name", text_of(sense, "name")},
                      {"state", text_of(sense, "state")},
                      {"away_s", seconds(Duration(static_cast<std::int64_t>(length * 1000)))},
                      {"times_away", times}});
  }
  return senses;
}

// What the daemon says of its windows, and what the rig itself shows.
bool is_restored_exactly(const DemoFacts& facts) {
  for (const json::value& window : list_of(facts.windows, "windows"))
    if (net::find_bool(window, "restored_exactly") != true) return false;
  const auto as_loaded = [](const world::Instance& instance) {
    return std::tuple(instance.identifier, instance.model, instance.config, instance.ttl);
  };
  auto before = facts.before;
  auto after = facts.after;
  std::ranges::sort(before, {}, &world::Instance::identifier);
  std::ranges::sort(after, {}, &world::Instance::identifier);
  return std::ranges::equal(before, after, {}, as_loaded, as_loaded);
}

std::string number(const json::value& value) {
  return value.is_double() ? fmt::format("{:.1f}", value.as_double()) : "-";
}

}  // namespace

json::object format_report(const DemoFacts& facts) {
  return {{"jobs", format_jobs(facts)},
          {"senses", format_senses(facts)},
          {"windows", format_windows(facts)},
          {"replies",
           {{"total", facts.counters.replies + facts.counters.replies_cut},
            {"cut_by_an_unload", facts.counters.replies_cut}}},
          {"glow", text_of(facts.status, "glow")},
          {"restored_exactly", is_restored_exactly(facts)}};
}

bool is_success(const json::object& report) {
  const auto has_state = [](std::string_view state) {
    return [state](const json::value& row) { return row.at("state").as_string() == state; };
  };
  const json::array& jobs = report.at("jobs").as_array();
  return !jobs.empty() && std::ranges::all_of(jobs, has_state("delivered")) &&
         std::ranges::all_of(report.at("senses").as_array(), has_state("ready")) &&
         report.at("replies").at("cut_by_an_unload").as_int64() == 0 && report.at("restored_exactly").as_bool();
}

std::string format_report_table(const json::object& report) {
  std::string text = fmt::format("\n{:<8}{:<9}{:<12}{:>9}{:>10}\n", "job", "kind", "state", "waited", "rendered");
  for (const json::value& job : report.at("jobs").as_array())
    text += fmt::format("{:<8}{:<9}{:<12}{:>7} s{:>8} s\n", job.at("id").as_string().c_str(),
                        job.at("kind").as_string().c_str(), job.at("state").as_string().c_str(),
                        number(job.at("waited_s")), number(job.at("render_s")));
  text += fmt::format("\n{:<8}{:<9}{:>12}{:>9}\n", "sense", "now", "away", "times");
  for (const json::value& sense : report.at("senses").as_array())
    text += fmt::format("{:<8}{:<9}{:>10} s{:>9}\n", sense.at("name").as_string().c_str(),
                        sense.at("state").as_string().c_str(), number(sense.at("away_s")),
                        sense.at("times_away").as_int64());
  text += fmt::format("\n{:<8}{:>8}{:>10}   {:<16}{}\n", "window", "opened", "closed", "away", "rendered");
  int window_number = 0;
  for (const json::value& window : report.at("windows").as_array())
    text += fmt::format("{:<8}{:>6} s{:>8} s   {:<16}{}\n", ++window_number, number(window.at("opened_s")),
                        number(window.at("closed_s")), joined(window, "evicted"), joined(window, "jobs"));
  const json::value& replies = report.at("replies");
  return text + fmt::format("\n{} replies, {} cut by an unload; glow {}; restored exactly: {}\n",
                            replies.at("total").as_int64(), replies.at("cut_by_an_unload").as_int64(),
                            report.at("glow").as_string().c_str(),
                            report.at("restored_exactly").as_bool() ? "yes" : "no");
}

}  // namespace malin::app
