#include "app/demo_view.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/text_table.hpp"
#include "core/bytes.hpp"

namespace malin::app {

namespace json = net::json;

namespace {

struct Slice {
  char pattern;
  std::string name;
  Bytes size;
};

Bytes size_of(const json::value& value, std::string_view key) { return {net::find_int(value, key).value_or(0)}; }

// Who holds the card, as far as the status tells: senses that are loaded, the renderer, and the rest.
std::vector<Slice> slice_card(const json::value& status, const json::value& card) {
  std::vector<Slice> slices;
  Bytes known = size_of(card, "free_bytes");
  for (const json::value& sense : list_of(status, "senses")) {
    const std::string state = text_of(sense, "state");
    if (text_of(sense, "card") != text_of(card, "name") || (state != "ready" && state != "unloading")) continue;
    constexpr std::string_view patterns = "#=+%@&";
    const char pattern = patterns[slices.size() % patterns.size()];
    slices.push_back({pattern, text_of(sense, "name"), size_of(sense, "footprint_bytes")});
    known += slices.back().size;
  }
  for (const json::value& renderer : list_of(status, "renderers")) {
    const Bytes held = size_of(renderer, "held_bytes");
    if (held.count <= 0) continue;
    slices.push_back({'*', text_of(renderer, "name"), held});
    known += held;
  }
  const Bytes others = size_of(card, "total_bytes") - known;
  if (others.count > 0) slices.push_back({':', "others", others});
  slices.push_back({'.', "free", size_of(card, "free_bytes")});
  return slices;
}

Colour colour_of(std::string_view glow) {
  return glow == "green" ? Colour::green : glow == "amber" ? Colour::amber : Colour::red;
}

void paint_senses(const DemoScene& scene, std::size_t width, std::vector<std::string>& lines) {
  lines.emplace_back("senses");
  for (const json::value& sense : list_of(scene.status, "senses")) {
    const std::string state = text_of(sense, "state");
    const double progress = net::find_double(sense, "progress").value_or(0);
    std::string what = text_of(sense, "why");
    if (state == "loading" && progress > 0) what = fmt::format("{:3.0f} %", progress * 100);
    const bool is_away = state == "away" || state == "unloading" || state == "loading";
    const std::string dot = paint("*",
                                  colour_of(state == "ready" ? "green"
                                            : is_away        ? "amber"
                                                             : "red"),
                                  scene.has_colour);
    lines.push_back(fmt::format("  {} {:<8} {:<10} {}", dot, text_of(sense, "name"), state, shorten(what, width - 24)));
  }
}

void paint_queue(const DemoScene& scene, std::size_t width, std::vector<std::string>& lines) {
  const json::array& queue = list_of(scene.status, "queue");
  lines.emplace_back(queue.empty() ? "queue     empty" : "queue");
  for (const json::value& job : queue) {
    std::string what = text_of(job, "waits");
    const double progress = net::find_double(job, "progress").value_or(0);
    if (text_of(job, "state") == "rendering") what = fmt::format("{:3.0f} %", progress * 100);
    lines.push_back(fmt::format("    {:<4} {:<7} {:<10} {}", text_of(job, "id"), text_of(job, "kind"),
                                text_of(job, "state"), shorten(what, width - 28)));
  }
}

}  // namespace

std::string format_clock(Duration length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

std::vector<std::string> paint_card(const json::value& status, std::size_t width) {
  std::vector<std::string> lines;
  for (const json::value& card : list_of(status, "cards")) {
    const Bytes total = size_of(card, "total_bytes");
    if (total.count <= 0) continue;
    const std::size_t columns = width - 2;
    std::string bar;
    std::string legend;
    std::int64_t reached = 0;
    for (const Slice& slice : slice_card(status, card)) {
      reached += slice.size.count;
      const auto end = static_cast<std::size_t>(static_cast<double>(reached) / static_cast<double>(total.count) *
                                                static_cast<double>(columns));
      if (end > bar.size()) bar.append(std::min(end, columns) - bar.size(), slice.pattern);
      legend +=
          fmt::format("{}{} {} {}", legend.empty() ? "" : "   ", slice.pattern, slice.name, format_bytes(slice.size));
    }
    bar.resize(columns, '.');
    lines.push_back("[" + bar + "]");
    for (std::string& line : wrap(legend, columns)) lines.push_back(" " + std::move(line));
  }
  return lines;
}

std::vector<std::string> paint_scene(const DemoScene& scene, std::size_t width) {
  std::vector<std::string> lines;
  const std::string glow = text_of(scene.status, "glow");
  lines.push_back(fmt::format("Malin on a simulated card, {:g} times as fast as life         {}", scene.speed,
                              format_clock(scene.since_start)));
  lines.emplace_back();
  for (std::string& line : paint_card(scene.status, width)) lines.push_back(std::move(line));
  lines.emplace_back();
  lines.push_back(fmt::format("{}  {}", paint(fmt::format("(o) (o) {:<5}", glow), colour_of(glow), scene.has_colour),
                              shorten(text_of(scene.status, "line"), width - 16)));
  lines.push_back("chat      " + shorten(scene.talk, width - 10));
  lines.emplace_back();
  paint_senses(scene, width, lines);
  lines.emplace_back();
  paint_queue(scene, width, lines);
  lines.emplace_back();
  for (const std::string& line : scene.told) lines.push_back("  " + shorten(line, width - 2));
  return lines;
}

}  // namespace malin::app
