#include "app/rehearsal/trace.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <variant>

#include <fmt/format.h>

#include "core/suggest.hpp"
#include "net/json.hpp"

namespace malin::app::rehearsal {

namespace json = boost::json;

namespace {

constexpr const char* expected_turn = R"({"at":"2026-11-24T21:04:11.250Z","turn":"brain","seconds":6.4})";
constexpr const char* expected_job = R"({"at":"2026-11-24T21:04:18.002Z","job":"selfie"})";

using Line = std::variant<TracedTurn, TracedJob, std::string>;  // The last: what is wrong with it.

template <class Specs>
std::string suggest_one_of(const std::string& wrong, const Specs& specs) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return suggest(wrong, names);
}

std::string unknown_member(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::ranges::find(known, name) == known.end())
      return fmt::format("there is no \"{}\" in a trace{}", name, suggest(name, {known.begin(), known.end()}));
  }
  return {};
}

Line parse_turn(const json::value& value, TimePoint at, const Config& config) {
  if (std::string problem = unknown_member(value.get_object(), {"at", "turn", "seconds"}); !problem.empty())
    return problem;
  const auto sense = net::find_string(value, "turn");
  if (!sense) return std::string(R"("turn" is the name of the sense that talked, or "" when that is not known)");
  if (!sense->empty() && config.sense(*sense) == nullptr)
    return fmt::format("the config has no sense \"{}\"{}", *sense, suggest_one_of(*sense, config.senses));
  const auto seconds = net::find_double(value, "seconds");
  if (!seconds || !(*seconds >= 0) || *seconds > static_cast<double>(turn_length_max.count()) / 1000)
    return std::string(R"("seconds" is how long she talked: a number from 0 to 86400)");
  return TracedTurn{.at = at, .length = Duration{std::llround(*seconds * 1000)}, .sense = *sense};
}

Line parse_job(const json::value& value, TimePoint at, const Config& config) {
  if (std::string problem = unknown_member(value.get_object(), {"at", "job", "priority"}); !problem.empty())
    return problem;
  const auto kind = net::find_string(value, "job");
  if (!kind) return std::string(R"("job" is the name of a kind)");
  if (config.kind(*kind) == nullptr)
    return fmt::format("the config has no kind \"{}\"{}", *kind, suggest_one_of(*kind, config.kinds));
  TracedJob job{.at = at, .kind = *kind};
  if (net::find(value, "priority") != nullptr) {
    const auto priority = net::find_int(value, "priority");
    if (!priority || *priority < -1000 || *priority > 1000)
      return std::string(R"("priority" is a whole number from -1000 to 1000)");
    job.priority = static_cast<int>(*priority);
  }
  return job;
}

Line parse_line(std::string_view line, const Config& config) {
  const Result<json::value> value = net::parse_json(line);
  if (!value || !value->is_object())
    return fmt::format("is no JSON object; a line is {} or {}", expected_turn, expected_job);
  const auto written = net::find_string(*value, "at");
  const auto at = written ? parse_time(*written) : std::nullopt;
  if (!at) return std::string(R"("at" is a moment in UTC with milliseconds, such as "2026-11-24T21:04:11.250Z")");
  const bool is_turn = net::find(*value, "turn") != nullptr;
  const bool is_job = net::find(*value, "job") != nullptr;
  if (is_turn == is_job) return fmt::format("has to be a turn, {}, or a job, {}", expected_turn, expected_job);
  return is_turn ? parse_turn(*value, *at, config) : parse_job(*value, *at, config);
}

std::int64_t days_of(Duration length) { return std::chrono::floor<std::chrono::days>(length).count(); }

}  // namespace

TimePoint Trace::begins_at() const {
  TimePoint first = TimePoint::max();
  if (!turns.empty()) first = turns.front().at;
  if (!jobs.empty()) first = std::min(first, jobs.front().at);
  return first;
}

TimePoint Trace::ends_at() const {
  TimePoint last = TimePoint::min();
  for (const TracedTurn& turn : turns) last = std::max(last, turn.at + turn.length);
  if (!jobs.empty()) last = std::max(last, jobs.back().at);
  return last;
}

std::expected<Trace, std::vector<TraceProblem>> parse_trace(std::string_view text, const Config& config) {
  Trace trace;
  std::vector<TraceProblem> problems;
  int number = 0;
  while (!text.empty() && problems.size() < trace_problems_max) {
    ++number;
    const std::size_t end = text.find('\n');
    const bool may_be_torn = end == std::string_view::npos;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(may_be_torn ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (may_be_torn && !net::parse_json(line)) continue;
    Line parsed = parse_line(line, config);
    if (auto* turn = std::get_if<TracedTurn>(&parsed)) trace.turns.push_back(std::move(*turn));
    if (auto* job = std::get_if<TracedJob>(&parsed)) trace.jobs.push_back(std::move(*job));
    if (auto* problem = std::get_if<std::string>(&parsed)) problems.push_back({number, std::move(*problem)});
  }
  std::ranges::sort(trace.turns);
  std::ranges::sort(trace.jobs);
  if (problems.empty() && !trace.is_empty() && trace.ends_at() - trace.begins_at() > trace_span_max)
    problems.push_back(
        {number, fmt::format("ends {} days after the earliest one, and {} are the most that can be lived; "
                             "cut a part out, for example with tail",
                             days_of(trace.ends_at() - trace.begins_at()), days_of(trace_span_max))});
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return trace;
}

std::string format_line(const TracedTurn& turn) {
  return fmt::format("{{\"at\":\"{}\",\"turn\":{},\"seconds\":{}}}\n", format_time(turn.at),
                     json::serialize(json::string(turn.sense)), static_cast<double>(turn.length.count()) / 1000);
}

std::string format_line(const TracedJob& job) {
  const std::string priority = job.priority == 0 ? "" : fmt::format(",\"priority\":{}", job.priority);
  return fmt::format("{{\"at\":\"{}\",\"job\":{}{}}}\n", format_time(job.at), json::serialize(json::string(job.kind)),
                     priority);
}

}  // namespace malin::app::rehearsal
