// What ComfyUI says, as values. Text in, values out: no I/O. Unknown fields are ignored, so that newer versions work.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.hpp"
#include "ports/renderer.hpp"

namespace malin::adapters {

struct ComfyQueue {
  std::vector<std::string> running;  // Prompt ids, in the order in which they will run (its list is a heap).
  std::vector<std::string> pending;
};

struct ComfyDevice {
  std::string name;
  int index = 0;
  std::optional<Bytes> total;  // Empty where there is no VRAM: ComfyUI on a processor alone.
  std::optional<Bytes> free;   // What another process can get: torch's cache is not counted.
  Bytes torch_held;            // Reserved by torch.
};

struct ComfyStats {
  std::string version;
  std::vector<ComfyDevice> devices;
};

struct PromptReply {
  std::string prompt_id;
  std::string complaint;  // Outputs that it refused while it queued the rest. Empty: all is queued.
};

// A message of its socket. Never the truth, only a reason to look.
struct SocketHint {
  std::string prompt_id;                // Empty: says nothing about a render.
  std::map<std::string, double> nodes;  // Fractions done, 0..1, by node id.
  bool over = false;                    // The render has ended, somehow.
};

// A binary message of its socket: how a render looks so far.
struct SocketFrame {
  std::string prompt_id;  // Empty: of whichever is running; older servers do not say.
  Preview preview;
};

// bad_reply: not such a document.
Result<ComfyQueue> parse_queue(std::string_view text);
Result<ComfyStats> parse_system_stats(std::string_view text);

// The answer to POST /prompt. refused: its complaints in one readable line. bad_reply: it broke, or it is not ComfyUI.
// unreachable: a gateway before it says that nobody is there.
Result<PromptReply> parse_prompt_reply(unsigned status, std::string_view body);

// Empty for what is no JSON or carries nothing of use.
SocketHint parse_ws_message(std::string_view text);

// nullopt: no picture, one over 1 MiB, or broken.
std::optional<SocketFrame> parse_ws_frame(std::string_view bytes);

// What a client says first, so that frames name their render.
std::string format_features();

// The body of POST /prompt. `graph` is JSON.
std::string format_prompt(std::string_view graph, std::string_view prompt_id, std::string_view client_id);

// How much of the work each node is, by node id: samplers count their steps, all others 1.
std::map<std::string, double> node_weights(std::string_view graph);

// The beginning of `text` on one line, cut between characters.
std::string clip(std::string_view text, std::size_t bytes_max = 300);

// What an answer that is not 200 means. `what` is the request in words.
Error status_error(std::string_view what, unsigned status, std::string_view body);

}  // namespace malin::adapters
