#include "proxy/load.hpp"

#include <algorithm>
#include <memory>

#include "proxy/caller.hpp"
#include "proxy/process.hpp"

namespace malin::bench {

namespace {

constexpr std::chrono::milliseconds warm_up{100};
constexpr std::chrono::seconds last_answers{10};  // For those under way at the end.
constexpr std::chrono::milliseconds look_interval{50};

bool is_anyone_busy(const std::vector<std::unique_ptr<Caller>>& callers) {
  return std::ranges::any_of(callers, [](const auto& caller) { return caller->is_busy(); });
}

void forget_warm_up(Outcome& outcome) {
  outcome.answers.clear();
  outcome.first_bytes.clear();
  outcome.tokens.clear();
  outcome.glued = 0;
}

void measure(Loop& loop, Nanoseconds length, int process, Outcome& outcome) {
  const Moment began = now();
  const Nanoseconds cpu_before = process == 0 ? Nanoseconds(0) : cpu_time(process);
  while (now() < began + length) {
    loop.run(std::min(began + length, now() + look_interval));
    if (process != 0) outcome.resident_bytes = std::max(outcome.resident_bytes, resident_bytes(process));
  }
  outcome.length = now() - began;
  if (process != 0) outcome.cpu = cpu_time(process) - cpu_before;
}

}  // namespace

Outcome put_load(Loop& loop, std::uint16_t port, const Scenario& scenario, int process) {
  const std::string request = make_request(scenario.query, scenario.request_bytes);
  Outcome outcome;
  std::vector<std::unique_ptr<Caller>> callers;
  const Moment began = now();
  for (int i = 0; i < scenario.callers; ++i) {
    auto caller = std::make_unique<Caller>(loop, port, request, outcome);
    loop.at(began + i * scenario.stagger, [caller = caller.get()] { caller->ask(); });
    callers.push_back(std::move(caller));
  }
  loop.run(began + warm_up);
  forget_warm_up(outcome);
  measure(loop, scenario.length, process, outcome);
  if (scenario.hangs_up) return outcome;
  Outcome measured = outcome;
  for (const auto& caller : callers) caller->stop();
  loop.run(now() + last_answers, [&] { return !is_anyone_busy(callers); });
  if (is_anyone_busy(callers)) ++outcome.broken;
  measured.broken = outcome.broken;
  return measured;
}

bool is_answered(Loop& loop, std::uint16_t port, Nanoseconds limit) {
  if (!is_listening(port)) return false;
  const std::string request = make_request("", 100);
  Outcome outcome;
  Caller caller(loop, port, request, outcome);
  caller.stop();
  caller.ask();
  loop.run(now() + limit, [&] { return !caller.is_busy(); });
  return caller.answered() == 1;
}

}  // namespace malin::bench
