// The checker's view of what goes over the wires: loads, unloads, submissions.
#include <algorithm>

#include <fmt/format.h>

#include "core/footprint.hpp"
#include "sim/checker.hpp"

namespace malin::sim {

namespace {

bool is_look(const world::PortCall& call) {
  return call.verb == "probe" || call.verb == "look up" || call.verb == "deep probe" || call.verb == "show activity";
}

}  // namespace

void Checker::called(const world::PortCall& call, world::Mishap mishap) {
  if (!is_look(call) || mishap != world::Mishap::none)
    journal_.tell(
        universe_.clock.now(),
        fmt::format("{}: {} {}{}", call.port, call.verb, call.subject,
                    mishap == world::Mishap::none ? "" : fmt::format(" [on its way: {}]", to_string(mishap))));
  if (call.verb == "load") check_load(call);
  if (call.verb == "unload") check_unload(call);
  if (call.verb == "release") {
    Release& release = releases_[call.port];
    if (!release.is_tried) release.since = universe_.clock.now();
    release.is_tried = true;
  }
  if (call.verb == "submit") judge_room(call);
  if (is_at_rest_)
    holds(13, is_look(call),
          [&] { return fmt::format("at rest, {} is told to {} {}", call.port, call.verb, call.subject); });
}

void Checker::answered(const world::PortCall& call, const Error* error) {
  const TimePoint now = universe_.clock.now();
  if (call.verb == "probe") {
    if (config_.card(call.port) != nullptr) cards_[call.port].arrived(call.at, error == nullptr);
    if (config_.engine(call.port) != nullptr) engines_[call.port].arrived(call.at, error == nullptr);
    if (config_.renderer(call.port) != nullptr) renderers_[call.port].arrived(call.at, error == nullptr);
  }
  if (!is_look(call) && error != nullptr)
    journal_.tell(now, fmt::format("{}: {} {} -> {}: {}", call.port, call.verb, call.subject, to_string(error->code),
                                   error->message));
}

void Checker::card_told(const std::string& card, TimePoint asked_at, const CardReading& reading) {
  cards_[card].on_way(asked_at, reading);
}

void Checker::engine_told(const std::string& engine, TimePoint asked_at, const EngineReading& reading) {
  engines_[engine].on_way(asked_at, reading);
  for (const SenseSpec& sense : config_.senses)
    for (const Resident& resident : reading.residents)
      if (sense.engine == engine && sense.model == resident.model) configs_[sense.name].insert(resident.load_config);
}

void Checker::renderer_told(const std::string& renderer, TimePoint asked_at, const RendererReading& reading) {
  renderers_[renderer].on_way(asked_at, reading);
}

void Checker::deep_probed(const std::string& engine, const std::string& reference) {
  proved_[engine].insert(reference);
}

const SenseSpec* Checker::sense_of(const std::string& engine, const std::string& identifier) const {
  for (const SenseSpec& sense : config_.senses)
    if (sense.engine == engine && sense.identifier == identifier) return &sense;
  return nullptr;
}

std::optional<std::string> Checker::model_of(const std::string& engine, const std::string& identifier) {
  if (universe_.voice(engine) != nullptr) return "chatterbox";
  Studio* studio = universe_.studio(engine);
  const auto instance = studio == nullptr ? std::nullopt : studio->studio.find(identifier);
  if (instance) return instance->model;
  const auto told = engines_.find(engine);
  if (told != engines_.end() && told->second.value)
    for (const Resident& resident : told->second.value->residents)
      if (resident.identifier == identifier) return resident.model;
  return std::nullopt;
}

// A further copy of a sense that is there itself.
bool Checker::is_duplicate(const SenseSpec& sense, const std::string& identifier) const {
  const auto told = engines_.find(sense.engine);
  return identifier != sense.identifier && told != engines_.end() && told->second.value &&
         std::ranges::any_of(told->second.value->residents, [&](const Resident& resident) {
           return resident.model == sense.model && resident.identifier != identifier;
         });
}

void Checker::check_unload(const world::PortCall& call) {
  const TimePoint now = universe_.clock.now();
  const std::string what = fmt::format("{} is told to unload {}", call.port, call.subject);
  for (const auto& [id, until] : turns_) holds(2, until <= now, fmt::format("{} while turn {} is open", what, id));
  holds(2, true, what);
  holds(10, settings_.swap_enabled, what + " while swapping is off");
  const EngineSpec* engine = config_.engine(call.port);
  const auto told = engines_.find(call.port);
  const bool is_known = told != engines_.end() && told->second.value &&
                        (!told->second.failing_since || *told->second.failing_since + Duration{10'000} > now);
  holds(12, is_known, what + ", and it is not known what is there");
  holds(12, engine != nullptr && engine->can_unload, what + ", which it cannot");

  const SenseSpec* sense = sense_of(call.port, call.subject);
  if (sense == nullptr) {
    const auto model = model_of(call.port, call.subject);
    for (const SenseSpec& one : config_.senses)
      if (one.engine == call.port && model && one.model == *model) sense = &one;
    if (!model) return;  // It is gone already, so nothing is touched.
  }
  if (!holds(12, sense != nullptr && sense->evictable, what + ", which is no sense that may be sent away")) return;
  holds(3, absences_.contains(sense->name) || is_duplicate(*sense, call.subject),
        what + " before its absence is committed");
}

void Checker::unloads(const std::string& engine, const std::string& identifier) {
  Studio* studio = universe_.studio(engine);
  const auto instance = studio == nullptr ? std::nullopt : studio->studio.find(identifier);
  if (instance) holds(2, instance->state == world::InstanceState::idle, identifier + " is unloaded while it speaks");
}

void Checker::check_load(const world::PortCall& call) {
  const TimePoint now = universe_.clock.now();
  const std::string what = fmt::format("{} is told to load {}", call.port, call.subject);
  ++reloads_;
  const SenseSpec* sense = sense_of(call.port, call.subject);
  if (sense == nullptr) {
    for (const auto& [name, profile] : profiles_)
      if (profile.resident.identifier == call.subject) sense = config_.sense(name);
  }
  if (!holds(12, sense != nullptr, what + ", which is no sense")) return;
  const auto engine = engines_.find(call.port);
  holds(12, engine != engines_.end() && engine->second.value, what + ", and it was never seen what is there");
  holds(9, !absences_.contains(sense->name), what + " although its absence is recorded");
  for (const RendererSpec& renderer : config_.renderers) {
    if (renderer.card != sense->card) continue;
    const Comfy* comfy = universe_.comfy(renderer.server.name);
    const Release& release = releases_[renderer.server.name];
    const Evidence<RendererReading>& told = renderers_[renderer.server.name];
    const bool is_silent = told.failing_since && *told.failing_since + Duration{3000} <= now;
    const bool is_given_up = is_silent || (release.is_tried && now >= release.since + config_.swap.release_limit);
    const bool is_back = !comfy->comfyui.alive() || comfy->comfyui.torch_reserved() <= renderer.rest;
    holds(
        5, is_back || is_given_up,
        fmt::format("{} while {} holds {}", what, renderer.server.name, format_bytes(comfy->comfyui.torch_reserved())));
    const world::ComfyRun* run = comfy->comfyui.running();
    const bool is_rendering = run != nullptr && run->prompt.client == "malin" && comfy->comfyui.worker_alive();
    holds(5, !is_rendering || is_given_up,
          fmt::format("{} while {} renders (it holds {})", what, renderer.server.name,
                      format_bytes(comfy->comfyui.torch_reserved())));
  }
}

// On what was known when it was asked for; what becomes known on its way comes too late.
void Checker::judge_room(const world::PortCall& call) {
  const TimePoint now = universe_.clock.now();
  const RendererSpec* spec = config_.renderer(call.port);
  const auto job = std::ranges::find_if(jobs_, [&](const auto& row) { return row.second.prompt_id == call.subject; });
  const KindSpec* kind = job == jobs_.end() ? nullptr : config_.kind(job->second.kind);
  const Evidence<CardReading>& card = cards_[spec->card];
  const Evidence<RendererReading>& told = renderers_[call.port];
  const Duration fresh = 4 * config_.swap.fast_probe + Duration{200};
  std::string& why = no_room_[call.subject];
  why.clear();
  if (kind == nullptr || !card.value || !told.value || card.asked_at < now - fresh || told.asked_at < now - fresh) {
    why = " without a fresh look at its card";
    return;
  }
  const Bytes room = card.value->free + told.value->held - config_.card(spec->card)->headroom;
  const Bytes need = need_of(learned_, *kind, job->second.params);
  if (room < need)
    why = fmt::format(", and the card has {} of the {} it needs", format_bytes(room), format_bytes(need));
}

void Checker::submits(const std::string& renderer, const RenderOrder& order) {
  const std::string what = fmt::format("{} is given {} to render", renderer, order.prompt_id);
  const auto job =
      std::ranges::find_if(jobs_, [&](const auto& row) { return row.second.prompt_id == order.prompt_id; });
  holds(3, job != jobs_.end() && job->second.state == JobState::rendering, what + " before that is committed");
  holds(4, no_room_[order.prompt_id].empty(), what + no_room_[order.prompt_id]);
  releases_.erase(renderer);
}

void Checker::render_started(const world::ComfyRun& run) {
  if (run.prompt.client != "malin") return;
  // The history goes with the process, so what is in it was run by this one.
  for (const auto& comfy : universe_.comfyuis)
    for (const world::ComfyRun& past : comfy->comfyui.history())
      holds(6, past.prompt.id != run.prompt.id, [&] { return run.prompt.id + " runs a second time"; });
}

}  // namespace malin::sim
