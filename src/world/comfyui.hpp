// A simulated ComfyUI process: a queue, one worker, a node cache, models in VRAM, a history in memory and files on
// disk. A prompt is a list of nodes in the order they run; what they mean is not known here. Memory comes from the
// card's ledger under the name "comfyui". Disk outlives the process; queue, history, cache and temp files do not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/clock.hpp"
#include "ports/task.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"

namespace malin::world {

// What an output node is to show: enough to draw a picture or a video of it.
struct ComfyPicture {
  bool video = false;
  int width = 512;  // Pixels.
  int height = 512;
  int frames = 1;
  double frames_per_second = 12;
  std::string text;  // The prompt.
  std::string model;
  std::uint64_t seed = 0;
  bool black = false;      // By fault: all black.
  bool truncated = false;  // By fault: the second half of the file is missing.
};

struct ComfyFile {
  std::string filename;
  std::string subfolder;
  std::string type;  // "output", "temp", "input".

  auto operator<=>(const ComfyFile&) const = default;
};

struct ComfyStored {
  std::string bytes;
  TimePoint at{};
};

// Files that an output node writes: PREFIX_00001_.png. A prefix may name a subfolder.
struct ComfyOutput {
  std::string prefix;
  std::string type = "output";
  std::string extension = ".png";
  std::string mark = "_";  // Between the counter and the extension.
  std::string companion;   // Extension of a picture written beside a video (".png"); empty: none.
  int count = 1;
  ComfyPicture picture;
};

struct ComfyError {
  std::string node;
  std::string class_type;
  std::string type;  // "torch.OutOfMemoryError"
  std::string message;
};

struct ComfyNode {
  std::string id;
  std::string class_type;
  std::string key;  // Nodes with equal keys give equal results: class, inputs, and the same of all before it.
  Duration time{};
  int steps = 0;                      // Progress is told this many times, evenly; 0: never.
  bool previews = false;              // With each step.
  std::string model;                  // Needed in VRAM to run; empty: none.
  Bytes weights;                      // Of the model.
  Bytes workspace;                    // Kept by torch's allocator afterwards.
  Duration load_time{};               // When the model is not in VRAM. Not interruptible.
  std::optional<ComfyError> raises;   // At its end, instead of a result. Type "SystemExit": the worker dies.
  std::optional<ComfyOutput> output;  // Output nodes only.
};

// What whoever queued a prompt wants to find with it again.
struct ComfyTag {
  virtual ~ComfyTag() = default;
};

struct ComfyPrompt {
  std::string id;
  double number = 0;  // Lower runs first.
  std::string client;
  std::vector<ComfyNode> nodes;
  std::shared_ptr<const ComfyTag> tag;
};

struct ComfyProgress {
  std::string node;
  double value = 0;
  double max = 1;
  bool finished = false;
  bool counted = false;  // Told by steps: whole numbers.
};

// One run of one prompt, until its end and then as history.
struct ComfyRun {
  ComfyPrompt prompt;
  TimePoint started_at{};
  TimePoint cached_at{};
  TimePoint ended_at{};
  std::vector<std::string> cached;                        // Node ids.
  std::vector<std::string> executed;                      // Node ids, finished in this run.
  std::vector<ComfyProgress> progress;                    // Of the nodes touched, in order.
  std::string current;                                    // Node id; empty between nodes.
  std::map<std::string, std::vector<ComfyFile>> outputs;  // By node id.
  std::optional<ComfyError> error;
  bool interrupted = false;
  std::string interrupted_node;
  std::string interrupted_class;

  const ComfyNode* node(const std::string& id) const;
};

// Told what happens, in the order of the real program's messages. Called on the executor; must not call back.
class ComfyEvents {
 public:
  virtual ~ComfyEvents() = default;
  virtual void queue_changed() = 0;
  virtual void started(const ComfyRun& run) = 0;  // Then what was cached.
  virtual void progressed(const ComfyRun& run) = 0;
  virtual void node_started(const ComfyRun& run) = 0;
  virtual void stepped(const ComfyRun& run, const ComfyProgress& progress, bool preview) = 0;
  virtual void node_executed(const ComfyRun& run, const std::string& node) = 0;  // It has outputs.
  virtual void finished(const ComfyRun& run) = 0;  // Success, error or interrupt: before it is in the history.
  virtual void ended(const ComfyRun& run) = 0;     // After it.
  // The bytes of an output file.
  virtual Task<std::string> make(ComfyPicture picture) = 0;
};

struct ComfyWorldOptions {
  Bytes context = mebibytes(843);  // Held from start to end of the process.
  Bytes leftover = mebibytes(32);  // Of torch's memory; stays after a release, once a model was loaded.
  Duration settle{600};            // Released memory shows on the card this late.
  Duration node_overhead{2};       // Every node that is not cached takes this much more.
  bool keeps_old_cache = true;     // false: only results of the newest prompt's nodes stay cached.
};

class ComfyUi {
 public:
  static constexpr const char* out_of_memory_advice =
      "\nThis error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have "
      "accidentally set the batch_size to a large number.";
  static constexpr const char* holder = "comfyui";

  ComfyUi(boost::asio::any_io_executor executor, Clock& clock, CardLedger& card, Faults& faults, ComfyEvents& events,
          ComfyWorldOptions options = {});
  ~ComfyUi();

  // refused: it runs already, or the card has no room for its CUDA context.
  Result<void> start();
  // The process is gone at once: queue, history, cache and temp files are lost, VRAM is on its way back.
  void kill();
  bool alive() const { return process_ != nullptr; }
  bool worker_alive() const;

  void put(ComfyPrompt prompt);
  // Takes waiting prompts away. Returns whether any was there.
  bool remove_pending(const std::string& id);
  void clear_pending();
  void interrupt();
  // Sets flags that the worker acts on between prompts, or at once when idle.
  void free(bool unload_models, bool free_memory);

  const ComfyRun* running() const;
  const std::vector<ComfyPrompt>& pending() const;  // In heap order, not sorted.
  const std::vector<ComfyRun>& history() const;     // Oldest first.
  void forget(const std::string& id);
  void forget_all();

  std::map<ComfyFile, ComfyStored>& disk() { return disk_; }
  const std::map<ComfyFile, ComfyStored>& disk() const { return disk_; }

  Bytes torch_reserved() const;  // Held by torch's allocator.
  Bytes torch_active() const;    // In use: models in VRAM.

 private:
  struct Process;
  boost::asio::any_io_executor executor_;
  Clock& clock_;
  CardLedger& card_;
  Faults& faults_;
  ComfyEvents& events_;
  ComfyWorldOptions options_;
  std::map<ComfyFile, ComfyStored> disk_;
  std::shared_ptr<Process> process_;

  // Coroutines of the worker. They touch `this` only after seeing that their process is not dead: a killed one may
  // outlive this object. Those with a result return whether the prompt goes on.
  Task<void> work(std::shared_ptr<Process> process);
  Task<void> execute(std::shared_ptr<Process> process);
  Task<bool> run_node(std::shared_ptr<Process> process, std::size_t index);
  Task<bool> run_steps(std::shared_ptr<Process> process, std::size_t index);
  Task<bool> write_files(std::shared_ptr<Process> process, std::size_t index);
  void answer_from_cache(Process& process);
  void finish(Process& process);
  bool take_model(Process& process, const ComfyNode& node);
  bool stop_if_interrupted(Process& process, const ComfyNode& node);
  void run_out_of_memory(Process& process, const ComfyNode& node);
  void act_on_flags(Process& process);
  Duration slowed(Duration time) const;
  bool is_stalled(int step, int steps) const;
  ComfyFile next_file(const ComfyOutput& output) const;
};

}  // namespace malin::world
