#include "world/comfyui_port.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace malin::world {

namespace {

constexpr Duration interrupt_limit{15'000};

std::string slot(const RenderOrder& order, const std::string& name) {
  const auto found = order.slots.find(name);
  return found == order.slots.end() ? "" : found->second;
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Loader and sampler in one, then the node that saves.
std::vector<ComfyNode> workflow(const RenderOrder& order, const RenderCost& cost) {
  const std::string what = order.kind + "/" + slot(order, "prompt") + "/" + slot(order, "seed");
  ComfyNode sampler{.id = "1", .class_type = "KSampler", .key = "sample/" + what};
  sampler.time = cost.time;
  sampler.steps = cost.steps;
  sampler.model = order.kind;
  sampler.weights = cost.weights;
  sampler.workspace = cost.workspace;
  sampler.load_time = cost.load_time;
  ComfyNode save{.id = "2", .class_type = "SaveImage", .key = "save/" + what};
  ComfyOutput output{.prefix = order.kind, .extension = cost.video ? ".mp4" : ".png"};
  output.picture.video = cost.video;
  output.picture.text = slot(order, "prompt");
  output.picture.seed = number(slot(order, "seed"));
  save.output = std::move(output);
  return {std::move(sampler), std::move(save)};
}

double progress_of(const ComfyRun& run) {
  double done = 0;
  for (const ComfyProgress& one : run.progress) done += one.max > 0 ? one.value / one.max : 0;
  return run.prompt.nodes.empty() ? 0 : done / static_cast<double>(run.prompt.nodes.size());
}

RenderReading read_run(const ComfyRun& run) {
  RenderReading reading;
  for (const auto& [node, files] : run.outputs)
    for (const ComfyFile& file : files) reading.files.push_back({file.filename, file.subfolder, file.type});
  if (!run.error && !run.interrupted && !reading.files.empty()) {
    reading.state = RenderState::finished;
    reading.progress = 1;
    return reading;
  }
  reading.state = RenderState::failed;
  reading.interrupted = run.interrupted;
  reading.reason = run.interrupted ? "interrupted" : "it ended without a file";
  if (!run.error) return reading;
  reading.out_of_memory = run.error->type.ends_with("OutOfMemoryError");
  reading.reason = run.error->class_type + ": " + run.error->type + ": " + run.error->message;
  return reading;
}

}  // namespace

Task<Result<RendererReading>> ComfyUiPort::probe() {
  return wire_.carry("probe", "", options_.http_limit, read(wire_.clock().now()));
}

Task<Result<void>> ComfyUiPort::submit(RenderOrder order) {
  const std::string id = order.prompt_id;
  return wire_.carry("submit", id, options_.submit_limit, put(std::move(order)));
}

Task<Result<RenderReading>> ComfyUiPort::look_up(std::string prompt_id) {
  return wire_.carry("look up", prompt_id, options_.http_limit, find(prompt_id));
}

Task<Result<void>> ComfyUiPort::interrupt(std::string prompt_id) {
  return wire_.carry("interrupt", prompt_id, options_.http_limit, stop(prompt_id));
}

Task<Result<void>> ComfyUiPort::release() { return wire_.carry("release", "", options_.http_limit, free()); }

Task<Result<void>> ComfyUiPort::fetch(OutputFile file, std::string path) {
  const std::string name = file.filename;
  return wire_.carry("fetch", name, options_.fetch_limit, copy(std::move(file), std::move(path)));
}

Task<Result<void>> ComfyUiPort::answer() {
  if (!comfyui_.alive()) co_return fail(Errc::unreachable, "ComfyUI is not running");
  if (faults_.find("comfyui.hangs") == nullptr) co_return Result<void>();
  co_await wire_.clock().sleep_until(wire_.clock().now() + options_.http_limit);
  co_return fail(Errc::timeout, "ComfyUI gives no answer");
}

Task<Result<RendererReading>> ComfyUiPort::read(TimePoint asked_at) {
  const Result<void> answers = co_await answer();
  if (!answers) co_return std::unexpected(answers.error());
  RendererReading reading;
  reading.held = comfyui_.torch_reserved();
  reading.version = "simulated";
  reading.worker_dead = is_worker_dead();
  if (const ComfyRun* run = comfyui_.running()) reading.running.push_back(run->prompt.id);
  for (const ComfyPrompt& prompt : comfyui_.pending()) reading.pending.push_back(prompt.id);
  if (on_reading) on_reading(asked_at, reading);
  co_return reading;
}

bool ComfyUiPort::is_worker_dead() {
  const ComfyRun* run = comfyui_.running();
  if (run == nullptr) return false;
  const TimePoint now = wire_.clock().now();
  Track& track = tracks_[run->prompt.id];
  if (const double progress = progress_of(*run); progress != track.progress) {
    track.progress = progress;
    track.moved_at = now;
  }
  return track.interrupted_at && now - *track.interrupted_at >= interrupt_limit &&
         now - track.moved_at >= options_.stuck_after;
}

bool ComfyUiPort::is_known(const std::string& prompt_id) const {
  const ComfyRun* run = comfyui_.running();
  return (run != nullptr && run->prompt.id == prompt_id) ||
         std::ranges::any_of(comfyui_.pending(), [&](const ComfyPrompt& one) { return one.id == prompt_id; }) ||
         std::ranges::any_of(comfyui_.history(), [&](const ComfyRun& one) { return one.prompt.id == prompt_id; });
}

Task<Result<void>> ComfyUiPort::put(RenderOrder order) {
  const Result<void> answers = co_await answer();
  if (!answers) co_return answers;
  const auto cost = options_.kinds.find(order.kind);
  if (cost == options_.kinds.end()) co_return fail(Errc::refused, "no workflow for " + order.kind);
  if (is_known(order.prompt_id)) co_return Result<void>();
  if (on_submit) on_submit(order);
  ComfyPrompt prompt{.id = order.prompt_id, .client = "malin"};
  prompt.nodes = workflow(order, cost->second);
  comfyui_.put(std::move(prompt));
  co_return Result<void>();
}

Task<Result<RenderReading>> ComfyUiPort::find(std::string prompt_id) {
  const Result<void> answers = co_await answer();
  if (!answers) co_return std::unexpected(answers.error());
  RenderReading reading;
  for (const ComfyRun& run : comfyui_.history())
    if (run.prompt.id == prompt_id) co_return read_run(run);
  const ComfyRun* run = comfyui_.running();
  if (run != nullptr && run->prompt.id == prompt_id) {
    reading.state = RenderState::running;
    reading.progress = progress_of(*run);
  } else if (is_known(prompt_id)) {
    reading.state = RenderState::pending;
  } else {
    tracks_.erase(prompt_id);
  }
  co_return reading;
}

Task<Result<void>> ComfyUiPort::stop(std::string prompt_id) {
  const Result<void> answers = co_await answer();
  if (!answers) co_return answers;
  if (comfyui_.remove_pending(prompt_id)) co_return Result<void>();
  const ComfyRun* run = comfyui_.running();
  if (run == nullptr || run->prompt.id != prompt_id) co_return Result<void>();
  Track& track = tracks_[prompt_id];
  if (!track.interrupted_at) track.interrupted_at = wire_.clock().now();
  comfyui_.interrupt();
  co_return Result<void>();
}

Task<Result<void>> ComfyUiPort::free() {
  const Result<void> answers = co_await answer();
  if (!answers) co_return answers;
  comfyui_.free(true, true);
  co_return Result<void>();
}

Task<Result<void>> ComfyUiPort::copy(OutputFile file, std::string path) {
  const Result<void> answers = co_await answer();
  if (!answers) co_return answers;
  const auto found = comfyui_.disk().find(ComfyFile{file.filename, file.subfolder, file.type});
  if (found == comfyui_.disk().end()) co_return fail(Errc::not_found, file.filename + " is gone");
  spool_[path] = found->second.bytes;
  co_return Result<void>();
}

}  // namespace malin::world
