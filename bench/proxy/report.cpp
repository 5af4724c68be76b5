#include "proxy/report.hpp"

#include <algorithm>
#include <fstream>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace malin::bench {

namespace json = boost::json;

namespace {

constexpr double mebibyte = 1 << 20;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double percentile_us(std::vector<std::int64_t> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  return static_cast<double>(values[at]) / 1000;
}

}  // namespace

struct Report::Summary {
  std::map<std::string, double> medians;
  std::optional<double> ratio;        // Malin's to nginx's, round by round.
  std::optional<double> over_direct;  // What Malin adds, round by round.
};

Report::Row& Report::row(const std::string& scenario, const std::string& figure) {
  for (Row& row : rows_)
    if (row.scenario == scenario && row.figure == figure) return row;
  return rows_.emplace_back(Row{.scenario = scenario, .figure = figure, .rounds = {}});
}

void Report::add(const std::string& scenario, const std::string& target, const Outcome& outcome) {
  broken_ += outcome.broken;
  const auto note = [&](const std::string& figure, double value) {
    row(scenario, figure).rounds[target].push_back(value);
  };
  const bool is_stream = !outcome.tokens.empty();
  const double seconds = std::chrono::duration<double>(outcome.length).count();
  const double cpu_us = std::chrono::duration<double, std::micro>(outcome.cpu).count();
  if (is_stream) {
    note("first byte p50, us", percentile_us(outcome.first_bytes, 0.5));
    note("first byte p99, us", percentile_us(outcome.first_bytes, 0.99));
    note("token p50, us", percentile_us(outcome.tokens, 0.5));
    note("token p99, us", percentile_us(outcome.tokens, 0.99));
    note("tokens glued", static_cast<double>(outcome.glued));
    if (outcome.cpu.count() != 0) note("CPU a token, us", cpu_us / static_cast<double>(outcome.tokens.size()));
  } else {
    note("requests a second", static_cast<double>(outcome.answers.size()) / seconds);
    note("p50, us", percentile_us(outcome.answers, 0.5));
    note("p99, us", percentile_us(outcome.answers, 0.99));
    if (outcome.cpu.count() != 0) note("CPU a request, us", cpu_us / static_cast<double>(outcome.answers.size()));
  }
  if (outcome.resident_bytes != 0) note("memory, MiB", static_cast<double>(outcome.resident_bytes) / mebibyte);
}

void Report::add_held(const Held& held) {
  broken_ += held.broken;
  row("1,000 held while she is away", "memory, MiB")
      .rounds["malin"]
      .push_back(static_cast<double>(held.resident_bytes) / mebibyte);
}

Report::Summary Report::summarise(const Row& row) {
  Summary summary;
  for (const auto& [target, values] : row.rounds) summary.medians[target] = median(values);
  const auto compare = [&](const std::string& with, auto how) -> std::optional<double> {
    const auto ours = row.rounds.find("malin");
    const auto theirs = row.rounds.find(with);
    if (ours == row.rounds.end() || theirs == row.rounds.end()) return std::nullopt;
    std::vector<double> results;
    for (std::size_t i = 0; i < std::min(ours->second.size(), theirs->second.size()); ++i)
      results.push_back(how(ours->second[i], theirs->second[i]));
    return median(std::move(results));
  };
  if (summary.medians["nginx"] > 0) summary.ratio = compare("nginx", [](double a, double b) { return a / b; });
  summary.over_direct = compare("direct", [](double a, double b) { return a - b; });
  return summary;
}

void Report::print(const std::vector<std::string>& about) const {
  for (const std::string& line : about) fmt::print("{}\n", line);
  fmt::print("\n{:<30}{:<20}{:>10}{:>10}{:>10}{:>13}{:>14}\n", "", "", "direct", "nginx", "malin", "malin/nginx",
             "malin-direct");
  std::string previous;
  for (const Row& row : rows_) {
    Summary summary = summarise(row);
    fmt::print("{:<30}{:<20}", row.scenario == previous ? "" : row.scenario, row.figure);
    for (const char* target : {"direct", "nginx", "malin"}) {
      const bool is_known = summary.medians.contains(target) && row.rounds.contains(target);
      fmt::print("{:>10}", is_known ? fmt::format("{:.1f}", summary.medians[target]) : "");
    }
    fmt::print("{:>13}", summary.ratio ? fmt::format("{:.2f}", *summary.ratio) : "");
    fmt::print("{:>14}\n", summary.over_direct ? fmt::format("{:.1f}", *summary.over_direct) : "");
    previous = row.scenario;
  }
  fmt::print("\nrequests that were not answered as they should be: {}\n", broken_);
}

void Report::write_json(const std::string& path, const std::vector<std::string>& about) const {
  json::array rows;
  for (const Row& row : rows_) {
    const Summary summary = summarise(row);
    json::object entry{{"scenario", row.scenario}, {"figure", row.figure}};
    for (const auto& [target, values] : row.rounds)
      entry[target] = {{"median", median(values)}, {"rounds", json::value_from(values)}};
    if (summary.ratio) entry["malin_to_nginx"] = *summary.ratio;
    if (summary.over_direct) entry["malin_minus_direct"] = *summary.over_direct;
    rows.push_back(std::move(entry));
  }
  const json::object report{{"about", json::value_from(about)}, {"broken", broken_}, {"rows", std::move(rows)}};
  std::ofstream file(path);
  file << json::serialize(report) << "\n";
  if (!file.flush()) give_up("cannot write " + path);
}

}  // namespace malin::bench
