// The insides of one simulated ComfyUI process: everything that dies with it.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "world/comfyui.hpp"

namespace malin::world {

struct ComfyUi::Process {
  struct Result {
    std::string key;
    std::vector<ComfyFile> files;
  };

  explicit Process(const boost::asio::any_io_executor& executor) : wake(executor) {
    wake.expires_at(boost::asio::steady_timer::time_point::max());
  }

  bool dead = false;         // Killed: its coroutines end at their next step.
  bool worker_dead = false;  // The prompt worker's thread died; the rest of the process goes on.
  boost::asio::steady_timer wake;
  std::vector<ComfyPrompt> pending;  // A heap.
  std::optional<ComfyRun> running;
  std::vector<ComfyRun> history;
  std::map<std::string, Result> cache;  // By key of the node.
  bool interrupt = false;
  bool unload_models = false;
  bool free_memory = false;
  std::map<std::string, Bytes> models;  // In VRAM, by name.
  Bytes torch;                          // Reserved by torch's allocator.
  bool used_models = false;
};

}  // namespace malin::world
