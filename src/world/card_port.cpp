#include "world/card_port.hpp"

namespace malin::world {

namespace {

constexpr Duration driver_limit{2000};

}  // namespace

Task<Result<CardReading>> CardPort::probe() {
  return wire_.carry("probe", "", driver_limit, read(wire_.clock().now()));
}

Task<Result<CardReading>> CardPort::read(TimePoint asked_at) {
  if (faults_.find("card.gone") != nullptr) co_return fail(Errc::unreachable, "GPU is lost");
  CardReading reading{.total = card_.total(), .free = card_.free()};
  reading.used = reading.total - reading.free;
  for (const auto& [name, used] : card_.holders()) {
    const int next = 1001 + static_cast<int>(pids_.size());
    reading.holders.push_back({pids_.try_emplace(name, next).first->second, name, used});
  }
  if (on_reading) on_reading(asked_at, reading);
  co_return reading;
}

}  // namespace malin::world
