#include "app/watch_view.hpp"

#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/client_text.hpp"

namespace malin::app {

namespace {

std::string when(std::optional<TimePoint> at) { return at ? format_date(*at) + format_clock(*at).substr(5) : ""; }

// Since when nothing is known, and why.
std::string paint_lost(const WatchScene& scene, Pen pen) {
  const auto at = time_of(scene.status, "now");
  const std::string since = at ? " since " + format_clock(*at) : "";
  return paint_closed_eyes("malin does not answer" + since + "; trying again (" + scene.lost + ")", pen);
}

// Swapping where it is not simply on, and servers that do not answer.
Lines paint_remarks(const json::value& status, Pen pen) {
  Lines lines;
  const json::value* swap = net::find(status, "swap");
  const bool is_usual = swap == nullptr || (net::find_bool(*swap, "enabled") != false && !time_of(*swap, "hold_until"));
  if (!is_usual) {
    std::string line = format_swap(*swap);
    line.pop_back();  // Its line break.
    lines.push_back(paint(shorten(line, pen.width), Colour::amber, pen.has_colour));
  }
  for (const char* list : {"engines", "renderers"}) {
    for (const json::value& server : list_of(status, list)) {
      const std::string error = text_of(server, "error");
      if (error.empty()) continue;
      lines.push_back(paint(shorten(text_of(server, "name") + ": " + error, pen.width), Colour::red, pen.has_colour));
    }
  }
  return lines;
}

std::string text_of_event(const json::value& event) {
  const std::string subject = text_of(event, "kind") == "job" ? text_of(event, "subject") + ": " : "";
  return subject + text_of(event, "text");
}

std::string tell(std::optional<TimePoint> at, const std::string& kind, const std::string& text, bool is_coloured) {
  return paint(when(at), Colour::faint, is_coloured) + fmt::format("  {:<7}  {}", kind, text);
}

}  // namespace

Lines paint_watch(const WatchScene& scene, Pen pen, std::size_t height) {
  Lines lines;
  const auto add = [&lines](const char* title, const Lines& more) {
    if (more.empty()) return;
    lines.emplace_back();
    if (*title != '\0') lines.emplace_back(title);
    lines.insert(lines.end(), more.begin(), more.end());
  };
  lines.push_back(scene.lost.empty() ? paint_eyes(scene.status, pen) : paint_lost(scene, pen));
  if (!scene.lost.empty()) pen.has_colour = false;  // What is past does not glow.
  add("", paint_remarks(scene.status, pen));
  add("", paint_cards(scene.status, pen));
  add("senses", paint_senses(scene.status, scene.windows, pen));
  add("queue", paint_queue(scene.status, pen));
  const std::size_t left = height > lines.size() + 1 ? height - lines.size() - 1 : 0;
  const std::size_t shown = std::min(left, scene.events.size());
  Lines events;
  for (std::size_t i = scene.events.size() - shown; i < scene.events.size(); ++i) {
    const auto at = time_of(scene.events[i], "at");
    const std::string clock = at ? format_clock(*at) : "";
    events.push_back("  " + paint(clock, Colour::faint, pen.has_colour) + "  " +
                     shorten(text_of_event(scene.events[i]), pen.width - columns_of(clock) - 4));
  }
  add("", events);
  if (lines.size() > height) lines.resize(height);
  return lines;
}

std::string tell_standing(const json::value& status, bool is_coloured) {
  return tell(time_of(status, "now"), "glow", text_of(status, "glow") + ": " + text_of(status, "line"), is_coloured);
}

std::string tell_event(const json::value& event, bool is_coloured) {
  return tell(time_of(event, "at"), text_of(event, "kind"), text_of_event(event), is_coloured);
}

}  // namespace malin::app
