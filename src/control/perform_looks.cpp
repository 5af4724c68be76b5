// The executor's looks at the outside (control/executor.hpp).
#include <algorithm>

#include <spdlog/spdlog.h>

#include "control/deadline.hpp"
#include "control/executor.hpp"
#include "control/record.hpp"

namespace malin::control {

namespace {

constexpr Duration card_limit{5'000};
constexpr Duration server_limit{30'000};
constexpr Duration deep_probe_limit{120'000};  // The first token after a load can take a while.
constexpr Duration absent_check{1'000};

}  // namespace

Task<Result<void>> Executor::perform(ProbeCard action) {
  const TimePoint asked_at = ports_.clock.now();
  Task<Result<CardReading>> probe = ports_.cards.at(action.card)->probe();
  const Result<CardReading> answer = co_await within(ports_.clock, card_limit, "card " + action.card, std::move(probe));
  Reading<CardReading>& reading = seen_.cards[action.card];
  if (!answer && reading.failures == 0) spdlog::warn("card={} error=\"{}\"", action.card, answer.error().message);
  record(reading, asked_at, answer);
  co_return Result<void>();
}

void Executor::note_busy(const EngineReading& reading) {
  for (const SenseSpec& sense : config_.senses) {
    const auto is_own_probe = [&](const InFlight& one) { return key_of(one.action) == "probe sense " + sense.name; };
    if (std::ranges::any_of(in_flight_, is_own_probe)) continue;
    for (const Resident& resident : reading.residents)
      if (resident.identifier == sense.identifier && resident.state == ResidentState::busy)
        seen_.presence.quiet_since = ports_.clock.now();
  }
}

Task<Result<void>> Executor::perform(ProbeEngine action) {
  const TimePoint asked_at = ports_.clock.now();
  Task<Result<EngineReading>> probe = ports_.engines.at(action.engine)->probe();
  const Result<EngineReading> answer = co_await within(ports_.clock, server_limit, action.engine, std::move(probe));
  Reading<EngineReading>& reading = seen_.engines[action.engine];
  if (!answer && reading.failures == 0) spdlog::warn("engine={} error=\"{}\"", action.engine, answer.error().message);
  if (answer && reading.error) spdlog::info("engine={} answers again", action.engine);
  record(reading, asked_at, answer);
  if (answer) note_busy(*answer);
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(ProbeRenderer action) {
  const TimePoint asked_at = ports_.clock.now();
  Task<Result<RendererReading>> probe = ports_.renderers.at(action.renderer)->probe();
  const Result<RendererReading> answer = co_await within(ports_.clock, server_limit, action.renderer, std::move(probe));
  Reading<RendererReading>& reading = seen_.renderers[action.renderer];
  if (!answer && reading.failures == 0)
    spdlog::warn("renderer={} error=\"{}\"", action.renderer, answer.error().message);
  if (answer && reading.error) spdlog::info("renderer={} answers again", action.renderer);
  record(reading, asked_at, answer);
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(ProbeSense action) {
  const TimePoint asked_at = ports_.clock.now();
  Task<Result<void>> probe = ports_.engines.at(action.engine)->probe_sense(action.identifier);
  Result<void> answer = co_await within(ports_.clock, deep_probe_limit, action.sense, std::move(probe));
  DeepProbe& deep = seen_.deep_probes[action.sense];
  deep.instance = action.instance;
  deep.at = asked_at;
  deep.error.reset();
  if (!answer) deep.error = answer.error();
  co_return answer;
}

Task<Result<void>> Executor::perform(LookUpRender action) {
  Renderer& renderer = *ports_.renderers.at(action.renderer);
  TimePoint asked_at = ports_.clock.now();
  Task<Result<RenderReading>> look = renderer.look_up(action.prompt_id);
  Result<RenderReading> answer = co_await within(ports_.clock, server_limit, action.renderer, std::move(look));
  // A render that just ended is for a moment neither queued nor in the history: once it was submitted, absent is
  // believed on a second look only.
  const bool was_submitted = seen_.attempts.contains("submit " + action.prompt_id);
  if (was_submitted && answer && answer->state == RenderState::absent) {
    co_await ports_.clock.sleep_until(ports_.clock.now() + absent_check);
    asked_at = ports_.clock.now();
    Task<Result<RenderReading>> again = renderer.look_up(action.prompt_id);
    answer = co_await within(ports_.clock, server_limit, action.renderer, std::move(again));
  }
  record(seen_.renders[action.prompt_id], asked_at, answer);
  co_return Result<void>();
}

}  // namespace malin::control
