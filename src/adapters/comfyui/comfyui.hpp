// ComfyUI as a renderer. Its HTTP answers are the truth, its WebSocket only a reason to look sooner.
//
// A prompt id is no idempotency key there: the same id posted twice runs twice. So `submit` looks in the queue and the
// history before it posts, and again when the answer to a post was lost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/comfyui/workflow.hpp"
#include "ports/clock.hpp"
#include "ports/renderer.hpp"

namespace malin::adapters {

struct ComfyUiOptions {
  std::string url;                            // "http://127.0.0.1:8188"
  std::map<std::string, Workflow> workflows;  // By media kind.
  int card_index = 0;                         // Of its card, as ComfyUI counts.
  Duration http_limit = std::chrono::seconds(5);
  Duration submit_limit = std::chrono::seconds(30);  // Validating a workflow may read model folders.
  Duration fetch_limit = std::chrono::seconds(120);  // For one whole file.
  Bytes media_max = mebibytes(256);
  Duration stuck_after = std::chrono::seconds(120);  // No progress for so long, and deaf to interrupts: dead.
  std::function<void(bool is_over)> on_hint;         // A render of ours moved or ended: look. May be empty.
};

class ComfyUi final : public Renderer {
 public:
  // refused: the address is none. `clock` must outlive the adapter and everything it has started on `executor`.
  static Result<std::unique_ptr<ComfyUi>> create(boost::asio::any_io_executor executor, Clock& clock,
                                                 ComfyUiOptions options);
  ~ComfyUi() override;

  Task<Result<RendererReading>> probe() override;
  Task<Result<void>> submit(RenderOrder order) override;
  Task<Result<RenderReading>> look_up(std::string prompt_id) override;
  Task<Result<void>> interrupt(std::string prompt_id) override;
  Task<Result<void>> release() override;
  Task<Result<void>> fetch(OutputFile file, std::string path) override;
  std::optional<Preview> preview(const std::string& prompt_id) const override;

 private:
  struct Impl;
  explicit ComfyUi(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::adapters
