// What a render takes of its card, judged by looks at the card while it runs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/config.hpp"
#include "core/ledger.hpp"
#include "core/reading.hpp"

namespace malin {

struct RenderUse {
  std::string card;
  std::string renderer;
  TimePoint since{};               // Just before it was submitted.
  Bytes room;                      // It had, without the headroom.
  Bytes free;                      // Of the card, then.
  Bytes held;                      // By the renderer, then.
  bool is_fresh = true;            // The renderer held nothing of an earlier render.
  std::map<int, Bytes> processes;  // On the card, then; empty where the driver does not tell.
  int looks = 0;                   // Since.
  Bytes taken;                     // The most that the card's free memory fell by.
  Bytes held_most;                 // By the renderer, as it says.
  std::map<int, Bytes> growths;    // The most that each process grew.
  // By engine, at the first look at it: the loaded instances.
  std::map<std::string, std::set<std::string>> loaded;
  bool has_load_changed = false;  // Since then: what the card showed is not the render's alone.
};

RenderUse before_render(const Config& config, const RendererSpec& renderer, const CardReading& card,
                        const RendererReading& reading, TimePoint now);
void look(RenderUse& use, const CardReading& reading);
void look(RenderUse& use, const RendererReading& reading);
void look(RenderUse& use, const std::string& engine, const EngineReading& reading);

// Empty where it cannot be told: too few looks, what an earlier render left, someone else who grew as well.
std::optional<Peak> peak_of(const RenderUse& use);

// Whether something beside the renderer was seen to take memory, or to come or go.
bool has_company(const RenderUse& use);

}  // namespace malin
