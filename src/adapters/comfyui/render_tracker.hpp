// What is remembered of our renders while they are queued or running: progress, and whether the worker still lives.
// Hints and look-ups feed it; it decides nothing about the end of a render.
//
// ComfyUI's worker thread can die while HTTP goes on answering: the render stays "running" for ever and an interrupt
// does nothing. A render is held dead when it made no progress for `stuck_after` and an interrupt had no effect.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/comfyui/comfyui_protocol.hpp"
#include "core/time.hpp"

namespace malin::adapters {

class RenderTracker {
 public:
  // `weights`: the work of each node of its graph; empty when it is not known.
  void begin(const std::string& prompt_id, std::map<std::string, double> weights, TimePoint now);
  void forget(const std::string& prompt_id);
  bool empty() const { return renders_.empty(); }

  // true: the hint is about one of ours.
  bool note_hint(const SocketHint& hint, TimePoint now);
  // One that was never begun here is ours too: it was submitted before a restart of this daemon.
  void note_running(const std::string& prompt_id, TimePoint now);
  // The first one counts, so that repeating an interrupt does not put off its limit.
  void note_interrupt(const std::string& prompt_id, TimePoint now);

  // A frame without a prompt id is taken for the render that gave the newest hint.
  void note_frame(SocketFrame frame);
  const Preview* preview(const std::string& prompt_id) const;

  // 0..1, never falling.
  double progress(const std::string& prompt_id) const;
  bool worker_dead(const std::vector<std::string>& running, TimePoint now, Duration stuck_after) const;

 private:
  struct Render {
    std::map<std::string, double> weights;
    std::map<std::string, double> done;  // Fraction by node.
    double progress = 0;
    bool running = false;
    TimePoint changed_at{};  // Newest sign of life.
    std::optional<TimePoint> interrupted_at;
    std::optional<Preview> preview;  // The newest alone.
  };
  std::map<std::string, Render> renders_;
  std::string hinted_;  // Gave the newest hint.
};

}  // namespace malin::adapters
