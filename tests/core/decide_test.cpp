// Every combination of how three senses may stand, through the whole decision.
#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

enum class Residency { gone, loading, proved, failing, other_settings };
constexpr int residencies = 5;
constexpr int sense_cases = residencies * 2 * 2;  // Busy or not, evictable or not.

struct SenseCase {
  Residency residency;
  bool is_busy;
  bool is_evictable;
};

SenseCase sense_case(int number) { return {static_cast<Residency>(number / 4), (number & 1) != 0, (number & 2) != 0}; }

void put(Moment& moment, SenseSpec& spec, const SenseCase& one) {
  spec.evictable = one.is_evictable;
  if (one.residency == Residency::gone) return moment.take_away(spec.name);
  Resident& resident = moment.resident(spec.name);
  resident.state = one.is_busy ? ResidentState::busy : ResidentState::idle;
  if (one.residency == Residency::loading) resident.state = ResidentState::loading;
  if (one.residency == Residency::failing) moment.seen.deep_probes[spec.name].error = Error{Errc::bad_reply, "garbage"};
  if (one.residency == Residency::other_settings) resident.load_config = "{}";
}

// Commits what is decided until a decision changes nothing more, and returns that one.
Decision settle(Moment& moment) {
  for (int i = 0; i < 12; ++i) {
    Decision decision = moment.decide();
    if (decision.changes.empty()) return decision;
    for (const PutAbsence& put : all_of<PutAbsence>(decision.changes)) {
      if (moment.ledger.absences.contains(put.absence.sense)) continue;
      EXPECT_FALSE(moment.situation().is_turn_open());
      EXPECT_TRUE(moment.ledger.settings.swap_enabled);
      EXPECT_TRUE(moment.config.sense(put.absence.sense)->evictable);
      EXPECT_TRUE(decision.opens_window);
    }
    moment.commit(decision.changes);
  }
  ADD_FAILURE() << "it does not come to rest: " << events_of(moment.decide().changes);
  return {};
}

void expect_manners(const Moment& moment, const Decision& decision) {
  for (const UnloadResident& unload : all_of<UnloadResident>(decision.actions)) {
    EXPECT_FALSE(moment.situation().is_turn_open());
    EXPECT_TRUE(moment.ledger.settings.swap_enabled);
    const SenseSpec* spec = moment.config.sense(unload.sense);
    ASSERT_NE(spec, nullptr);
    EXPECT_TRUE(spec->evictable);
    EXPECT_EQ(unload.identifier, spec->identifier);
    EXPECT_TRUE(moment.ledger.absences.contains(unload.sense));
  }
  EXPECT_LE(all_of<LoadSense>(decision.actions).size(), 1u);
  EXPECT_TRUE(all_of<SubmitRender>(decision.actions).empty() || all_of<LoadSense>(decision.actions).empty());
  EXPECT_GT(decision.wake_at.value_or(TimePoint::max()), moment.now);
}

struct Combinations : testing::TestWithParam<std::tuple<bool, bool, bool>> {};  // Swap, turn, window open.

TEST_P(Combinations, never_an_unload_that_must_not_be) {
  const auto [is_swap_on, is_turn_open, is_window_open] = GetParam();
  for (int number = 0; number < sense_cases * sense_cases * sense_cases; ++number) {
    Moment moment;
    int rest = number;
    std::vector<SenseCase> cases;
    for (SenseSpec& spec : moment.config.senses) {
      cases.push_back(sense_case(rest % sense_cases));
      put(moment, spec, cases.back());
      rest /= sense_cases;
    }
    moment.residents().push_back({.model = "coder", .identifier = "coder", .instance = "c"});
    moment.ledger.settings.swap_enabled = is_swap_on;
    if (is_turn_open) moment.begin_turn(10s);
    moment.queue("video");
    moment.seen.attempts["probe sense brain"] = {.failures = 3, .last_at = start - 60s, .error = Error{}};
    if (is_window_open && moment.config.senses[1].evictable) {
      moment.ledger.windows[1] = {.id = 1, .card = "gpu0", .renderer = "comfyui", .evicted = {"vision"}};
      moment.ledger.windows[1].need = gibibytes(14);
      moment.ledger.windows[1].render_until = start + 60s;
      moment.ledger.windows[1].opened_at = moment.ledger.windows[1].phase_at = start;
      moment.ledger.absences["vision"] = {.sense = "vision", .window = 1, .deadline = start + 80s};
    }
    const Decision decision = settle(moment);
    expect_manners(moment, decision);
    const Decision again = moment.decide();
    EXPECT_TRUE(again.changes.empty()) << "the same moment was decided otherwise";
    EXPECT_EQ(again.actions.size(), decision.actions.size());
    if (HasFailure()) {
      for (const SenseCase& one : cases)
        std::printf("residency %d busy %d evictable %d\n", static_cast<int>(one.residency), one.is_busy,
                    one.is_evictable);
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(SwapTurnWindow, Combinations,
                         testing::Combine(testing::Bool(), testing::Bool(), testing::Bool()));

TEST(Decide, from_nothing_known_only_looks_follow) {
  Moment moment;
  moment.queue("selfie");
  moment.seen = {};
  moment.seen.started_at = moment.now;
  const Decision decision = moment.decide();
  EXPECT_TRUE(decision.changes.empty());
  EXPECT_EQ(decision.actions.size(), 3u);
  EXPECT_EQ(all_of<ProbeCard>(decision.actions).size(), 1u);
  EXPECT_EQ(all_of<ProbeEngine>(decision.actions).size(), 1u);
  EXPECT_EQ(all_of<ProbeRenderer>(decision.actions).size(), 1u);
}

TEST(Decide, at_rest_it_only_sleeps_until_the_next_look) {
  Moment moment;
  const Decision decision = moment.decide();
  EXPECT_TRUE(decision.changes.empty());
  EXPECT_TRUE(decision.actions.empty());
  EXPECT_EQ(decision.wake_at, moment.now + moment.config.swap.slow_probe);
}

TEST(Decide, a_decision_with_changes_starts_nothing_that_needs_a_promise) {
  Moment moment;
  moment.queue("selfie");
  const Decision decision = moment.decide();
  EXPECT_FALSE(decision.changes.empty());
  EXPECT_TRUE(decision.actions.empty());
  EXPECT_TRUE(decision.opens_window);
}

TEST(Decide, readings_that_are_too_old_are_unknown) {
  Moment moment;
  moment.now += 60s;
  moment.queue("selfie");
  const Decision decision = moment.decide();
  EXPECT_TRUE(decision.changes.empty());
  EXPECT_EQ(decision.actions.size(), 3u);
  EXPECT_EQ(decision.waits.at("j-1"), "comfyui does not answer");
}

}  // namespace
}  // namespace malin::fake
