#include "core/situation.hpp"

#include <algorithm>

#include "core/estimate.hpp"
#include "core/footprint.hpp"

namespace malin {

namespace {

// A reading older than this no longer says how things stand.
Duration stale_after(const Config& config) { return 3 * config.swap.slow_probe + std::chrono::seconds(5); }

constexpr Duration loss_limit{30'000};
constexpr Duration down_after{3'000};  // One broken connection is no dead server.

template <class Readings>
bool is_lost(const Readings& readings, std::string_view name, TimePoint now) {
  const auto found = readings.find(std::string(name));
  return found != readings.end() && found->second.error && found->second.failing_since + loss_limit <= now;
}

template <class Readings>
auto newest(const Readings& readings, std::string_view name, TimePoint not_before) {
  const auto found = readings.find(std::string(name));
  using Value = const typename decltype(found->second.value)::value_type*;
  return found == readings.end() ? Value{nullptr} : found->second.fresh(not_before);
}

}  // namespace

const CardReading* Situation::card(std::string_view name) const { return card_since(name, now - stale_after(config)); }

const EngineReading* Situation::engine(std::string_view name) const {
  return newest(seen.engines, name, now - stale_after(config));
}

const RendererReading* Situation::renderer(std::string_view name) const {
  return renderer_since(name, now - stale_after(config));
}

const CardReading* Situation::card_since(std::string_view name, TimePoint not_before) const {
  return newest(seen.cards, name, not_before);
}

const RendererReading* Situation::renderer_since(std::string_view name, TimePoint not_before) const {
  return newest(seen.renderers, name, not_before);
}

bool Situation::is_card_lost(std::string_view name) const { return is_lost(seen.cards, name, now); }

bool Situation::is_renderer_lost(std::string_view name) const { return is_lost(seen.renderers, name, now); }

bool Situation::is_renderer_down(std::string_view name) const {
  const auto found = seen.renderers.find(std::string(name));
  if (found == seen.renderers.end() || !found->second.error) return false;
  const bool is_unreachable = found->second.error->code == Errc::unreachable;
  return found->second.failing_since + (is_unreachable ? down_after : loss_limit) <= now;
}

bool Situation::is_load_running(std::string_view card) const {
  return std::ranges::any_of(in_flight, [&](const InFlight& one) {
    const auto* load = std::get_if<LoadSense>(&one.action);
    return load != nullptr && load->card == card;
  });
}

bool Situation::is_running(std::string_view key) const {
  return std::ranges::any_of(in_flight, [&](const InFlight& one) { return key_of(one.action) == key; });
}

int Situation::failures(std::string_view key) const {
  const auto found = seen.attempts.find(std::string(key));
  return found == seen.attempts.end() ? 0 : found->second.failures;
}

const Error* Situation::last_error(std::string_view key) const {
  const auto found = seen.attempts.find(std::string(key));
  return found == seen.attempts.end() || !found->second.error ? nullptr : &*found->second.error;
}

TimePoint Situation::retry_at(std::string_view key, Duration longest) const {
  const auto found = seen.attempts.find(std::string(key));
  if (found == seen.attempts.end() || found->second.failures == 0) return TimePoint::min();
  return found->second.last_at + backoff(found->second.failures, key, longest);
}

bool Situation::is_stuck(const SenseSpec& sense, const Resident& resident) const {
  if (resident.state != ResidentState::loading && resident.state != ResidentState::unloading) return false;
  const auto passing = seen.passing.find(sense.engine);
  if (passing == seen.passing.end()) return false;
  const auto since = passing->second.find(resident.identifier);
  return since != passing->second.end() && since->second + sense.load_limit <= now;
}

Bytes Situation::footprint(const SenseSpec& sense) const {
  const auto word = ledger.footprints.find(sense.name);
  if (word != ledger.footprints.end() && word->second.pinned) return *word->second.pinned;
  const auto profile = ledger.profiles.find(sense.name);
  return profile != ledger.profiles.end() && profile->second.footprint ? *profile->second.footprint : sense.footprint;
}

Bytes Situation::need(const Job& job) const { return need_of(ledger, *config.kind(job.kind), job.params); }

bool Situation::is_anyone_busy() const {
  const auto is_a_sense_talking = [this](const EngineSpec& spec, const Resident& resident) {
    return resident.state == ResidentState::busy && std::ranges::any_of(config.senses, [&](const SenseSpec& sense) {
             return sense.engine == spec.server.name &&
                    (resident.identifier == sense.identifier || resident.model == sense.model) &&
                    !is_running("probe sense " + sense.name);
           });
  };
  return std::ranges::any_of(config.engines, [&](const EngineSpec& spec) {
    const EngineReading* reading = engine(spec.server.name);
    return reading != nullptr && std::ranges::any_of(reading->residents, [&](const Resident& resident) {
             return is_a_sense_talking(spec, resident);
           });
  });
}

bool Situation::is_turn_open() const {
  return std::ranges::any_of(seen.presence.turns, [this](const Turn& turn) { return turn.expires_at > now; });
}

const Job* Situation::rendering_job(std::string_view renderer) const {
  for (const auto& [id, job] : ledger.jobs) {
    if (job.state != JobState::rendering) continue;
    const RendererSpec* spec = renderer_of(job);
    if (spec != nullptr && spec->server.name == renderer) return &job;
  }
  return nullptr;
}

const RendererSpec* Situation::renderer_of(const Job& job) const {
  const KindSpec* kind = config.kind(job.kind);
  return kind == nullptr ? nullptr : config.renderer(kind->renderer);
}

bool Situation::is_render_over(const Job& job) const {
  const auto found = seen.renders.find(job.prompt_id);
  const RenderReading* render = found == seen.renders.end() ? nullptr : found->second.known();
  return render != nullptr && (render->state == RenderState::finished || render->state == RenderState::failed);
}

std::optional<Duration> Situation::usual_render(const std::string& kind) const {
  if (!usual_renders_known) usual_renders_known = usual_renders(ledger);
  const auto found = usual_renders_known->find(kind);
  return found == usual_renders_known->end() ? std::nullopt : std::optional(found->second);
}

TimePoint Situation::last_render(const RendererSpec& renderer) const {
  TimePoint last = TimePoint::min();
  for (const auto& [id, job] : ledger.jobs)
    if (job.attempt_at && renderer_of(job) == &renderer) last = std::max(last, *job.attempt_at);
  return last;
}

bool Situation::is_rendering_for_us(const RendererSpec& renderer) const {
  const auto is_submit = [&](const InFlight& one) {
    const auto* submit = std::get_if<SubmitRender>(&one.action);
    return submit != nullptr && submit->renderer == renderer.server.name;
  };
  if (std::ranges::any_of(in_flight, is_submit)) return true;
  const RendererReading* reading = this->renderer(renderer.server.name);
  if (reading == nullptr || (reading->running.empty() && reading->pending.empty())) return false;
  return std::ranges::any_of(ledger.jobs, [&](const auto& row) {
    const std::string& id = row.second.prompt_id;
    return !id.empty() && (std::ranges::find(reading->running, id) != reading->running.end() ||
                           std::ranges::find(reading->pending, id) != reading->pending.end());
  });
}

bool Situation::has_kept_memory_since(const RendererSpec& renderer, TimePoint moment) const {
  const auto release = seen.attempts.find("release " + renderer.server.name);
  return release != seen.attempts.end() && release->second.error &&
         release->second.last_at - config.swap.release_limit >= moment;
}

}  // namespace malin
