// The loop of the daemon around the fake home: decides, commits, does, and after every step checks what must always
// hold. Deterministic; a daemon killed anywhere is a new Observation over the old Ledger.
#pragma once

#include "core/change.hpp"
#include "core/delivery.hpp"
#include "core/fake_executor.hpp"
#include "core/requests.hpp"

namespace malin::fake {

class World {
 public:
  Config config;
  Ledger ledger;
  Observation seen;
  TimePoint now = start;
  Outside outside{config};
  std::string log;       // The timeline.
  int steps = 0;         // Decisions so far.
  bool is_quiet = true;  // The newest decision changed nothing and only looked.

  explicit World(Config chosen = home()) : config(std::move(chosen)) {
    boot();
    run_until_rest(60s);
  }

  JobId submit(const std::string& kind) {
    const auto accepted = submit_job(config, ledger, {.kind = kind, .prompt = "a " + kind}, now);
    commit(accepted->changes);
    return accepted->job.id;
  }
  void commit(const Changes& changes) {
    follow_armed(ledger, changes, seen.armed);
    apply(ledger, changes);
    log += events_of(changes);
    forget(changes);
  }
  void begin_turn(Duration length) { seen.presence.turns.push_back({"t", now, now + length}); }
  void end_turns() {
    seen.presence.turns.clear();
    seen.presence.quiet_since = now;
  }
  const Job& job(const JobId& id) const { return ledger.jobs.at(id); }
  const Window* window() const { return ledger.open_window("gpu0"); }
  bool is_in(WindowPhase phase) const { return window() != nullptr && window()->phase == phase; }
  bool is_running(const std::string& verb) const {
    return std::ranges::any_of(executor_.in_flight(),
                               [&](const InFlight& one) { return key_of(one.action).starts_with(verb); });
  }
  SenseState state(const std::string& sense) const {
    const auto flying = executor_.in_flight();
    const Situation situation{config, ledger, seen, flying, now};
    return find_view(view_senses(situation), sense)->state;
  }
  bool is_all_ready() const {
    return std::ranges::all_of(config.senses, [&](const auto& s) { return state(s.name) == SenseState::ready; });
  }

  // The daemon dies. What it had started arrives outside, or is lost on the way.
  void crash(bool arrives) {
    executor_.abandon(arrives);
    boot();
  }

  void step() {
    ++steps;
    const auto flying = executor_.in_flight();
    const Decision decision = decide(config, ledger, seen, flying, now);
    check(decision);
    is_quiet = decision.changes.empty() && std::ranges::all_of(decision.actions, is_look);
    if (!decision.changes.empty()) {
      ASSERT_LT(++changes_in_a_row_, 30) << "the decisions do not come to rest:\n" << log;
      return commit(decision.changes);
    }
    changes_in_a_row_ = 0;
    for (const Action& action : decision.actions) executor_.begin(action, now);
    pass_to(std::min({decision.wake_at.value_or(now + 30s), executor_.next_end(), now + 30s}));
  }

  template <class Condition>
  bool run_until(Condition condition, Duration limit) {
    for (const TimePoint end = now + limit; now < end && !testing::Test::HasFatalFailure(); step())
      if (condition()) return true;
    return condition();
  }
  // These are over, everyone is back, and nothing goes on any more.
  bool run_until_done(const std::vector<JobId>& jobs, Duration limit) {
    const auto is_done = [&](const JobId& id) { return is_over(job(id).state); };
    return run_until([&] { return std::ranges::all_of(jobs, is_done) && is_all_ready(); }, limit) &&
           run_until_rest(limit);
  }
  // Nothing but looks for a while, and no window.
  bool run_until_rest(Duration limit) {
    TimePoint busy_at = now;
    return run_until(
        [&] {
          if (!is_quiet || window() != nullptr || executor_.is_doing()) busy_at = now;
          return busy_at + 11s <= now;
        },
        limit);
  }

 private:
  static bool is_look(const Action& action) { return Executor::is_look(action); }

  void boot() {
    seen = {};
    seen.started_at = seen.presence.quiet_since = now;
  }
  void pass_to(TimePoint moment) {
    ASSERT_GT(moment, now);
    now = moment;
    outside.tick(now);
    executor_.end_due(now);
    outside.tick(now);
  }
  void forget(const Changes& changes);
  void check(const Decision& decision);
  void check(const UnloadResident& unload);
  void check(const LoadSense& load);
  void check(const SubmitRender& submit);

  Executor executor_{config, outside, ledger, seen};
  int changes_in_a_row_ = 0;
};

// What the executor keeps of outcomes that the ledger holds now.
inline void World::forget(const Changes& changes) {
  for (const PutOutbox& put : all_of<PutOutbox>(changes)) seen.sent.erase(put.item.id);
  const auto is_rendering = [this](const std::string& name) {
    return std::ranges::any_of(ledger.jobs, [&](const auto& row) {
      return row.second.state == JobState::rendering && (row.second.prompt_id == name || row.first == name);
    });
  };
  std::erase_if(seen.renders, [&](const auto& row) { return !is_rendering(row.first); });
  std::erase_if(seen.collected, [&](const auto& row) { return !is_rendering(row.first); });
  std::erase_if(seen.attempts, [&](const auto& row) {
    const std::string& key = row.first;
    const bool is_of_render = key.starts_with("submit ") || key.starts_with("collect ");
    return is_of_render && !is_rendering(key.substr(key.rfind(' ') + 1));
  });
}

inline void World::check(const Decision& decision) {
  EXPECT_GT(decision.wake_at.value_or(TimePoint::max()), now) << "the loop would spin";
  if (!decision.changes.empty()) {
    const auto needs_promise = [](const Action& action) {
      return !is_look(action) && !std::holds_alternative<ProbeSense>(action) &&
             !std::holds_alternative<LoadSense>(action) && !std::holds_alternative<StartServer>(action) &&
             !std::holds_alternative<RestartServer>(action) && !std::holds_alternative<ReleaseRenderer>(action);
    };
    EXPECT_TRUE(std::ranges::none_of(decision.actions, needs_promise));
    return;
  }
  std::vector<std::string> keys;
  for (const InFlight& one : executor_.in_flight()) keys.push_back(key_of(one.action));
  for (const Action& action : decision.actions) keys.push_back(key_of(action));
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end()) << "one thing done twice at a time";
  for (const UnloadResident& one : all_of<UnloadResident>(decision.actions)) check(one);
  for (const LoadSense& one : all_of<LoadSense>(decision.actions)) check(one);
  for (const SubmitRender& one : all_of<SubmitRender>(decision.actions)) check(one);
  for (const auto& [sense, absence] : ledger.absences)
    EXPECT_LE(now, absence.deadline) << sense << " is away longer than its limit";
}

inline void World::check(const UnloadResident& unload) {
  const SenseSpec* spec = config.sense(unload.sense);
  ASSERT_NE(spec, nullptr);
  EXPECT_TRUE(spec->evictable);
  EXPECT_TRUE(ledger.settings.swap_enabled) << "an unload with swapping off";
  EXPECT_FALSE((Situation{config, ledger, seen, {}, now}.is_turn_open())) << "an unload in the middle of a turn";
  const Resident* resident = outside.resident(unload.identifier);
  EXPECT_TRUE(resident == nullptr || resident->model == spec->model) << "an unload of a model that is no sense";
  if (unload.identifier.starts_with(spec->identifier + ":")) return;  // A stacked copy.
  ASSERT_TRUE(ledger.absences.contains(unload.sense)) << "an unload before its absence";
  EXPECT_FALSE(ledger.absences.at(unload.sense).resident.load_config.empty());
}

inline void World::check(const LoadSense& load) {
  EXPECT_FALSE(ledger.absences.contains(load.sense));
  EXPECT_EQ(outside.running(), nullptr) << "a load into a render";
  const auto release = seen.attempts.find("release comfyui");
  const bool is_reported = release != seen.attempts.end() && release->second.failures > 0;
  EXPECT_TRUE(outside.held <= config.renderers[0].rest || is_reported) << "a load before the release";
}

inline void World::check(const SubmitRender& submit) {
  EXPECT_EQ(outside.running(), nullptr) << "two renders at a time";
  const KindSpec& kind = *config.kind(job(submit.job).kind);
  EXPECT_GE(outside.free() + outside.held - config.cards[0].headroom, kind.need) << "a render without room";
}

}  // namespace malin::fake
