// How long one decision takes, and how it grows: the loop makes one for every event, so it must cost next to nothing.
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <benchmark/benchmark.h>

#include "core/decide.hpp"
#include "core/planner.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace malin;

const TimePoint now{Duration{1'790'000'000'000}};

std::string numbered(std::string name, std::int64_t i) { return std::move(name) + std::to_string(i); }

void add_card(Config& config, std::int64_t number) {
  const std::string card = numbered("gpu", number);
  const std::string renderer = numbered("comfyui", number);
  config.cards.push_back({.name = card, .headroom = mebibytes(256)});
  config.renderers.push_back({.server = {.name = renderer}, .card = card, .rest = mebibytes(256)});
  for (const char* name : {"selfie", "video"}) {
    KindSpec kind{.name = numbered(name, number), .tag = numbered(name, number), .renderer = renderer};
    kind.is_video = name == std::string("video");
    kind.need = gibibytes(kind.is_video ? 14 : 6);
    kind.patience = kind.render_limit = Duration{120'000};
    kind.status_line = "taking your photo, back in a sec";
    config.kinds.push_back(kind);
  }
}

void add_sense(Config& config, const std::string& name, const std::string& card, Bytes footprint, int impact) {
  SenseSpec sense{.name = name, .engine = "lmstudio", .card = card, .model = name, .identifier = name};
  sense.footprint = footprint;
  sense.impact = impact;
  sense.load_limit = Duration{180'000};
  config.senses.push_back(sense);
}

// The example rig for 3 senses; for more, 8 on each card, all of one engine.
Config rig(std::int64_t senses) {
  Config config;
  config.engines.push_back({.server = {.name = "lmstudio"}});
  config.courier = CourierSpec{};
  config.swap = {.idle_grace = Duration{8'000},
                 .absence_limit = Duration{600'000},
                 .settle_limit = Duration{15'000},
                 .release_limit = Duration{20'000},
                 .abort_hold = Duration{600'000},
                 .fast_probe = Duration{500},
                 .slow_probe = Duration{5'000}};
  if (senses == 3) {
    add_card(config, 0);
    add_sense(config, "brain", "gpu0", gibibytes(19), 10);
    add_sense(config, "vision", "gpu0", gibibytes(6), 3);
    add_sense(config, "voice", "gpu0", mebibytes(3606), 8);
    config.senses.back().evictable = false;
    return config;
  }
  for (std::int64_t i = 0; i < senses; ++i) {
    if (i % 8 == 0) add_card(config, i / 8);
    const int impact = static_cast<int>(i % 8) + 1;
    add_sense(config, numbered("sense", i), numbered("gpu", i / 8), mebibytes(3000 + 37 * (i % 8)), impact);
  }
  return config;
}

// So many queued jobs, of all kinds in turn.
Ledger backlog(const Config& config, std::int64_t jobs) {
  Ledger ledger;
  for (std::int64_t i = 1; i <= jobs; ++i) {
    const KindSpec& kind = config.kinds[static_cast<std::size_t>(i) % config.kinds.size()];
    Job& job = ledger.jobs[numbered("j-", i)];
    job = {.id = numbered("j-", i), .kind = kind.name, .prompt = "a rainy window"};
    job.created_at = now - Duration{jobs - i};
  }
  for (const SenseSpec& sense : config.senses) {
    Profile& profile = ledger.profiles[sense.name];
    profile.sense = sense.name;
    profile.resident = {.model = sense.model, .identifier = sense.identifier, .instance = sense.name};
  }
  return ledger;
}

// Everyone is there, every card is full, and she spoke a moment ago.
Observation full_cards(const Config& config) {
  Observation seen;
  for (const CardSpec& card : config.cards) {
    const CardReading reading{.total = gibibytes(32), .used = gibibytes(31), .free = gibibytes(1)};
    seen.cards[card.name] = {.value = reading, .at = now, .tried_at = now};
  }
  EngineReading engine;
  for (const SenseSpec& sense : config.senses) {
    engine.residents.push_back({.model = sense.model, .identifier = sense.identifier, .instance = sense.name});
    seen.deep_probes[sense.name] = {.instance = sense.name, .at = now};
  }
  seen.engines["lmstudio"] = {.value = engine, .at = now, .tried_at = now};
  for (const RendererSpec& renderer : config.renderers)
    seen.renderers[renderer.server.name] = {.value = RendererReading{}, .at = now, .tried_at = now};
  seen.presence.quiet_since = now - Duration{2'000};
  seen.started_at = now - Duration{60'000};
  return seen;
}

void count_allocations(benchmark::State& state, std::int64_t before) {
  const auto made = static_cast<double>(allocations.load() - before);
  state.counters["allocations"] = made / static_cast<double>(state.iterations());
}

void decide_for(benchmark::State& state) {
  const Config config = rig(state.range(0));
  const Ledger ledger = backlog(config, state.range(1));
  const Observation seen = full_cards(config);
  const std::int64_t before = allocations.load();
  for (auto round : state) {
    const Decision decision = decide(config, ledger, seen, {}, now);
    benchmark::DoNotOptimize(&decision);
    if (!decision.changes.empty() || decision.waits.size() != ledger.jobs.size()) state.SkipWithError("not at rest");
  }
  count_allocations(state, before);
}
BENCHMARK(decide_for)
    ->Name("decide")
    ->ArgNames({"senses", "jobs"})
    ->ArgsProduct({{3, 64, 1000}, {10, 100, 1000, 10'000}})
    ->Unit(benchmark::kMicrosecond);

// Chance that is the same in every run.
struct Dice {
  std::uint64_t state = 7;

  std::int64_t below(std::int64_t n) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::int64_t>(state >> 33) % n;
  }
};

enum class Likeness { none, impacts, footprints, ratios, nearly_ratios };

std::vector<Candidate> candidates(Likeness likeness, std::int64_t count) {
  Dice dice;
  std::vector<Candidate> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const int k = 1 + static_cast<int>(dice.below(100));
    const Bytes any{gibibytes(1).count + dice.below(20) * gibibytes(1).count + dice.below(1 << 30)};
    switch (likeness) {
      case Likeness::none:
        all.push_back({numbered("s", i), any, k});
        break;
      case Likeness::impacts:
        all.push_back({numbered("s", i), any, 3});
        break;
      case Likeness::footprints:
        all.push_back({numbered("s", i), {gibibytes(5).count + dice.below(1000)}, k});
        break;
      case Likeness::ratios:
        all.push_back({numbered("s", i), mebibytes(256 * k), k});
        break;
      case Likeness::nearly_ratios:
        all.push_back({numbered("s", i), {mebibytes(256 * k).count + dice.below(1 << 20)}, k});
        break;
    }
  }
  return all;
}

void plan_for(benchmark::State& state, Likeness likeness) {
  const std::vector<Candidate> all = candidates(likeness, state.range(0));
  Bytes missing;
  for (const Candidate& one : all) missing += one.footprint;
  missing.count = missing.count / 100 * state.range(1);
  const std::int64_t before = allocations.load();
  for (auto round : state) benchmark::DoNotOptimize(plan_eviction(missing, all));
  count_allocations(state, before);
}
void sizes(benchmark::internal::Benchmark* plan) {
  plan->ArgNames({"senses", "percent"})->ArgsProduct({{3, 8, 16, 32, 64}, {10, 50, 90}});
  plan->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(plan_for, nothing_alike, Likeness::none)->Apply(sizes);
BENCHMARK_CAPTURE(plan_for, equal_impacts, Likeness::impacts)->Apply(sizes);
BENCHMARK_CAPTURE(plan_for, nearly_equal_footprints, Likeness::footprints)->Apply(sizes);
BENCHMARK_CAPTURE(plan_for, equal_ratios, Likeness::ratios)->Apply(sizes);
BENCHMARK_CAPTURE(plan_for, nearly_equal_ratios, Likeness::nearly_ratios)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
