#include "window/watcher.hpp"

#include <algorithm>
#include <utility>

namespace malin::bench {

namespace {

const char* work_of(world::InstanceState state) {
  switch (state) {
    case world::InstanceState::loading:
      return "load";
    case world::InstanceState::unloading:
      return "unload";
    case world::InstanceState::processing_prompt:
    case world::InstanceState::generating:
      return "answer";
    case world::InstanceState::idle:
      return "";
  }
  return "";
}

bool is_settling(const world::CardLedger& card) {
  const auto holders = card.holders();
  return std::ranges::any_of(holders, [&](const auto& row) { return row.second != card.held_by(row.first); });
}

}  // namespace

std::string Watcher::at_work() const {
  for (const world::Instance& instance : rig_.lmstudio().studio().instances())
    if (const std::string work = work_of(instance.state); !work.empty()) return work;
  const world::ComfyUi& renderer = rig_.comfyui().comfyui();
  if (renderer.running() != nullptr || !renderer.pending().empty()) return "render";
  return is_settling(rig_.card()) ? "settle" : "";
}

void Watcher::look() {
  std::string work = at_work();
  if (work == now_) return;
  const Steady::time_point at = Steady::now();
  const Milliseconds length = at - changed_at_;
  if (!now_.empty())
    busy_ += length;
  else if (!before_.empty())
    gaps_[before_ + " > " + work] += length;
  if (!now_.empty()) before_ = now_;
  now_ = std::move(work);
  changed_at_ = at;
}

void Watcher::start_over() {
  busy_ = {};
  gaps_.clear();
  before_.clear();
  changed_at_ = Steady::now();
}

}  // namespace malin::bench
