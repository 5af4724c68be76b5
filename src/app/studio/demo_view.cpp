#include "app/studio/demo_view.hpp"

#include <fmt/format.h>

namespace malin::app {

std::string format_clock(Duration length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

Lines paint_scene(const DemoScene& scene, Pen pen) {
  Lines lines;
  const auto add = [&lines](const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); };
  lines.push_back(fmt::format("Malin on a simulated card, {:g} times as fast as life         {}", scene.speed,
                              format_clock(scene.since_start)));
  lines.emplace_back();
  add(paint_cards(scene.status, pen));
  lines.emplace_back();
  lines.push_back(paint_eyes(scene.status, pen));
  lines.push_back("chat      " + shorten(scene.talk, pen.width - 10));
  lines.emplace_back();
  lines.emplace_back("senses");
  add(paint_senses(scene.status, nullptr, pen));
  lines.emplace_back();
  const Lines queue = paint_queue(scene.status, pen);
  lines.emplace_back(queue.empty() ? "queue     empty" : "queue");
  add(queue);
  lines.emplace_back();
  for (const std::string& line : scene.told) lines.push_back("  " + shorten(line, pen.width - 2));
  return lines;
}

}  // namespace malin::app
