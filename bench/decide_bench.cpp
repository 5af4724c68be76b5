// How long one decision takes: the loop makes one for every event, so it must cost next to nothing.
#include <chrono>
#include <cstdio>
#include <string>

#include "core/decide.hpp"

namespace {

using namespace malin;

Config rig() {
  Config config;
  config.cards.push_back({.name = "gpu0", .headroom = mebibytes(256)});
  config.engines.push_back({.server = {.name = "lmstudio"}});
  config.renderers.push_back({.server = {.name = "comfyui"}, .card = "gpu0", .rest = mebibytes(256)});
  for (int i = 0; i < 8; ++i) {
    const std::string name = "sense" + std::to_string(i);
    SenseSpec sense{.name = name, .engine = "lmstudio", .card = "gpu0", .model = name, .identifier = name};
    sense.footprint = gibibytes(3);
    sense.impact = i + 1;
    sense.load_limit = Duration{180'000};
    config.senses.push_back(sense);
  }
  KindSpec kind{.name = "selfie", .tag = "SELFIE", .renderer = "comfyui", .need = gibibytes(6)};
  kind.patience = Duration{120'000};
  kind.render_limit = Duration{120'000};
  config.kinds.push_back(kind);
  config.swap = {.idle_grace = Duration{8'000},
                 .absence_limit = Duration{600'000},
                 .settle_limit = Duration{15'000},
                 .release_limit = Duration{20'000},
                 .abort_hold = Duration{600'000},
                 .fast_probe = Duration{500},
                 .slow_probe = Duration{5'000}};
  return config;
}

Ledger backlog(int jobs, TimePoint now) {
  Ledger ledger;
  for (int i = 1; i <= jobs; ++i) {
    const std::string id = "j-" + std::to_string(i);
    ledger.jobs[id] = Job{.id = id, .kind = "selfie", .prompt = "a rainy window", .created_at = now};
  }
  return ledger;
}

Observation full_card(const Config& config, TimePoint now) {
  Observation seen;
  CardReading card{.total = gibibytes(32), .used = gibibytes(31), .free = gibibytes(1)};
  seen.cards["gpu0"] = {.value = card, .at = now, .tried_at = now};
  EngineReading engine;
  for (const SenseSpec& sense : config.senses) {
    engine.residents.push_back({.model = sense.model, .identifier = sense.identifier, .instance = sense.name});
    seen.deep_probes[sense.name] = {.instance = sense.name, .at = now};
  }
  seen.engines["lmstudio"] = {.value = engine, .at = now, .tried_at = now};
  seen.renderers["comfyui"] = {.value = RendererReading{}, .at = now, .tried_at = now};
  seen.presence.quiet_since = now - Duration{2'000};
  seen.started_at = now - Duration{60'000};
  return seen;
}

}  // namespace

int main() {
  constexpr int rounds = 5'000;
  const TimePoint now{Duration{1'790'000'000'000}};
  const Config config = rig();
  const Observation seen = full_card(config, now);
  for (const int jobs : {0, 10, 100}) {
    const Ledger ledger = backlog(jobs, now);
    std::size_t work = 0;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
      const Decision decision = decide(config, ledger, seen, {}, now);
      work += decision.changes.size() + decision.actions.size();
    }
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - began;
    std::printf("decide, 8 senses, %3d jobs: %7.1f us a decision (%zu steps in %d rounds)\n", jobs,
                spent.count() / rounds, work, rounds);
  }
  return 0;
}
