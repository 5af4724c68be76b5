#include "app/check.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/command.hpp"
#include "app/report_problems.hpp"
#include "app/text_table.hpp"
#include "net/json.hpp"

namespace malin::app {

namespace json = boost::json;

namespace {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "ok";
    case Verdict::remark:
      return "note";
    case Verdict::wrong:
      return "WRONG";
  }
  return "?";
}

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return Colour::green;
    case Verdict::remark:
      return Colour::amber;
    case Verdict::wrong:
      return Colour::red;
  }
  return Colour::none;
}

std::ptrdiff_t count_wrong(const Findings& findings) {
  return std::ranges::count(findings, Verdict::wrong, &Finding::verdict);
}

}  // namespace

std::string format_findings(const Findings& findings, bool is_coloured) {
  TextTable table(is_coloured, 0);
  for (const Finding& finding : findings) {
    table.add({{to_string(finding.verdict), colour_of(finding.verdict)},
               finding.part,
               finding.advice.empty() ? finding.text : finding.text + "; " + finding.advice});
  }
  const auto wrong = count_wrong(findings);
  const std::string sum = wrong == 0 ? "All is well." : fmt::format("{} of {} wrong.", wrong, findings.size());
  return table.text() + "\n" + sum + "\n";
}

std::string format_json(const Findings& findings) {
  json::array listed;
  for (const Finding& finding : findings) {
    listed.push_back({{"part", finding.part},
                      {"verdict", finding.verdict == Verdict::wrong ? "wrong" : to_string(finding.verdict)},
                      {"text", finding.text},
                      {"advice", finding.advice}});
  }
  const json::object body{{"ok", count_wrong(findings) == 0}, {"findings", std::move(listed)}};
  return json::serialize(body) + "\n";
}

std::string format_json(const ConfigProblems& problems) {
  json::array listed;
  for (const ConfigProblem& problem : problems)
    listed.push_back({{"line", problem.line}, {"key", problem.key}, {"text", problem.text}});
  const json::object body{{"ok", false}, {"problems", std::move(listed)}};
  return json::serialize(body) + "\n";
}

int run_check(const CheckOptions& options) {
  const ConfigResult config = load_config(options.config, process_environment());
  if (!config && options.json) fmt::print("{}", format_json(config.error()));
  if (!config) return options.json ? exit_wrong : report_problems(options.config, config.error());
  const Result<Visits> visits = visit(*config);
  if (!visits) {
    fmt::print(stderr, "malin check: {}\n", visits.error().message);
    return exit_failed;
  }
  const Findings findings = judge(*config, *visits);
  fmt::print("{}", options.json ? format_json(findings) : format_findings(findings, wants_colour(stdout)));
  return count_wrong(findings) == 0 ? exit_ok : exit_failed;
}

}  // namespace malin::app
