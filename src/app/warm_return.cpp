#include "app/warm_return.hpp"

#include <utility>

#include "control/log.hpp"

namespace malin::app {

namespace {

constexpr Duration longest_rest{3'600'000};

}  // namespace

Task<void> WarmReturn::run() {
  while (!controller_.is_stopping()) {
    const std::int64_t seen = controller_.revision();
    if (const Absence* absence = next()) {
      warmed_[absence->sense] = absence->window;
      co_await warm(absence->sense, absence->window);
    } else {
      co_await controller_.wait_for_news(seen, clock_.now() + longest_rest);
    }
  }
}

// Whose file is to be read now; nullptr: nobody's.
const Absence* WarmReturn::next() const {
  const Situation now = controller_.situation();
  const Absence* most_missed = nullptr;
  int impact = 0;
  for (const auto& [name, absence] : now.ledger.absences) {
    const SenseSpec* sense = config_.sense(name);
    const auto warmed = warmed_.find(name);
    if (sense == nullptr || (warmed != warmed_.end() && warmed->second == absence.window)) continue;
    if (sense->impact <= impact || !is_away_for_a_render(name, absence.window)) continue;
    most_missed = &absence;
    impact = sense->impact;
  }
  return most_missed;
}

bool WarmReturn::is_away_for_a_render(const std::string& sense, WindowId window) const {
  if (controller_.is_stopping()) return false;
  const Situation now = controller_.situation();
  const auto absence = now.ledger.absences.find(sense);
  const auto found = now.ledger.windows.find(window);
  return absence != now.ledger.absences.end() && absence->second.window == window &&
         found != now.ledger.windows.end() && found->second.phase == WindowPhase::rendering;
}

Task<void> WarmReturn::warm(std::string name, WindowId window) {
  const SenseSpec& sense = *config_.sense(name);
  const auto engine = engines_.find(sense.engine);
  if (engine == engines_.end()) co_return;
  std::string model = sense.model;
  Result<std::string> file = co_await engine->second->find_file(std::move(model));
  if (!file) {
    control::log(spdlog::level::debug, "its way back stays cold: " + file.error().message, {{"sense", name}});
    co_return;
  }
  std::function<bool()> may_go_on = [this, name, window] { return is_away_for_a_render(name, window); };
  if (std::exchange(window_, window) != window) in_memory_ = {};
  const Result<Bytes> read = co_await warm_(std::move(*file), in_memory_, std::move(may_go_on));
  in_memory_ += read.value_or(Bytes{});
  if (read)
    control::log(spdlog::level::debug, "its file is in memory: " + format_bytes(*read), {{"sense", name}});
  else
    control::log(spdlog::level::info, "its file was not read: " + read.error().message, {{"sense", name}});
}

}  // namespace malin::app
