// Everything a decision looks at, and the questions that each part of it asks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/action.hpp"
#include "core/backoff.hpp"
#include "core/config.hpp"
#include "core/observation.hpp"

namespace malin {

struct Situation {
  const Config& config;
  const Ledger& ledger;
  const Observation& seen;
  const std::vector<InFlight>& in_flight;
  TimePoint now;

  // The newest reading, unless it failed or is too old to act on. nullptr: unknown.
  const CardReading* card(std::string_view name) const;
  const EngineReading* engine(std::string_view name) const;
  const RendererReading* renderer(std::string_view name) const;

  // The same, asked for at or after `not_before`.
  const CardReading* card_since(std::string_view name, TimePoint not_before) const;
  const RendererReading* renderer_since(std::string_view name, TimePoint not_before) const;

  // Whether it has not answered for so long that it is not to be waited for.
  bool is_card_lost(std::string_view name) const;
  bool is_renderer_lost(std::string_view name) const;
  // Whether it can hold no memory: nobody has been there to be reached for a while, or it has been silent for so long
  // that nothing it holds can be waited for.
  bool is_renderer_down(std::string_view name) const;

  bool is_running(std::string_view key) const;
  bool is_load_running(std::string_view card) const;
  int failures(std::string_view key) const;
  const Error* last_error(std::string_view key) const;
  // When the action may be tried (again): at once after a success.
  TimePoint retry_at(std::string_view key, Duration longest = std::chrono::seconds(60)) const;
  bool may_try(std::string_view key) const { return !is_running(key) && retry_at(key) <= now; }

  // Whether its engine has been loading or unloading it for longer than a load may take.
  bool is_stuck(const SenseSpec& sense, const Resident& resident) const;

  // VRAM of a sense: pinned, else learned if it was ever measured, else configured.
  Bytes footprint(const SenseSpec& sense) const;
  // The free VRAM that a render of this job wants. Its kind is configured.
  Bytes need(const Job& job) const;

  // Whether this reading of an engine shows someone generating, our own probes aside.
  bool is_anyone_busy() const;
  bool is_turn_open() const;

  // The job whose render is under way on this renderer.
  const Job* rendering_job(std::string_view renderer) const;
  const RendererSpec* renderer_of(const Job& job) const;
  // Whether its render is seen to have ended; its media may still have to be collected.
  bool is_render_over(const Job& job) const;
  // How long a render of this kind usually takes, from its submission to its media; empty: there was none.
  std::optional<Duration> usual_render(const std::string& kind) const;
  // When the newest render on this renderer was begun.
  TimePoint last_render(const RendererSpec& renderer) const;
  // Whether a render of ours is on its way to it or still in it, whatever the ledger says.
  bool is_rendering_for_us(const RendererSpec& renderer) const;
  // Whether it was told after `moment` to give its memory back, had `release_limit` for it and did not.
  bool has_kept_memory_since(const RendererSpec& renderer, TimePoint moment) const;

  mutable std::optional<std::map<std::string, Duration>> usual_renders_known{};  // Once somebody has asked.
};

}  // namespace malin
