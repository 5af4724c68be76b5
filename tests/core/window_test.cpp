#include "core/window.hpp"

#include <gtest/gtest.h>

#include "core/fake_window.hpp"

namespace malin::fake {
namespace {

TEST_F(WindowTest, with_the_room_proved_the_render_begins) {
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::rendering);
  const Job& job = moment.ledger.jobs["j-1"];
  EXPECT_EQ(job.state, JobState::rendering);
  EXPECT_EQ(job.prompt_id.size(), 36u);
  EXPECT_EQ(window().jobs, std::vector<JobId>{"j-1"});
}

TEST_F(WindowTest, the_card_has_its_time_to_settle) {
  moment.show_free(gibibytes(1));
  EXPECT_TRUE(moment.decide().changes.empty());
  EXPECT_EQ(moment.decide().waits.at("j-1"), "waits for the card to show the memory free");
  moment.pass(4s);
  EXPECT_TRUE(moment.decide().changes.empty());
  moment.seen.attempts["unload lmstudio vision"] = {.last_at = start + 3s};
  moment.pass(3s);
  EXPECT_TRUE(moment.decide().changes.empty()) << "it counts from the end of the unload";
}

TEST_F(WindowTest, room_that_shows_before_the_last_unload_has_ended_is_room) {
  moment.seen.attempts["unload lmstudio vision"] = {.last_at = start + 1ms};
  EXPECT_FALSE(moment.decide().changes.empty());
}

TEST_F(WindowTest, what_does_not_settle_is_widened_once_for_each_sense) {
  moment.show_free(tenths(61));
  moment.pass(5s);
  window().evicted = {"voice", "vision"};
  window().leaves["voice"] = {.since = start, .back_at = start + 1s};
  const Decision decision = moment.decide();
  EXPECT_TRUE(decision.opens_window);
  moment.commit(decision.changes);
  EXPECT_EQ(window().evicted, (std::vector<std::string>{"voice", "vision"})) << "once in the list";
  EXPECT_EQ(window().leaves["voice"].since, start);
  EXPECT_FALSE(window().leaves["voice"].back_at.has_value());
  EXPECT_EQ(moment.ledger.absences.at("voice").deadline, start + 120s);
  EXPECT_EQ(moment.ledger.absences.at("voice").resident, resident_of(moment.config.senses[2]));
}

TEST_F(WindowTest, nobody_more_is_sent_away_in_a_turn_while_someone_talks_or_against_the_recipe) {
  moment.show_free(tenths(61));
  moment.pass(5s);
  const Moment clear = moment;
  moment.begin_turn(5s);
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::releasing);
  moment = clear;
  moment.resident("brain").state = ResidentState::busy;
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::releasing);
  moment = clear;
  moment.config.kinds[0].may_widen = false;
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::releasing);
  EXPECT_EQ(moment.ledger.jobs["j-1"].not_before, moment.now + 120s);
}

TEST_F(WindowTest, a_load_under_way_makes_the_room_uncertain) {
  moment.in_flight.push_back({LoadSense{.sense = "voice", .card = "gpu0"}, start});
  EXPECT_TRUE(moment.decide().changes.empty());
  EXPECT_TRUE(in(WindowPhase::rendering).changes.empty());
}

TEST_F(WindowTest, an_end_is_made_when_there_is_nothing_left_or_no_time) {
  const Moment clear = moment;
  for (const WindowPhase phase : {WindowPhase::making_room, WindowPhase::rendering}) {
    moment = clear;
    moment.ledger.jobs.clear();
    EXPECT_EQ(phase_after(in(phase)), WindowPhase::releasing);
    moment = clear;
    window().aborted = true;
    window().reason = "vision was asked back";
    EXPECT_EQ(phase_after(in(phase)), WindowPhase::releasing);
    EXPECT_EQ(window().reason, "vision was asked back");
    moment = clear;
    window().render_until = start;
    EXPECT_EQ(phase_after(in(phase)), WindowPhase::releasing);
    moment = clear;
    moment.ledger.jobs["j-1"].not_before = start + 1s;
    EXPECT_EQ(phase_after(in(phase)), WindowPhase::releasing);
  }
}

TEST_F(WindowTest, what_is_not_known_yet_is_waited_for) {
  moment.seen.cards.clear();
  moment.seen.renderers.clear();
  for (const WindowPhase phase : {WindowPhase::making_room, WindowPhase::rendering, WindowPhase::releasing})
    EXPECT_TRUE(in(phase).changes.empty()) << to_string(phase);
}

TEST_F(WindowTest, after_a_render_the_room_must_still_be_there) {
  moment.show_free(gibibytes(1));
  moment.ledger.absences["brain"] = moment.ledger.absences["vision"];
  EXPECT_EQ(phase_after(in(WindowPhase::rendering)), WindowPhase::releasing) << "nothing that it can serve";
  moment.show_free(tenths(65));
  moment.renderer().running = {"prompt"};
  moment.queue("selfie", 2).prompt_id = "prompt";
  EXPECT_TRUE(all_of<PutJob>(in(WindowPhase::rendering).changes).empty()) << "the one before still runs";
}

TEST_F(WindowTest, release_comes_before_the_return_and_is_proved_by_a_look_from_after_the_render) {
  moment.ledger.jobs.clear();
  moment.renderer().held = gibibytes(5);
  Decision decision = in(WindowPhase::releasing);
  EXPECT_EQ(all_of<ReleaseRenderer>(decision.actions).size(), 1u);
  EXPECT_TRUE(decision.changes.empty());
  moment.renderer().held = mebibytes(100);
  moment.now = start + 1ms;
  window().phase_at = moment.now;
  EXPECT_TRUE(moment.decide().changes.empty());
  window().phase_at = start;
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::returning);
}

TEST_F(WindowTest, a_cancelled_render_that_still_runs_is_not_released_but_it_holds_nobody_for_ever) {
  moment.ledger.jobs["j-1"].state = JobState::cancelled;
  moment.ledger.jobs["j-1"].prompt_id = "prompt";
  moment.renderer().running = {"prompt"};
  const Decision decision = in(WindowPhase::releasing);
  EXPECT_TRUE(decision.changes.empty());
  EXPECT_EQ(all_of<InterruptRender>(decision.actions).size(), 1u);
  moment.renderer().running.clear();
  moment.in_flight.push_back({SubmitRender{"j-1", "comfyui", "prompt"}, start});
  EXPECT_TRUE(in(WindowPhase::releasing).changes.empty());
  moment.pass(5s);
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::returning);
}

TEST_F(WindowTest, a_release_that_timed_out_is_reported_and_passed) {
  moment.ledger.jobs.clear();
  moment.renderer().held = gibibytes(5);
  const TimePoint had_its_time = start + moment.config.swap.release_limit;
  moment.seen.attempts["release comfyui"] = {
      .failures = 1, .last_at = had_its_time, .error = Error{Errc::timeout, "deaf"}};
  const Decision decision = in(WindowPhase::releasing);
  EXPECT_NE(events_of(decision.changes).find("comfyui did not give its memory back: deaf"), std::string::npos);
  EXPECT_EQ(phase_after(decision), WindowPhase::returning);
}

TEST_F(WindowTest, what_may_come_back_is_planned_on_a_card_read_after_the_release) {
  moment.now += 1ms;
  moment.seen.renderers["comfyui"].at = moment.now;
  EXPECT_TRUE(in(WindowPhase::releasing).changes.empty());
  moment.pass(0s);
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::making_room) << "the job is still to be done";
}

TEST_F(WindowTest, an_absent_sense_that_someone_loaded_again_is_not_counted_as_gone) {
  moment.residents().push_back(resident_of(moment.config.senses[1]));
  moment.ledger.absences["vision"].evictions = 2;
  moment.ledger.absences["brain"] = {.sense = "brain", .window = 1, .deadline = start + 120s, .evictions = 1};
  window().evicted = {"brain", "vision"};
  window().leaves["brain"] = {.since = start};
  moment.take_away("brain");
  moment.show_free(tenths(195));
  EXPECT_EQ(phase_after(in(WindowPhase::rendering)), WindowPhase::releasing) << "brain may come back";
}

struct ReturnTest : WindowTest {
  ReturnTest() {
    window().phase = WindowPhase::returning;
    moment.ledger.jobs.clear();
  }
  void load_vision(std::string load_config) {
    Resident resident = resident_of(moment.config.senses[1]);
    resident.load_config = std::move(load_config);
    moment.residents().push_back(resident);
  }
  // Commits until nothing changes any more.
  void settle() {
    for (int i = 0; i < 10; ++i) moment.commit(moment.decide().changes);
    EXPECT_TRUE(moment.decide().changes.empty());
  }
};

TEST_F(ReturnTest, the_absences_go_and_the_window_closes_when_everyone_was_noted_back) {
  moment.commit(moment.decide().changes);
  EXPECT_TRUE(moment.ledger.absences.empty());
  moment.pass(4s);
  load_vision("{\"for\":\"vision\"}");
  const Decision back = moment.decide();
  EXPECT_EQ(events_of(back.changes), "vision is back, after 4.0 s\n");
  moment.commit(back.changes);
  EXPECT_EQ(window().leaves["vision"].back_at, moment.now);
  EXPECT_EQ(window().phase, WindowPhase::returning);
  settle();
  EXPECT_EQ(window().phase, WindowPhase::closed);
  EXPECT_EQ(window().restored_exactly, true);
  EXPECT_EQ(window().closed_at, moment.now);
}

TEST_F(ReturnTest, whoever_was_loaded_again_in_the_same_way_is_kept) {
  load_vision("{\"for\":\"vision\"}");
  settle();
  EXPECT_EQ(window().restored_exactly, true);
}

TEST_F(ReturnTest, whoever_was_loaded_in_another_way_is_unloaded_to_come_back_right) {
  load_vision("{}");
  moment.commit(moment.decide().changes);
  EXPECT_EQ(all_of<UnloadResident>(moment.decide().actions).size(), 1u);
  const Moment waiting = moment;
  moment.ledger.settings.swap_enabled = false;
  settle();
  EXPECT_EQ(window().restored_exactly, false) << "with swapping off it stays as it is";
  moment = waiting;
  moment.pass(120s);
  moment.ledger.absences["vision"].evictions = 2;
  settle();
  EXPECT_TRUE(moment.ledger.absences.contains("vision")) << "a repair, with a deadline of its own";
  EXPECT_EQ(moment.ledger.absences["vision"].deadline, moment.now + 30s);
}

TEST_F(ReturnTest, an_engine_that_cannot_restore_exactly_is_not_asked_to_try_again) {
  moment.commit(moment.decide().changes);
  load_vision("{}");
  moment.seen.engines["lmstudio"].value->restores_exactly = false;
  settle();
  EXPECT_EQ(window().phase, WindowPhase::closed);
  EXPECT_EQ(window().repairs, 0);
  EXPECT_EQ(window().restored_exactly, false);
}

TEST_F(ReturnTest, who_never_comes_back_does_not_hold_the_window_open) {
  moment.commit(moment.decide().changes);
  moment.show_free(gibibytes(1));
  moment.pass(89s);
  settle();
  EXPECT_EQ(window().phase, WindowPhase::returning);
  moment.pass(1s);
  settle();
  EXPECT_EQ(window().phase, WindowPhase::closed);
  EXPECT_EQ(window().reason, "vision is missing");
}

TEST_F(ReturnTest, after_a_long_sleep_of_the_daemon_everyone_has_the_whole_time_again) {
  moment.commit(moment.decide().changes);
  moment.show_free(gibibytes(1));
  moment.pass(3600s);
  moment.seen.started_at = moment.now - 1s;
  settle();
  EXPECT_EQ(window().phase, WindowPhase::returning);
}

TEST_F(WindowTest, a_window_of_a_renderer_that_is_not_configured_any_more_brings_everyone_back) {
  moment.config.renderers[0].server.name = "another";
  moment.config.kinds.clear();
  for (int i = 0; i < 4; ++i) moment.commit(moment.decide().changes);
  EXPECT_EQ(window().phase, WindowPhase::returning);
  EXPECT_TRUE(moment.ledger.absences.empty());
  EXPECT_EQ(moment.ledger.jobs["j-1"].state, JobState::failed);
  EXPECT_EQ(moment.ledger.jobs["j-1"].reason, "kind selfie is no longer configured");
  moment.residents().push_back(resident_of(moment.config.senses[1]));
  for (int i = 0; i < 4; ++i) moment.commit(moment.decide().changes);
  EXPECT_EQ(window().phase, WindowPhase::closed);
}

}  // namespace
}  // namespace malin::fake
