#include <algorithm>

#include <fmt/format.h>

#include "app/rehearse.hpp"

namespace malin::app {

namespace {

using namespace rehearsal;

// In SVG's own units.
constexpr double width = 860;
constexpr double names_end = 150;  // Policies stand right of the edge up to here.
constexpr double away_begins = 162;
constexpr double away_length = 330;  // Of the longest bar.
constexpr double wait_begins = 610;
constexpr double wait_length = 170;
constexpr double rows_begin = 112;
constexpr double row_height = 44;
constexpr double bar_height = 22;

constexpr const char* style = R"(<style>
  svg { font: 13px system-ui, sans-serif; }
  .ground { fill: #ffffff; } .ink { fill: #1d1d22; } .dim { fill: #6a6a72; } .line { stroke: #dcdce2; }
  .wait { fill: #7a7f8a; } .mark { fill: #1d1d22; }
  .s0 { fill: #4f7fe0; } .s1 { fill: #eba13a; } .s2 { fill: #4da892; } .s3 { fill: #b266c4; } .s4 { fill: #d95f6a; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #17171b; } .ink { fill: #f1f1f4; } .dim { fill: #9c9ca6; } .line { stroke: #35353c; }
    .wait { fill: #858b98; } .mark { fill: #f1f1f4; }
  }
</style>
)";
constexpr std::size_t sense_colours = 5;

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string write(double x, double y, std::string_view look, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, look, escape_xml(text));
}

std::string draw(double x, double y, double length, double height, std::string_view colour, std::string_view title) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"2\" "
      "class=\"{}\"><title>{}</title></rect>\n",
      x, y, length, height, colour, escape_xml(title));
}

double share(Duration part, Duration whole) {
  return whole == Duration{} ? 0 : static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

// The longest of everything that is drawn to one scale.
struct Scales {
  Duration away{};
  Duration wait{};
};

Scales scales_of(const DayRehearsal& day) {
  Scales scales;
  for (const Outcome& outcome : day.outcomes) {
    scales.away = std::max(scales.away, outcome.away_in_all());
    scales.wait = std::max(scales.wait, percentile(outcome.waits, 95).value_or(Duration{}));
  }
  return scales;
}

std::string sense_colour(std::size_t number) { return fmt::format("s{}", number % sense_colours); }

std::string draw_away(const Outcome& outcome, double y, const Scales& scales) {
  std::string out;
  double x = away_begins;
  std::size_t number = 0;
  for (const auto& [sense, length] : outcome.away) {
    const double long_ = share(length, scales.away) * away_length;
    if (long_ > 0) out += draw(x, y, long_, bar_height, sense_colour(number), sense + ": " + format_duration(length));
    x += long_;
    ++number;
  }
  return out + write(x + 8, y + 16, "class=\"ink\"", format_duration(outcome.away_in_all()));
}

// A bar up to the 95th of a hundred waits, with a mark at the 50th.
std::string draw_waits(const Outcome& outcome, double y, const Scales& scales) {
  const auto half = percentile(outcome.waits, 50);
  const auto most = percentile(outcome.waits, 95);
  const std::string done = fmt::format("{} of {} jobs", outcome.jobs_done(), outcome.waits.size());
  if (!most) return write(wait_begins, y + 16, "class=\"dim\"", done + ", the rest never");
  const double length = share(*most, scales.wait) * wait_length;
  std::string out = draw(wait_begins, y + 5, length, bar_height - 10, "wait", "p95: " + format_duration(*most));
  if (half)
    out += draw(wait_begins + share(*half, scales.wait) * wait_length - 1.5, y, 3, bar_height, "mark",
                "p50: " + format_duration(*half));
  return out + write(wait_begins + length + 8, y + 16, "class=\"ink\"", format_duration(*most));
}

std::string draw_legend(const DayRehearsal& day, double y) {
  std::string out;
  double x = away_begins;
  std::size_t number = 0;
  for (const auto& [sense, length] : day.outcomes.front().away) {
    if (goes_away(day, sense)) {
      out += draw(x, y, 12, 12, sense_colour(number), sense) + write(x + 18, y + 10.5, "class=\"dim\"", sense);
      x += 38 + 7.5 * static_cast<double>(sense.size());
    }
    ++number;
  }
  return out;
}

}  // namespace

std::string format_rehearsal_plot(const Rehearsal& rehearsal) {
  const DayRehearsal& day = *rehearsal.day;
  const Scales scales = scales_of(day);
  const double height = rows_begin + row_height * static_cast<double>(day.outcomes.size()) + 36;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">\n",
      width, height);
  out += "<title>" + escape_xml(day.name) + " under four policies</title>\n" + style;
  out += fmt::format("<rect width=\"{}\" height=\"{}\" class=\"ground\"/>\n", width, height);
  out += write(24, 38, "class=\"ink\" font-size=\"18\" font-weight=\"600\"", day.name + " under four policies");
  out += write(24, 60, "class=\"dim\"",
               fmt::format("{} replies and {} jobs, rehearsed by malin on a simulated machine", day.trace.turns.size(),
                           day.trace.jobs.size()));
  out += write(away_begins, 94, "class=\"ink\" font-weight=\"600\"", "Away, all senses together");
  out += write(wait_begins, 94, "class=\"ink\" font-weight=\"600\"", "Waits for a picture, p50 and p95");
  for (std::size_t i = 0; i < day.outcomes.size(); ++i) {
    const double y = rows_begin + row_height * static_cast<double>(i);
    const std::string late = fmt::format("{} replies late", day.outcomes[i].replies_delayed());
    out += fmt::format("<line x1=\"24\" x2=\"{}\" y1=\"{}\" y2=\"{}\" class=\"line\"/>\n", width - 24, y - 7, y - 7);
    out += write(names_end, y + 10, "class=\"ink\" text-anchor=\"end\"", to_string(policies[i]));
    out += write(names_end, y + 25, "class=\"dim\" font-size=\"11\" text-anchor=\"end\"", late);
    out += draw_away(day.outcomes[i], y, scales) + draw_waits(day.outcomes[i], y, scales);
  }
  out += draw_legend(day, height - 28);
  return out + "</svg>\n";
}

}  // namespace malin::app
