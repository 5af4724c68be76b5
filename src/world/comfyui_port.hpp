// The simulated ComfyUI as a Renderer, in process: what the adapter makes of its queue, its history and its files.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ports/renderer.hpp"
#include "world/comfyui.hpp"
#include "world/spool_port.hpp"
#include "world/wire.hpp"

namespace malin::world {

// What a kind of media costs to render.
struct RenderCost {
  Bytes weights;
  Bytes workspace;
  Duration load_time{};
  Duration time{};
  int steps = 20;
  bool video = false;
};

// Makes words in place of pictures, and tells who wants to know that a render moved.
class ComfyWords final : public ComfyEvents {
 public:
  std::function<void(const ComfyRun&)> on_started;
  std::function<void()> on_moved;

  void queue_changed() override {}
  void started(const ComfyRun& run) override {
    if (on_started) on_started(run);
  }
  void progressed(const ComfyRun&) override {}
  void node_started(const ComfyRun&) override {}
  void stepped(const ComfyRun&, const ComfyProgress&, bool) override { moved(); }
  void node_executed(const ComfyRun&, const std::string&) override { moved(); }
  void finished(const ComfyRun&) override {}
  void ended(const ComfyRun&) override { moved(); }
  Task<std::string> make(ComfyPicture picture) override { co_return draw_in_words(picture); }

 private:
  void moved() {
    if (on_moved) on_moved();
  }
};

struct ComfyUiPortOptions {
  std::map<std::string, RenderCost> kinds;
  Duration http_limit{5'000};
  Duration submit_limit{30'000};
  Duration fetch_limit{120'000};
  Duration stuck_after{120'000};
};

class ComfyUiPort final : public Renderer {
 public:
  // All references outlive the port.
  ComfyUiPort(ComfyUi& comfyui, const Faults& faults, Spool& spool, Wire wire, ComfyUiPortOptions options)
      : comfyui_(comfyui), faults_(faults), spool_(spool), wire_(std::move(wire)), options_(std::move(options)) {}

  Task<Result<RendererReading>> probe() override;
  Task<Result<void>> submit(RenderOrder order) override;
  Task<Result<RenderReading>> look_up(std::string prompt_id) override;
  Task<Result<void>> interrupt(std::string prompt_id) override;
  Task<Result<void>> release() override;
  Task<Result<void>> fetch(OutputFile file, std::string path) override;

  // A reading on its way to Malin, and a render that enters the queue now. May be empty.
  std::function<void(TimePoint asked_at, const RendererReading&)> on_reading;
  std::function<void(const RenderOrder&)> on_submit;

 private:
  struct Track {
    double progress = -1;
    TimePoint moved_at{};
    std::optional<TimePoint> interrupted_at;
  };

  Task<Result<void>> answer();  // Whether it answers at all.
  Task<Result<RendererReading>> read(TimePoint asked_at);
  Task<Result<void>> put(RenderOrder order);
  Task<Result<RenderReading>> find(std::string prompt_id);
  Task<Result<void>> stop(std::string prompt_id);
  Task<Result<void>> free();
  Task<Result<void>> copy(OutputFile file, std::string path);
  bool is_known(const std::string& prompt_id) const;
  bool is_worker_dead();

  ComfyUi& comfyui_;
  const Faults& faults_;
  Spool& spool_;
  Wire wire_;
  ComfyUiPortOptions options_;
  std::map<std::string, Track> tracks_;  // Of renders under way, as far as this daemon saw them.
};

}  // namespace malin::world
