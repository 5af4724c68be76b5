// A render recipe: a ComfyUI workflow in API format, with named slots where a job's values go.
//
// A string "{{name}}" or "{{name=default}}" inside a node's inputs is a slot. Alone it is replaced by the whole value:
// a JSON number for seed, width, steps, ... and wherever the default is a number; text for prompt and negative, always.
// Inside a longer string the value is put in as text. Values are never looked through for slots again.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace malin::adapters {

inline constexpr std::size_t workflow_bytes_max = 4 << 20;

using SlotDefaults = std::map<std::string, std::optional<std::string>>;
using SlotValues = std::map<std::string, std::string>;

class Workflow {
 public:
  // Every slot by name. One without a default must be given to `fill`.
  const SlotDefaults& slots() const { return slots_; }

 private:
  friend Result<Workflow> parse_workflow(std::string_view text);
  friend Result<std::string> fill(const Workflow& workflow, const SlotValues& values);

  std::string text_;
  SlotDefaults slots_;
};

// refused, with what to do about it: not JSON (line and column), the editor's own format, no prompt or seed slot, a
// slot with two defaults, over 4 MiB. Whether the nodes exist only ComfyUI can tell.
Result<Workflow> parse_workflow(std::string_view text);

// The graph as JSON text, ready for POST /prompt.
// refused: a value for no slot, a slot without value or default, text where a number must be.
Result<std::string> fill(const Workflow& workflow, const SlotValues& values);

}  // namespace malin::adapters
