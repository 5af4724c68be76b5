// A home to test with: one card, filled to its last half GiB by a brain, eyes and a voice, and two kinds of media.
#pragma once

#include <algorithm>

#include "core/change.hpp"
#include "core/decide.hpp"
#include "core/delivery.hpp"
#include "core/readiness.hpp"

namespace malin::fake {

using namespace std::chrono_literals;

inline const TimePoint start{Duration{1'790'000'000'000}};

inline Bytes tenths(std::int64_t n) { return Bytes{(n << 30) / 10}; }  // Of a GiB.

inline SenseSpec sense(std::string name, Bytes footprint, int impact) {
  SenseSpec spec{.name = name, .engine = "lmstudio", .card = "gpu0", .model = name + "-model", .identifier = name};
  spec.load_config = "{\"for\":\"" + name + "\"}";
  spec.footprint = footprint;
  spec.impact = impact;
  spec.load_limit = 30s;
  return spec;
}

inline Config home() {
  Config config;
  config.cards.push_back({.name = "gpu0", .headroom = mebibytes(256)});
  config.engines.push_back({.server = {.name = "lmstudio", .can_start = true, .can_restart = true}});
  config.renderers.push_back(
      {.server = {.name = "comfyui", .can_start = true, .can_restart = true}, .card = "gpu0", .rest = mebibytes(300)});
  config.senses = {sense("brain", gibibytes(19), 10), sense("vision", gibibytes(6), 3), sense("voice", tenths(45), 5)};
  KindSpec selfie{.name = "selfie", .tag = "SELFIE", .renderer = "comfyui", .need = gibibytes(6)};
  selfie.evict = std::vector<std::string>{"vision"};
  selfie.patience = 60s;
  selfie.render_limit = 60s;
  selfie.status_line = "taking your photo";
  selfie.caption = "me";
  selfie.prompt_bytes_max = 200;
  selfie.slots = {{"style", "plain"}};
  KindSpec video{.name = "video", .tag = "VIDEO", .renderer = "comfyui", .need = gibibytes(14)};
  video.patience = 60s;
  video.render_limit = 60s;
  video.status_line = "filming";
  video.is_video = true;
  video.prompt_bytes_max = 200;
  config.kinds = {selfie, video};
  config.swap = {.idle_grace = 3s,
                 .absence_limit = 120s,
                 .settle_limit = 5s,
                 .release_limit = 5s,
                 .abort_hold = 20s,
                 .fast_probe = 500ms,
                 .slow_probe = 5s};
  config.courier = CourierSpec{};
  return config;
}

inline Resident resident_of(const SenseSpec& spec) {
  return {.model = spec.model,
          .identifier = spec.identifier,
          .instance = spec.name + "#1",
          .load_config = spec.load_config,
          .ttl = spec.ttl};
}

// A moment at which everyone is there and proved, and everything was looked at just now.
struct Moment {
  Config config = home();
  Ledger ledger;
  Observation seen;
  std::vector<InFlight> in_flight;
  TimePoint now = start;

  explicit Moment(Config chosen = home()) : config(std::move(chosen)) {
    EngineReading engine;
    for (const SenseSpec& spec : config.senses) {
      const Resident resident = resident_of(spec);
      engine.residents.push_back(resident);
      seen.deep_probes[spec.name] = {.instance = resident.instance, .at = now};
      ledger.profiles[spec.name] = {.sense = spec.name, .resident = resident};
    }
    seen.engines["lmstudio"] = {.value = engine, .at = now, .tried_at = now};
    seen.renderers["comfyui"] = {.value = RendererReading{}, .at = now, .tried_at = now};
    seen.started_at = seen.presence.quiet_since = now - 60s;
    show_free(tenths(5));
  }

  void show_free(Bytes free) {
    CardReading card{.total = gibibytes(32), .used = gibibytes(32) - free, .free = free};
    card.holders = {{.pid = 7, .name = "lmstudio", .used = gibibytes(29)}, {.pid = 8, .name = "game", .used = free}};
    seen.cards["gpu0"] = {.value = card, .at = now, .tried_at = now};
  }
  // Time passes, and everything is looked at again.
  void pass(Duration length) {
    now += length;
    for (auto& [name, reading] : seen.cards) reading.at = reading.tried_at = now;
    for (auto& [name, reading] : seen.engines) reading.at = reading.tried_at = now;
    for (auto& [name, reading] : seen.renderers) reading.at = reading.tried_at = now;
  }
  std::vector<Resident>& residents() { return seen.engines.at("lmstudio").value->residents; }
  Resident& resident(std::string_view identifier) {
    return *std::ranges::find(residents(), identifier, &Resident::identifier);
  }
  void take_away(std::string_view identifier) {
    std::erase_if(residents(), [&](const Resident& one) { return one.identifier == identifier; });
  }
  RendererReading& renderer() { return *seen.renderers.at("comfyui").value; }
  Job& queue(std::string kind, int number = 1) {
    const std::string id = "j-" + std::to_string(number);
    return ledger.jobs[id] = Job{.id = id, .kind = std::move(kind), .prompt = "p", .created_at = now};
  }
  void commit(const Changes& changes) {
    follow_armed(ledger, changes, seen.armed);
    apply(ledger, changes);
  }
  void begin_turn(Duration length) { seen.presence.turns.push_back({"t", now, now + length}); }

  Situation situation() const { return {config, ledger, seen, in_flight, now}; }
  std::vector<SenseView> views() const { return view_senses(situation()); }
  Decision decide() const { return malin::decide(config, ledger, seen, in_flight, now); }
};

// The actions or changes of one type.
template <class T, class All>
std::vector<T> all_of(const All& all) {
  std::vector<T> some;
  for (const auto& one : all)
    if (const T* match = std::get_if<T>(&one)) some.push_back(*match);
  return some;
}

inline std::string events_of(const Changes& changes) {
  std::string text;
  for (const AddEvent& add : all_of<AddEvent>(changes)) text += add.event.text + "\n";
  return text;
}

}  // namespace malin::fake
