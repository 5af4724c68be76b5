#include "adapters/comfyui/render_tracker.hpp"

#include <algorithm>

namespace malin::adapters {

namespace {

constexpr std::size_t renders_max = 64;
constexpr Duration interrupt_limit = std::chrono::seconds(15);

}  // namespace

void RenderTracker::begin(const std::string& prompt_id, std::map<std::string, double> weights, TimePoint now) {
  if (renders_.size() >= renders_max && !renders_.contains(prompt_id)) {
    renders_.erase(std::ranges::min_element(renders_, {}, [](const auto& entry) { return entry.second.changed_at; }));
  }
  Render& render = renders_[prompt_id];
  render.weights = std::move(weights);
  render.changed_at = now;
}

void RenderTracker::forget(const std::string& prompt_id) { renders_.erase(prompt_id); }

bool RenderTracker::note_hint(const SocketHint& hint, TimePoint now) {
  const auto found = renders_.find(hint.prompt_id);
  if (found == renders_.end()) return false;
  Render& render = found->second;
  render.changed_at = now;
  hinted_ = hint.prompt_id;
  for (const auto& [node, fraction] : hint.nodes) render.done[node] = std::max(render.done[node], fraction);
  double whole = 0;
  double part = 0;
  for (const auto& [node, weight] : render.weights) {
    whole += weight;
    if (const auto done = render.done.find(node); done != render.done.end()) part += weight * done->second;
  }
  if (whole > 0) render.progress = std::max(render.progress, part / whole);
  return true;
}

void RenderTracker::note_frame(SocketFrame frame) {
  const auto found = renders_.find(frame.prompt_id.empty() ? hinted_ : frame.prompt_id);
  if (found != renders_.end()) found->second.preview = std::move(frame.preview);
}

const Preview* RenderTracker::preview(const std::string& prompt_id) const {
  const auto found = renders_.find(prompt_id);
  return found == renders_.end() || !found->second.preview ? nullptr : &*found->second.preview;
}

void RenderTracker::note_running(const std::string& prompt_id, TimePoint now) {
  if (!renders_.contains(prompt_id)) begin(prompt_id, {}, now);
  Render& render = renders_[prompt_id];
  if (render.running) return;
  render.running = true;
  render.changed_at = now;
}

void RenderTracker::note_interrupt(const std::string& prompt_id, TimePoint now) {
  const auto found = renders_.find(prompt_id);
  if (found != renders_.end() && !found->second.interrupted_at) found->second.interrupted_at = now;
}

double RenderTracker::progress(const std::string& prompt_id) const {
  const auto found = renders_.find(prompt_id);
  return found == renders_.end() ? 0 : found->second.progress;
}

bool RenderTracker::worker_dead(const std::vector<std::string>& running, TimePoint now, Duration stuck_after) const {
  return std::ranges::any_of(running, [&](const std::string& id) {
    const auto found = renders_.find(id);
    if (found == renders_.end() || !found->second.running || !found->second.interrupted_at) return false;
    return now - found->second.changed_at >= stuck_after && now - *found->second.interrupted_at >= interrupt_limit;
  });
}

}  // namespace malin::adapters
