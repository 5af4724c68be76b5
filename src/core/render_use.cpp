#include "core/render_use.hpp"

#include <algorithm>

namespace malin {

namespace {

constexpr int looks_min = 3;
constexpr Bytes growth_min = mebibytes(256);  // Less is a desktop at work, and within every margin.

}  // namespace

RenderUse before_render(const Config& config, const RendererSpec& renderer, const CardReading& card,
                        const RendererReading& reading, TimePoint now) {
  const CardSpec* spec = config.card(renderer.card);
  RenderUse use{.card = renderer.card,
                .renderer = renderer.server.name,
                .since = now,
                .free = card.free,
                .held = reading.held,
                .is_fresh = reading.held <= renderer.rest};
  use.room = card.free + reading.held - (spec == nullptr ? Bytes{} : spec->headroom);
  for (const CardReading::Holder& holder : card.holders)
    if (holder.used) use.processes[holder.pid] = *holder.used;
  return use;
}

void look(RenderUse& use, const CardReading& reading) {
  ++use.looks;
  use.taken = std::max(use.taken, use.free - reading.free);
  for (const CardReading::Holder& holder : reading.holders) {
    if (!holder.used) continue;
    const auto before = use.processes.find(holder.pid);
    Bytes& growth = use.growths[holder.pid];
    growth = std::max(growth, *holder.used - (before == use.processes.end() ? Bytes{} : before->second));
  }
}

void look(RenderUse& use, const RendererReading& reading) { use.held_most = std::max(use.held_most, reading.held); }

void look(RenderUse& use, const std::string& engine, const EngineReading& reading) {
  std::set<std::string> loaded;
  for (const Resident& resident : reading.residents) loaded.insert(resident.instance);
  const auto [first, is_first] = use.loaded.try_emplace(engine, loaded);
  if (first->second != loaded) use.has_load_changed = true;
}

bool has_company(const RenderUse& use) {
  if (use.has_load_changed) return true;
  return std::ranges::count_if(use.growths, [](const auto& row) { return row.second >= growth_min; }) > 1;
}

std::optional<Peak> peak_of(const RenderUse& use) {
  if (!use.is_fresh || use.looks < looks_min || has_company(use)) return std::nullopt;
  Bytes growth = use.processes.empty() ? use.taken : Bytes{};
  for (const auto& [pid, grown] : use.growths) growth = std::max(growth, grown);
  return Peak{.taken = std::max(use.held + growth, use.held_most), .room = use.room};
}

}  // namespace malin
