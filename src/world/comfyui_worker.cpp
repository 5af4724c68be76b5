// The worker of the simulated ComfyUI: how one prompt runs.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "world/comfyui_process.hpp"

namespace malin::world {

namespace {

constexpr std::size_t history_max = 10000;
constexpr Duration stall_look{100};  // Between two looks at whether a stall is over.

ComfyProgress& progress_of(ComfyRun& run, const std::string& node) {
  const auto found = std::ranges::find(run.progress, node, &ComfyProgress::node);
  if (found != run.progress.end()) return *found;
  ComfyProgress fresh;
  fresh.node = node;
  run.progress.push_back(fresh);
  return run.progress.back();
}

Bytes sum(const std::map<std::string, Bytes>& models) {
  Bytes all;
  for (const auto& [name, weights] : models) all += weights;
  return all;
}

}  // namespace

Duration ComfyUi::slowed(Duration time) const {
  const FaultSpec* slow = faults_.find("comfyui.slow");
  if (!slow || slow->amount <= 0) return time;
  return Duration{std::llround(static_cast<double>(time.count()) * slow->amount)};
}

bool ComfyUi::is_stalled(int step, int steps) const {
  const FaultSpec* stall = faults_.find("comfyui.stalls");
  return stall && step >= stall->amount * steps;
}

bool ComfyUi::stop_if_interrupted(Process& process, const ComfyNode& node) {
  if (!process.interrupt) return false;
  process.interrupt = false;
  process.running->interrupted = true;
  process.running->interrupted_node = node.id;
  process.running->interrupted_class = node.class_type;
  return true;
}

// Loads the node's model as ComfyUI does: beside the others if all fit, else in their place. false: not even then.
bool ComfyUi::take_model(Process& process, const ComfyNode& node) {
  const auto grow_to = [&](Bytes wanted) {
    if (wanted <= process.torch) return true;
    if (!card_.take(holder, wanted - process.torch)) return false;
    process.torch = wanted;
    return true;
  };
  Bytes workspace = node.workspace;
  if (const FaultSpec* hungry = faults_.find("comfyui.hungry"))
    workspace += mebibytes(static_cast<std::int64_t>(hungry->amount));
  std::map<std::string, Bytes> beside = process.models;
  beside[node.model] = node.weights;
  if (!grow_to(sum(beside) + workspace)) {
    beside = {{node.model, node.weights}};
    if (!grow_to(node.weights + workspace)) return false;
  }
  process.models = std::move(beside);
  process.used_models = true;
  return true;
}

// ComfyUI then unloads everything by itself.
void ComfyUi::run_out_of_memory(Process& process, const ComfyNode& node) {
  process.running->error = ComfyError{node.id, node.class_type, "torch.OutOfMemoryError",
                                      std::string("Allocation on device ") + out_of_memory_advice};
  process.models.clear();
  card_.give_back(holder, process.torch, options_.settle);
  process.torch = Bytes{};
}

void ComfyUi::answer_from_cache(Process& process) {
  ComfyRun& run = *process.running;
  if (!options_.keeps_old_cache) {
    std::set<std::string> wanted;
    for (const ComfyNode& node : run.prompt.nodes) wanted.insert(node.key);
    std::erase_if(process.cache, [&](const auto& entry) { return !wanted.contains(entry.first); });
  }
  for (const ComfyNode& node : run.prompt.nodes) {
    if (process.cache.contains(node.key)) run.cached.push_back(node.id);
  }
  std::ranges::sort(run.cached);
}

Task<void> ComfyUi::execute(std::shared_ptr<Process> process) {
  ComfyRun& run = *process->running;
  process->interrupt = false;
  run.started_at = run.cached_at = clock_.now();
  answer_from_cache(*process);
  events_.started(run);
  for (std::size_t i = 0; i < run.prompt.nodes.size(); ++i) {
    const bool goes_on = co_await run_node(process, i);
    if (process->dead || process->worker_dead) co_return;
    if (!goes_on) break;
  }
  finish(*process);
}

void ComfyUi::finish(Process& process) {
  ComfyRun& run = *process.running;
  run.ended_at = clock_.now();
  events_.finished(run);
  run.current.clear();
  const ComfyRun done = std::move(run);
  process.running.reset();
  const auto same =
      std::ranges::find_if(process.history, [&](const ComfyRun& other) { return other.prompt.id == done.prompt.id; });
  if (same != process.history.end()) {
    *same = done;
  } else {
    process.history.push_back(done);
    if (process.history.size() > history_max) process.history.erase(process.history.begin());
  }
  events_.queue_changed();
  events_.ended(done);
}

Task<bool> ComfyUi::run_node(std::shared_ptr<Process> process, std::size_t index) {
  ComfyRun& run = *process->running;
  const ComfyNode& node = run.prompt.nodes[index];
  const auto cached = process->cache.find(node.key);
  if (cached != process->cache.end()) {
    if (!node.output) co_return true;
    run.outputs[node.id] = cached->second.files;
    events_.node_executed(run, node.id);
    ComfyProgress& shown = progress_of(run, node.id);
    shown.value = 1;
    shown.finished = shown.counted = true;
    events_.progressed(run);
    co_return true;
  }
  if (stop_if_interrupted(*process, node)) co_return false;
  run.current = node.id;
  progress_of(run, node.id);
  events_.progressed(run);
  events_.node_started(run);
  const TimePoint ready = clock_.now() + options_.node_overhead;
  co_await clock_.sleep_until(ready);
  if (process->dead) co_return false;
  if (index > 0 && faults_.fires("comfyui.zombie")) {
    process->worker_dead = true;
    co_return false;
  }
  const bool ran = co_await run_steps(process, index);
  if (process->dead || !ran) co_return false;
  if (node.raises) {
    process->worker_dead = node.raises->type == "SystemExit";
    run.error = node.raises;
    co_return false;
  }
  Process::Result result{node.key, {}};
  if (node.output) {
    const bool written = co_await write_files(process, index);
    if (process->dead || !written) co_return false;
    result.files = run.outputs[node.id];
    events_.node_executed(run, node.id);
  }
  process->cache[node.key] = std::move(result);
  run.executed.push_back(node.id);
  ComfyProgress& progress = progress_of(run, node.id);
  progress.value = progress.max;
  progress.finished = true;
  run.current.clear();
  events_.progressed(run);
  co_return true;
}

Task<bool> ComfyUi::run_steps(std::shared_ptr<Process> process, std::size_t index) {
  const ComfyNode& node = process->running->prompt.nodes[index];
  if (!node.model.empty()) {
    const auto fault = faults_.fires("comfyui.oom");
    const bool here = process->models.contains(node.model);
    if (fault || !take_model(*process, node)) {
      run_out_of_memory(*process, node);
      if (fault && !fault->text.empty()) process->running->error->message = fault->text;
      co_return false;
    }
    const TimePoint loaded = clock_.now() + slowed(here ? Duration{} : node.load_time);
    co_await clock_.sleep_until(loaded);
    if (process->dead) co_return false;
  }
  const int steps = std::max(1, node.steps);
  for (int step = 1; step <= steps; ++step) {
    const TimePoint stepped = clock_.now() + slowed(node.time / steps);
    co_await clock_.sleep_until(stepped);
    if (process->dead || stop_if_interrupted(*process, node)) co_return false;
    if (node.steps == 0) continue;
    ComfyProgress& progress = progress_of(*process->running, node.id);
    progress.value = step;
    progress.max = steps;
    progress.counted = true;
    events_.stepped(*process->running, progress, node.previews);
    while (is_stalled(step, steps)) {
      const TimePoint looked_again = clock_.now() + stall_look;
      co_await clock_.sleep_until(looked_again);
      if (process->dead || stop_if_interrupted(*process, node)) co_return false;
    }
  }
  co_return true;
}

Task<bool> ComfyUi::write_files(std::shared_ptr<Process> process, std::size_t index) {
  const ComfyOutput output = *process->running->prompt.nodes[index].output;
  const std::string id = process->running->prompt.nodes[index].id;
  ComfyPicture picture = output.picture;
  picture.black = faults_.fires("comfyui.black").has_value();
  picture.truncated = faults_.fires("comfyui.truncated").has_value();
  for (int i = 0; i < output.count; ++i) {
    ComfyStored stored;
    stored.bytes = co_await events_.make(picture);
    if (process->dead) co_return false;
    stored.at = clock_.now();
    const ComfyFile file = next_file(output);
    if (!output.companion.empty()) {
      ComfyPicture still = picture;
      still.video = false;
      ComfyStored beside;
      beside.bytes = co_await events_.make(still);
      if (process->dead) co_return false;
      beside.at = clock_.now();
      ComfyFile companion = file;
      companion.filename.replace(companion.filename.rfind('.'), std::string::npos, output.companion);
      disk_[companion] = std::move(beside);
    }
    disk_[file] = std::move(stored);
    process->running->outputs[id].push_back(file);
  }
  co_return true;
}

// The counter goes on from what lies in the folder, as after a restart of the real program.
ComfyFile ComfyUi::next_file(const ComfyOutput& output) const {
  const std::size_t slash = output.prefix.rfind('/');
  const bool nested = slash != std::string::npos;
  const std::string subfolder = nested ? output.prefix.substr(0, slash) : "";
  const std::string name = nested ? output.prefix.substr(slash + 1) : output.prefix;
  int newest = 0;
  for (const auto& [file, stored] : disk_) {
    if (file.type != output.type || file.subfolder != subfolder || !file.filename.starts_with(name + "_")) continue;
    const char* digits = file.filename.data() + name.size() + 1;
    int counter = 0;
    std::from_chars(digits, file.filename.data() + file.filename.size(), counter);
    newest = std::max(newest, counter);
  }
  return {fmt::format("{}_{:05}{}{}", name, newest + 1, output.mark, output.extension), subfolder, output.type};
}

}  // namespace malin::world
