// The server that makes the media. Prompt ids are ours: lowercase uuid4, committed to the ledger before `submit`.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin {

struct RenderOrder {
  std::string prompt_id;
  std::string kind;                          // Names the workflow.
  std::map<std::string, std::string> slots;  // prompt, seed, width, ...: values for the workflow's named slots.
};

// How a render looks so far.
struct Preview {
  std::string type;   // "image/jpeg" or "image/png".
  std::string image;  // At most 1 MiB.
};

class Renderer {
 public:
  virtual ~Renderer() = default;

  virtual Task<Result<RendererReading>> probe() = 0;

  // Queues the render unless its prompt id is queued, running or finished there already.
  // timeout: the answer was lost; look_up tells. refused: the workflow is wrong; the message says where.
  virtual Task<Result<void>> submit(RenderOrder order) = 0;

  virtual Task<Result<RenderReading>> look_up(std::string prompt_id) = 0;

  // Stops it, queued or running. Ok when it is neither.
  virtual Task<Result<void>> interrupt(std::string prompt_id) = 0;

  // Asks it to give its VRAM back. Only a later probe shows whether it did.
  virtual Task<Result<void>> release() = 0;

  // Copies one finished file to `path` (durable, mode 0600; what is there is replaced). not_found: it is gone. refused:
  // over the limit.
  virtual Task<Result<void>> fetch(OutputFile file, std::string path) = 0;

  // The newest frame of a render that is under way, if its server sends any.
  virtual std::optional<Preview> preview(const std::string& prompt_id) const {
    static_cast<void>(prompt_id);
    return std::nullopt;
  }
};

}  // namespace malin
