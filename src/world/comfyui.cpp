#include "world/comfyui.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/task.hpp"
#include "world/comfyui_process.hpp"

namespace malin::world {

namespace {

// The order of the real queue: a heap of (number, prompt id, ...).
bool runs_later(const ComfyPrompt& a, const ComfyPrompt& b) {
  return a.number != b.number ? a.number > b.number : a.id > b.id;
}

}  // namespace

const ComfyNode* ComfyRun::node(const std::string& id) const {
  const auto found = std::ranges::find(prompt.nodes, id, &ComfyNode::id);
  return found == prompt.nodes.end() ? nullptr : &*found;
}

ComfyUi::ComfyUi(boost::asio::any_io_executor executor, Clock& clock, CardLedger& card, Faults& faults,
                 ComfyEvents& events, ComfyWorldOptions options)
    : executor_(std::move(executor)), clock_(clock), card_(card), faults_(faults), events_(events), options_(options) {
  faults_.declare("comfyui.oom", "a sampler runs out of memory; text: its message, else the usual one");
  faults_.declare("comfyui.hungry", "a sampler takes `amount` MiB more than usual");
  faults_.declare("comfyui.zombie", "the worker dies inside a node; HTTP goes on answering");
  faults_.declare("comfyui.black", "pictures come out black");
  faults_.declare("comfyui.truncated", "files are written half");
  faults_.declare("comfyui.slow", "everything in the worker takes `amount` times as long");
  faults_.declare("comfyui.stalls", "a sampler stays at the share `amount` (0..1) of its steps until this is over");
  faults_.declare("comfyui.release.ignored", "a release gives no memory back");
  faults_.declare("comfyui.release.late", "released memory shows on the card after `amount` seconds");
}

ComfyUi::~ComfyUi() {
  if (process_) kill();
}

Result<void> ComfyUi::start() {
  if (process_) return fail(Errc::refused, "ComfyUI runs already");
  if (!card_.take(holder, options_.context)) return fail(Errc::refused, "no room on the card for ComfyUI's context");
  std::erase_if(disk_, [](const auto& entry) { return entry.first.type == "temp"; });
  process_ = std::make_shared<Process>(executor_);
  boost::asio::co_spawn(executor_, work(process_), rethrow);
  return {};
}

void ComfyUi::kill() {
  if (!process_) return;
  process_->dead = true;
  process_->wake.cancel();
  process_.reset();
  card_.give_back_all(holder, options_.settle);
}

bool ComfyUi::worker_alive() const { return process_ && !process_->worker_dead; }

void ComfyUi::put(ComfyPrompt prompt) {
  if (!process_) return;
  process_->pending.push_back(std::move(prompt));
  std::ranges::push_heap(process_->pending, runs_later);
  events_.queue_changed();
  process_->wake.cancel();
}

bool ComfyUi::remove_pending(const std::string& id) {
  if (!process_) return false;
  const auto found = std::ranges::find(process_->pending, id, &ComfyPrompt::id);
  if (found == process_->pending.end()) return false;
  process_->pending.erase(found);
  std::ranges::make_heap(process_->pending, runs_later);
  events_.queue_changed();
  return true;
}

void ComfyUi::clear_pending() {
  if (!process_) return;
  process_->pending.clear();
  events_.queue_changed();
}

void ComfyUi::interrupt() {
  if (process_) process_->interrupt = true;
}

void ComfyUi::free(bool unload_models, bool free_memory) {
  if (!process_) return;
  process_->unload_models |= unload_models;
  process_->free_memory |= free_memory;
  process_->wake.cancel();
}

const ComfyRun* ComfyUi::running() const { return process_ && process_->running ? &*process_->running : nullptr; }

const std::vector<ComfyPrompt>& ComfyUi::pending() const {
  static const std::vector<ComfyPrompt> none;
  return process_ ? process_->pending : none;
}

const std::vector<ComfyRun>& ComfyUi::history() const {
  static const std::vector<ComfyRun> none;
  return process_ ? process_->history : none;
}

void ComfyUi::forget(const std::string& id) {
  if (process_) std::erase_if(process_->history, [&](const ComfyRun& run) { return run.prompt.id == id; });
}

void ComfyUi::forget_all() {
  if (process_) process_->history.clear();
}

Bytes ComfyUi::torch_reserved() const { return process_ ? process_->torch : Bytes{}; }

Bytes ComfyUi::torch_active() const {
  Bytes sum;
  if (process_) {
    for (const auto& [name, weights] : process_->models) sum += weights;
  }
  return sum;
}

void ComfyUi::act_on_flags(Process& process) {
  const bool unload = process.unload_models || process.free_memory;
  const bool forget_results = process.free_memory;
  process.unload_models = process.free_memory = false;
  if (!unload) return;
  if (forget_results) process.cache.clear();
  if (faults_.fires("comfyui.release.ignored")) return;
  process.models.clear();
  const Bytes kept = process.used_models ? std::min(options_.leftover, process.torch) : Bytes{};
  Duration late = options_.settle;
  if (const auto fault = faults_.fires("comfyui.release.late")) {
    late = Duration{static_cast<std::int64_t>(fault->amount * 1000)};
  }
  card_.give_back(holder, process.torch - kept, late);
  process.torch = kept;
}

// Waits for prompts and flags; acts on flags between prompts only.
Task<void> ComfyUi::work(std::shared_ptr<Process> process) {
  constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  while (!process->dead) {
    if (!process->pending.empty()) {
      std::ranges::pop_heap(process->pending, runs_later);
      process->running.emplace();
      process->running->prompt = std::move(process->pending.back());
      process->pending.pop_back();
      events_.queue_changed();
      co_await execute(process);
      if (process->dead || process->worker_dead) co_return;
    }
    act_on_flags(*process);
    if (process->pending.empty()) co_await process->wake.async_wait(token);
  }
}

}  // namespace malin::world
