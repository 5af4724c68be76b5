// Shortens the way back: while a render runs, the files of the senses that are away are brought into memory, those who
// are missed most first. It stops when the render ends, for then they are loaded. Nothing is decided by it.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "control/controller.hpp"
#include "ports/clock.hpp"
#include "ports/engine.hpp"

namespace malin::app {

// As adapters::PageCache::warm.
using WarmFile = std::function<Task<Result<Bytes>>(std::string path, Bytes beside, std::function<bool()> may_go_on)>;

class WarmReturn {
 public:
  // All references outlive it.
  WarmReturn(Clock& clock, const Config& config, control::Controller& controller,
             const std::map<std::string, Engine*>& engines, WarmFile warm)
      : clock_(clock), config_(config), controller_(controller), engines_(engines), warm_(std::move(warm)) {}

  // Until the controller stops.
  Task<void> run();

 private:
  const Absence* next() const;
  bool is_away_for_a_render(const std::string& sense, WindowId window) const;
  Task<void> warm(std::string name, WindowId window);

  Clock& clock_;
  const Config& config_;
  control::Controller& controller_;
  const std::map<std::string, Engine*>& engines_;
  WarmFile warm_;
  std::map<std::string, WindowId> warmed_;  // By sense: the window in which it was seen to last.
  WindowId window_ = 0;
  Bytes in_memory_;  // Of that window's files.
};

}  // namespace malin::app
