#include "core/status_line.hpp"

#include <algorithm>
#include <cmath>

#include "core/person_command.hpp"

namespace malin {

namespace {

// "40 %"; empty: nobody knows.
std::string progress_of(const Situation& s, const Job& job) {
  const auto found = s.seen.renders.find(job.prompt_id);
  const RenderReading* render = found == s.seen.renders.end() ? nullptr : found->second.known();
  if (render == nullptr || render->state != RenderState::running || !(render->progress > 0)) return "";
  return std::to_string(std::lround(std::min(render->progress, 1.0) * 100)) + " %";
}

}  // namespace

std::string status_line(const Situation& s, const OutboxItem& item, const Job& job) {
  const KindSpec* kind = s.config.kind(job.kind);
  const bool is_queued_yet = item.text == queued_line && job.attempts == 0;
  if (kind == nullptr || is_queued_yet) return item.text;
  const std::string progress = job.state == JobState::rendering ? progress_of(s, job) : "";
  return progress.empty() ? kind->status_line : kind->status_line + " (" + progress + ")";
}

Buttons buttons_for(const Config& config, const Job& job) {
  if (!config.courier || !config.courier->is_live) return {};
  if (job.state == JobState::queued || job.state == JobState::rendering)
    return {{.text = "Cancel", .data = press_data(PressCancel{job.id})}};
  if (job.state == JobState::failed && config.kind(job.kind) != nullptr)
    return {{.text = "Try again", .data = press_data(PressAgain{job.id})}};
  return {};
}

}  // namespace malin
