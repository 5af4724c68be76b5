#include "core/supervise.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct SuperviseTest : testing::Test {
  Moment moment;

  Decision decide() const {
    const Situation situation = moment.situation();
    Draft draft(situation);
    supervise(situation, view_senses(situation), draft);
    return std::move(draft).finish();
  }
  std::vector<LoadSense> loads() const { return all_of<LoadSense>(decide().actions); }
  std::vector<UnloadResident> unloads() const { return all_of<UnloadResident>(decide().actions); }
  void lose(const std::string& sense, Bytes free) {
    moment.take_away(sense);
    moment.show_free(free);
  }
  void add_copy(const std::string& identifier) {
    Resident copy = moment.resident("brain");
    copy.identifier = identifier;
    moment.residents().push_back(copy);
  }
  Window& send_away(const std::string& sense) {
    moment.ledger.absences[sense] = {
        .sense = sense, .window = 1, .resident = moment.resident(sense), .deadline = start + 120s};
    Window& window = moment.ledger.windows[1];
    window.id = 1;
    window.card = "gpu0";
    window.renderer = "comfyui";
    window.evicted = {sense};
    return window;
  }
};

TEST_F(SuperviseTest, residents_that_are_right_are_adopted) {
  moment.ledger.profiles.clear();
  const Decision decision = decide();
  EXPECT_TRUE(decision.actions.empty());
  EXPECT_EQ(all_of<PutProfile>(decision.changes).size(), 3u);
  moment.commit(decision.changes);
  EXPECT_EQ(moment.ledger.profiles["brain"].resident, moment.resident("brain"));
  EXPECT_TRUE(decide().changes.empty());
}

TEST_F(SuperviseTest, nobody_is_loaded_into_less_room_than_a_person_says) {
  const Bytes configured = moment.config.sense("vision")->footprint;
  lose("vision", configured);
  EXPECT_EQ(loads().size(), 1u);
  moment.ledger.footprints["vision"] = {.name = "vision", .pinned = configured + gibibytes(2)};
  EXPECT_TRUE(loads().empty());
  moment.show_free(configured + gibibytes(2));
  EXPECT_EQ(loads().size(), 1u);
}

TEST_F(SuperviseTest, what_is_there_and_unproved_is_tried_with_one_token) {
  moment.seen.deep_probes.erase("brain");
  const auto probes = all_of<ProbeSense>(decide().actions);
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].instance, "brain#1");
  moment.resident("brain").state = ResidentState::busy;
  EXPECT_TRUE(decide().actions.empty()) << "who is talking is not disturbed";
}

TEST_F(SuperviseTest, a_missing_sense_is_loaded_as_it_was_last_seen_ready) {
  moment.ledger.profiles["brain"].resident.load_config = "as it was";
  lose("brain", gibibytes(20));
  ASSERT_EQ(loads().size(), 1u);
  EXPECT_EQ(loads()[0].resident.load_config, "as it was");
  EXPECT_EQ(loads()[0].limit, 30s);
  moment.ledger.profiles["brain"].resident.model = "another model, of an older config";
  EXPECT_EQ(loads()[0].resident.load_config, moment.config.senses[0].load_config);
  moment.ledger.profiles.clear();
  EXPECT_EQ(loads()[0].resident.identifier, "brain");
}

TEST_F(SuperviseTest, the_most_missed_comes_first_and_one_at_a_time) {
  moment.residents().clear();
  moment.show_free(gibibytes(30));
  ASSERT_EQ(loads().size(), 1u);
  EXPECT_EQ(loads()[0].sense, "brain");
  moment.in_flight.push_back({loads()[0], start});
  EXPECT_TRUE(loads().empty());
}

TEST_F(SuperviseTest, nothing_is_loaded_where_it_does_not_fit_but_a_smaller_one_goes_ahead) {
  moment.residents().clear();
  moment.show_free(gibibytes(10));
  ASSERT_EQ(loads().size(), 1u);
  EXPECT_EQ(loads()[0].sense, "voice");
  moment.show_free(gibibytes(2));
  EXPECT_TRUE(loads().empty());
}

TEST_F(SuperviseTest, what_was_learned_too_large_keeps_nobody_away) {
  moment.ledger.profiles["brain"].footprint = gibibytes(31);
  lose("brain", gibibytes(20));
  EXPECT_EQ(loads().size(), 1u);
  moment.ledger.profiles["brain"].footprint = gibibytes(15);
  moment.show_free(gibibytes(15));
  EXPECT_EQ(loads().size(), 1u);
}

TEST_F(SuperviseTest, what_is_in_the_way_of_a_load_is_waited_for) {
  lose("brain", gibibytes(20));
  const Moment clear = moment;
  moment.seen.cards["gpu0"].at -= 3s;
  EXPECT_TRUE(loads().empty()) << "an old look at the card";
  moment = clear;
  moment.in_flight.push_back({UnloadResident{"lmstudio", "vision", "vision"}, start});
  EXPECT_TRUE(loads().empty()) << "an unload under way";
  moment = clear;
  moment.in_flight.push_back({RestartServer{"lmstudio"}, start});
  EXPECT_TRUE(loads().empty()) << "its engine is being restarted";
  moment = clear;
  moment.queue("selfie").state = JobState::rendering;
  EXPECT_TRUE(loads().empty()) << "a render under way";
  moment = clear;
  moment.renderer().held = gibibytes(1);
  EXPECT_TRUE(loads().empty()) << "a renderer that holds memory";
  moment.seen.attempts["release comfyui"] = {.failures = 1, .last_at = start, .error = Error{Errc::timeout, ""}};
  EXPECT_EQ(loads().size(), 1u) << "its release timed out and was reported";
  moment = clear;
  moment.seen.engines.clear();
  EXPECT_TRUE(loads().empty()) << "an engine that is not known to answer";
}

TEST_F(SuperviseTest, a_card_that_is_lost_for_good_leaves_the_judgement_to_the_engine) {
  lose("brain", gibibytes(20));
  auto& card = moment.seen.cards["gpu0"];
  card.error = Error{Errc::unreachable, "off the bus"};
  card.failing_since = start;
  EXPECT_TRUE(loads().empty());
  moment.pass(31s);
  EXPECT_EQ(loads().size(), 1u);
}

TEST_F(SuperviseTest, a_failed_load_backs_off_and_the_person_is_told_once) {
  lose("brain", gibibytes(20));
  moment.seen.attempts["load brain"] = {.failures = 1, .last_at = start, .error = Error{Errc::refused, "no"}};
  EXPECT_TRUE(loads().empty());
  EXPECT_TRUE(decide().wake_at.has_value());
  moment.pass(1s);
  EXPECT_EQ(loads().size(), 1u);
  moment.seen.attempts["load brain"] = {.failures = 3, .last_at = moment.now, .error = Error{Errc::refused, "no"}};
  const Decision decision = decide();
  EXPECT_NE(events_of(decision.changes).find("brain does not come back"), std::string::npos);
  moment.commit(decision.changes);
  EXPECT_EQ(moment.ledger.outbox.size(), 1u);
  EXPECT_TRUE(decide().changes.empty());
  moment.pass(5s);
  EXPECT_EQ(loads().size(), 1u) << "it never gives up";
}

TEST_F(SuperviseTest, once_back_the_person_hears_of_it) {
  moment.ledger.profiles["brain"].told_at = start - 60s;
  moment.commit(decide().changes);
  EXPECT_EQ(moment.ledger.outbox.begin()->second.text, "brain is back.");
  EXPECT_TRUE(decide().changes.empty());
}

TEST_F(SuperviseTest, what_was_measured_at_the_load_is_remembered) {
  moment.seen.measured["vision"] = mebibytes(6100);
  moment.seen.load_times["vision"] = 9s;
  moment.commit(decide().changes);
  EXPECT_EQ(moment.ledger.profiles["vision"].load_time, 9s);
  EXPECT_EQ(moment.ledger.profiles["vision"].footprint, mebibytes(6100));
}

TEST_F(SuperviseTest, only_stacked_idle_copies_are_folded) {
  for (const char* identifier : {"brain:2", "brain-model:3"}) {
    add_copy(identifier);
    ASSERT_EQ(unloads().size(), 1u) << identifier;
    EXPECT_EQ(unloads()[0].identifier, identifier);
    moment.resident(identifier).state = ResidentState::busy;
    EXPECT_TRUE(unloads().empty());
    moment.take_away(identifier);
  }
  for (const char* identifier : {"mine", "brain:", "brain:x", "brain:2b", "brain2", "brain-copy"}) {
    add_copy(identifier);
    EXPECT_TRUE(unloads().empty()) << identifier;
    moment.take_away(identifier);
  }
}

TEST_F(SuperviseTest, copies_stay_with_swapping_off_in_a_turn_and_where_nobody_may_be_unloaded) {
  add_copy("brain:2");
  const Moment clear = moment;
  moment.ledger.settings.swap_enabled = false;
  EXPECT_TRUE(unloads().empty());
  moment = clear;
  moment.begin_turn(5s);
  EXPECT_TRUE(unloads().empty());
  moment = clear;
  moment.config.senses[0].evictable = false;
  EXPECT_TRUE(unloads().empty());
  moment = clear;
  moment.config.engines[0].can_unload = false;
  EXPECT_TRUE(unloads().empty());
}

TEST_F(SuperviseTest, an_absence_unloads_and_then_follows) {
  send_away("vision");
  ASSERT_EQ(unloads().size(), 1u);
  moment.take_away("vision");
  moment.commit(decide().changes);
  EXPECT_EQ(moment.ledger.absences["vision"].evictions, 1);
  EXPECT_TRUE(decide().changes.empty());
  moment.residents().push_back(resident_of(moment.config.senses[1]));
  const Decision decision = decide();
  EXPECT_NE(events_of(decision.changes).find("was loaded again by someone"), std::string::npos);
  moment.commit(decision.changes);
  EXPECT_EQ(moment.ledger.absences["vision"].evictions, 2);
  EXPECT_EQ(unloads().size(), 1u);
}

TEST_F(SuperviseTest, an_intruder_is_not_fought_for_ever) {
  Window& window = send_away("vision");
  moment.ledger.absences["vision"].evictions = 6;
  EXPECT_TRUE(unloads().empty());
  window.phase = WindowPhase::returning;
  EXPECT_EQ(unloads().size(), 1u) << "to be restored exactly, once more";
}

TEST_F(SuperviseTest, an_absence_does_not_unload_in_a_turn_or_with_swapping_off) {
  send_away("vision");
  moment.begin_turn(5s);
  EXPECT_TRUE(unloads().empty());
  moment.pass(5s);
  EXPECT_EQ(unloads().size(), 1u);
  moment.ledger.settings.swap_enabled = false;
  EXPECT_TRUE(unloads().empty());
}

TEST_F(SuperviseTest, no_absence_outlives_its_window) {
  send_away("vision").phase = WindowPhase::closed;
  EXPECT_EQ(all_of<DropAbsence>(decide().changes).size(), 1u);
  moment.ledger.windows.clear();
  EXPECT_EQ(all_of<DropAbsence>(decide().changes).size(), 1u);
}

struct RepairTest : SuperviseTest {
  RepairTest() {
    moment.seen.deep_probes["brain"].error = Error{Errc::bad_reply, "garbage"};
    moment.seen.attempts["probe sense brain"] = {
        .failures = 3, .last_at = start - 60s, .error = Error{Errc::bad_reply, "garbage"}};
    moment.ledger.profiles["brain"].told_at = start;
  }
};

TEST_F(RepairTest, a_sense_that_keeps_answering_garbage_is_sent_away_to_be_loaded_afresh) {
  const Decision decision = decide();
  EXPECT_TRUE(decision.opens_window);
  moment.commit(decision.changes);
  EXPECT_EQ(moment.ledger.absences.at("brain").window, 0);
  EXPECT_EQ(unloads().size(), 1u);
  lose("brain", gibibytes(20));
  moment.commit(decide().changes);
  EXPECT_TRUE(moment.ledger.absences.empty());
  EXPECT_EQ(loads().size(), 1u);
}

TEST_F(RepairTest, a_repair_ends_with_swapping_off_or_when_its_time_is_up) {
  moment.commit(decide().changes);
  const Moment repairing = moment;
  moment.ledger.settings.swap_enabled = false;
  EXPECT_EQ(all_of<DropAbsence>(decide().changes).size(), 1u);
  moment = repairing;
  moment.pass(30s);
  EXPECT_EQ(all_of<DropAbsence>(decide().changes).size(), 1u);
  moment = repairing;
  moment.take_away("brain");
  moment.seen.engines["lmstudio"].error = Error{Errc::unreachable, ""};
  moment.seen.engines["lmstudio"].failing_since = moment.now;
  EXPECT_TRUE(decide().changes.empty()) << "a silent engine proves nothing";
}

TEST_F(RepairTest, nothing_is_repaired_in_a_turn_with_swapping_off_or_where_it_may_not_leave) {
  const Moment clear = moment;
  moment.begin_turn(5s);
  EXPECT_TRUE(decide().changes.empty());
  moment = clear;
  moment.ledger.settings.swap_enabled = false;
  EXPECT_TRUE(decide().changes.empty());
  moment = clear;
  moment.config.senses[0].evictable = false;
  EXPECT_TRUE(decide().changes.empty());
  EXPECT_EQ(all_of<ProbeSense>(decide().actions).size(), 1u) << "but tried again";
}

}  // namespace
}  // namespace malin::fake
