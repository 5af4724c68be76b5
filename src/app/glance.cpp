#include "app/glance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "app/away_today.hpp"
#include "app/client_json.hpp"
#include "core/bytes.hpp"

namespace malin::app {

namespace json = net::json;

namespace {

constexpr std::size_t queue_shown = 6;
constexpr std::size_t progress_columns = 12;
constexpr Bytes part_min = mebibytes(1);  // What is less is not worth a place in the legend.

struct Look {
  char pattern;
  Colour colour;
};

// A sense looks the same on every card: by its place in the config.
Look look_of(const json::value& status, const json::value& part) {
  const std::string kind = text_of(part, "kind");
  if (kind == "renderer") return {'*', Colour::amber};
  if (kind == "free") return {'.', Colour::none};
  if (kind != "sense") return {':', Colour::faint};
  const json::array& senses = list_of(status, "senses");
  const auto same = [name = text_of(part, "name")](const json::value& sense) { return text_of(sense, "name") == name; };
  const auto place = static_cast<std::size_t>(std::ranges::find_if(senses, same) - senses.begin());
  constexpr std::string_view patterns = "#=+%@&";
  constexpr std::array colours{Colour::blue, Colour::cyan, Colour::magenta};
  return {patterns[place % patterns.size()], colours[place % colours.size()]};
}

std::string name_of(const json::value& part) {
  std::string name = text_of(part, "name");
  if (!name.empty()) return name;
  return text_of(part, "kind") == "free" ? "free" : "others";
}

Bytes size_of(const json::value& part) { return {std::max<std::int64_t>(0, net::find_int(part, "bytes").value_or(0))}; }

std::string paint_bar(const json::value& status, const json::value& card, double total, Pen pen) {
  const std::size_t columns = pen.width - 2;
  std::string bar;
  std::size_t painted = 0;
  double reached = 0;
  for (const json::value& part : list_of(card, "parts")) {
    reached += static_cast<double>(size_of(part).count);
    const auto end = static_cast<std::size_t>(std::min(1.0, reached / total) * static_cast<double>(columns));
    if (end <= painted) continue;
    const Look look = look_of(status, part);
    bar += paint(std::string(end - painted, look.pattern), look.colour, pen.has_colour);
    painted = end;
  }
  return "[" + bar + std::string(columns - painted, '.') + "]";
}

Lines paint_legend(const json::value& status, const json::value& card, Pen pen) {
  Lines lines;
  std::size_t used = 0;
  for (const json::value& part : list_of(card, "parts")) {
    if (size_of(part) < part_min) continue;
    const Look look = look_of(status, part);
    const std::string text = shorten(fmt::format("{} {}", name_of(part), format_bytes(size_of(part))), pen.width - 4);
    const std::size_t columns = columns_of(text) + 5;
    if (lines.empty() || used + columns > pen.width) {
      lines.emplace_back(" ");
      used = 1;
    } else {
      lines.back() += "   ";
    }
    lines.back() += paint(std::string(1, look.pattern), look.colour, pen.has_colour) + " " + text;
    used += columns;
  }
  return lines;
}

Colour colour_of_glow(std::string_view glow) {
  return glow == "green" ? Colour::green : glow == "amber" ? Colour::amber : Colour::red;
}

Colour colour_of_sense(const json::value& sense) {
  const std::string state = text_of(sense, "state");
  if (state == "ready") return Colour::green;
  const bool is_on_purpose = net::find_object(sense, "away") != nullptr || state == "unloading" || state == "loading";
  return is_on_purpose ? Colour::amber : Colour::red;
}

double progress_of(const json::value& value) {
  return std::clamp(net::find_double(value, "progress").value_or(0), 0.0, 1.0);
}

std::string percent(double share) { return fmt::format("{} %", std::lround(share * 100)); }

std::string progress_bar(double share) {
  const auto done = static_cast<std::size_t>(share * progress_columns);
  return "[" + std::string(done, '#') + std::string(progress_columns - done, '.') + "] " + percent(share);
}

// "not answering; away for 12 s, 1 min 3 s today". Where it is away on purpose, its state says why.
std::string about_sense(const json::value& sense, const json::value& windows, std::optional<TimePoint> now) {
  const std::string state = text_of(sense, "state");
  const json::value* away = net::find(sense, "away");
  const auto since = away == nullptr ? std::nullopt : time_of(*away, "since");
  std::string text = since && now ? "away for " + format_duration(*now - *since) : "";
  if (now && windows.is_object()) {
    const Duration today = away_today(windows, text_of(sense, "name"), *now);
    const std::string begin = text.empty() ? "away " : text + ", ";
    text = today > Duration{} ? begin + format_duration(today) + " today" : text.empty() ? "not away today" : text;
  }
  const std::string why = state == "ready" || state == "away" ? "" : text_of(sense, "why");
  return why.empty() ? text : why + (text.empty() ? "" : "; " + text);
}

std::string about_job(const json::value& job) {
  const std::string state = text_of(job, "state");
  const auto estimate = net::find_double(job, "estimate_s");
  const std::string guess = estimate ? format_guess(*estimate) : "";
  if (state == "rendering") { return progress_bar(progress_of(job)) + (guess.empty() ? "" : ", " + guess + " left"); }
  if (state == "rendered") return "on its way to you";
  const std::string waits = text_of(job, "waits");
  return (waits.empty() ? "waits" : waits) + (guess.empty() ? "" : "; " + guess + " once it may begin");
}

std::string paint_face(const char* eyes, const std::string& word, Colour colour, const std::string& text, Pen pen) {
  const std::string face = fmt::format("{} {:<5}", eyes, shorten(word, 8));
  return paint(face, colour, pen.has_colour) + "  " + shorten(text, pen.width - columns_of(face) - 2);
}

}  // namespace

std::string format_guess(double seconds) {
  const double whole = std::clamp(seconds, 1.0, 1e6);
  if (whole < 20) return fmt::format("about {:.0f} s", whole);
  if (whole < 90) return fmt::format("about {:.0f} s", std::round(whole / 5) * 5);
  return fmt::format("about {:.0f} min", whole / 60);
}

std::string paint_eyes(const json::value& status, Pen pen) {
  const std::string glow = text_of(status, "glow");
  std::string line = text_of(status, "line");
  if (const auto back = net::find_double(status, "back_in_s")) line += ", back in " + format_guess(*back);
  return paint_face("(o) (o)", glow, colour_of_glow(glow), line, pen);
}

std::string paint_closed_eyes(const std::string& text, Pen pen) {
  return paint_face("(-) (-)", "gone", Colour::red, text, pen);
}

Lines paint_cards(const json::value& status, Pen pen) {
  Lines lines;
  for (const json::value& card : list_of(status, "cards")) {
    const auto total = static_cast<double>(net::find_int(card, "total_bytes").value_or(0));
    if (total <= 0) {
      const std::string why = text_of(card, "name") + " cannot be read: " + text_of(card, "error");
      lines.push_back(paint(shorten(why, pen.width), Colour::red, pen.has_colour));
      continue;
    }
    lines.push_back(paint_bar(status, card, total, pen));
    for (std::string& line : paint_legend(status, card, pen)) lines.push_back(std::move(line));
  }
  return lines;
}

Lines paint_senses(const json::value& status, const json::value& windows, Pen pen) {
  Lines lines;
  const auto now = time_of(status, "now");
  for (const json::value& sense : list_of(status, "senses")) {
    std::string state = text_of(sense, "state");
    if (state == "loading" && progress_of(sense) > 0) state += " " + percent(progress_of(sense));
    const std::string begin = fmt::format(" {:<8}  {:<13} {:>8}  ", shorten(text_of(sense, "name"), 12),
                                          shorten(state, 13), bytes_of(sense, "footprint_bytes"));
    const std::size_t used = columns_of(begin) + 3;
    lines.push_back("  " + paint("*", colour_of_sense(sense), pen.has_colour) + begin +
                    shorten(about_sense(sense, windows, now), pen.width > used ? pen.width - used : 0));
    lines.back().erase(lines.back().find_last_not_of(' ') + 1);
  }
  return lines;
}

Lines paint_queue(const json::value& status, Pen pen) {
  const json::array& queue = list_of(status, "queue");
  Lines lines;
  for (const json::value& job : queue) {
    if (lines.size() == queue_shown) break;
    const std::string begin =
        fmt::format("    {:<4}  {:<7}  ", shorten(text_of(job, "id"), 12), shorten(text_of(job, "kind"), 12));
    const std::string text = about_job(job) + ": " + text_of(job, "prompt");
    lines.push_back(begin + shorten(text, pen.width - columns_of(begin)));
  }
  if (queue.size() > lines.size()) lines.push_back(fmt::format("    and {} more", queue.size() - lines.size()));
  return lines;
}

}  // namespace malin::app
