#include "core/readiness.hpp"

#include <gtest/gtest.h>

#include "core/explain.hpp"
#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct ReadinessTest : testing::Test {
  Moment moment;

  SenseView view(std::string_view sense) const {
    views_ = moment.views();
    return *find_view(views_, sense);
  }
  SenseState state(std::string_view sense) const { return view(sense).state; }
  Glow glow() const { return glow_of(moment.situation(), moment.views()); }
  std::string said() const { return explain(moment.situation(), moment.views()); }
  // In an open window that sent it away.
  void send_away(const std::string& sense) {
    Window& window = moment.ledger.windows[1];
    window.id = 1;
    window.card = "gpu0";
    window.renderer = "comfyui";
    window.opened_at = window.phase_at = moment.now;
    window.evicted.push_back(sense);
    moment.ledger.absences[sense] = {.sense = sense, .window = 1, .deadline = moment.now + 120s};
  }

 private:
  mutable std::vector<SenseView> views_;
};

TEST_F(ReadinessTest, all_here_glows_green) {
  for (const char* sense : {"brain", "vision", "voice"}) EXPECT_EQ(state(sense), SenseState::ready);
  EXPECT_EQ(glow(), Glow::green);
  EXPECT_EQ(said(), "all here");
}

TEST_F(ReadinessTest, a_sense_is_ready_only_when_this_very_instance_was_proved) {
  moment.resident("brain").instance = "brain#2";
  EXPECT_EQ(state("brain"), SenseState::loading);
  moment.seen.deep_probes["brain"].instance = "brain#2";
  EXPECT_EQ(state("brain"), SenseState::ready);
  moment.seen.deep_probes["brain"].error = Error{Errc::bad_reply, "garbage"};
  EXPECT_EQ(state("brain"), SenseState::failing);
  EXPECT_EQ(glow(), Glow::red);
  EXPECT_NE(said().find("garbage"), std::string::npos) << said();
  moment.seen.deep_probes.clear();
  EXPECT_EQ(state("brain"), SenseState::loading);
}

TEST_F(ReadinessTest, an_absent_sense_is_unloading_and_then_away_and_glows_amber) {
  send_away("vision");
  EXPECT_EQ(state("vision"), SenseState::unloading);
  EXPECT_EQ(glow(), Glow::amber);
  moment.take_away("vision");
  EXPECT_EQ(state("vision"), SenseState::away);
  EXPECT_EQ(glow(), Glow::amber);
  EXPECT_EQ(said(), "making room; vision is away");
}

TEST_F(ReadinessTest, on_its_way_back_from_a_window_is_amber_and_otherwise_red) {
  send_away("vision");
  moment.ledger.absences.clear();
  moment.take_away("vision");
  EXPECT_EQ(state("vision"), SenseState::missing);
  EXPECT_EQ(glow(), Glow::amber);
  EXPECT_EQ(said(), "making room; vision is away");
  moment.seen.attempts["load vision"] = {.failures = 3, .error = Error{Errc::refused, "no memory"}};
  EXPECT_EQ(state("vision"), SenseState::failing);
  EXPECT_EQ(glow(), Glow::red);
  moment.seen.attempts.clear();
  moment.ledger.windows.clear();
  EXPECT_EQ(glow(), Glow::red);
  EXPECT_EQ(said(), "vision is missing (not loaded)");
}

TEST_F(ReadinessTest, a_load_under_way_shows_its_progress) {
  moment.take_away("brain");
  moment.in_flight.push_back({LoadSense{.sense = "brain", .card = "gpu0"}, moment.now, 0.4});
  EXPECT_EQ(state("brain"), SenseState::loading);
  EXPECT_EQ(view("brain").progress, 0.4);
}

TEST_F(ReadinessTest, what_its_engine_is_loading_or_unloading_is_not_ready) {
  moment.resident("brain").state = ResidentState::loading;
  EXPECT_EQ(state("brain"), SenseState::loading);
  moment.resident("brain").state = ResidentState::unloading;
  EXPECT_EQ(state("brain"), SenseState::missing);
  moment.resident("brain").state = ResidentState::busy;
  EXPECT_EQ(state("brain"), SenseState::ready);
}

TEST_F(ReadinessTest, a_silent_engine_makes_its_senses_unknown) {
  moment.seen.engines["lmstudio"].error = Error{Errc::unreachable, "refused"};
  EXPECT_EQ(state("brain"), SenseState::unknown);
  EXPECT_EQ(glow(), Glow::red);
  moment.seen.engines.clear();
  EXPECT_EQ(state("brain"), SenseState::unknown);
}

TEST_F(ReadinessTest, the_right_identifier_is_preferred_and_further_copies_are_duplicates) {
  Resident copy = moment.resident("brain");
  copy.identifier = "brain:2";
  moment.residents().insert(moment.residents().begin(), copy);
  EXPECT_EQ(view("brain").resident->identifier, "brain");
  ASSERT_EQ(view("brain").duplicates.size(), 1u);
  EXPECT_EQ(view("brain").duplicates[0]->identifier, "brain:2");
  moment.take_away("brain");
  EXPECT_EQ(view("brain").resident->identifier, "brain:2");
  EXPECT_TRUE(view("brain").duplicates.empty());
}

TEST_F(ReadinessTest, two_senses_of_one_model_do_not_take_each_others_residents) {
  moment.config.senses[1].model = "brain-model";
  moment.resident("vision").model = "brain-model";
  EXPECT_TRUE(view("brain").duplicates.empty());
  moment.take_away("vision");
  EXPECT_EQ(view("vision").resident, nullptr);
}

TEST_F(ReadinessTest, who_is_away_is_named_until_proved_back) {
  send_away("vision");
  moment.take_away("vision");
  Away away = who_is_away(moment.situation(), moment.views());
  EXPECT_EQ(away.senses, std::vector<std::string>{"vision"});
  EXPECT_EQ(away.until, moment.now + moment.config.swap.absence_limit);
  moment.ledger.absences.clear();
  EXPECT_EQ(who_is_away(moment.situation(), moment.views()).senses.size(), 1u);
  moment.residents().push_back(resident_of(moment.config.senses[1]));
  EXPECT_TRUE(who_is_away(moment.situation(), moment.views()).senses.empty());
}

TEST_F(ReadinessTest, several_who_are_away_are_listed) {
  for (const char* sense : {"brain", "vision", "voice"}) {
    send_away(sense);
    moment.take_away(sense);
  }
  EXPECT_EQ(said(), "making room; brain, vision and voice are away");
  const std::pair<WindowPhase, const char*> words[]{{WindowPhase::rendering, "rendering; "},
                                                    {WindowPhase::releasing, "the renderer gives its memory back; "},
                                                    {WindowPhase::returning, "everyone comes back; "}};
  for (const auto& [phase, word] : words) {
    moment.ledger.windows[1].phase = phase;
    EXPECT_TRUE(said().starts_with(word)) << said();
  }
  moment.queue("selfie").state = JobState::rendering;
  moment.ledger.windows[1].phase = WindowPhase::rendering;
  EXPECT_TRUE(said().starts_with("rendering a selfie; ")) << said();
}

TEST_F(ReadinessTest, a_render_without_a_window_is_explained_too) {
  moment.queue("video").state = JobState::rendering;
  EXPECT_EQ(said(), "rendering a video");
}

TEST(Readiness, the_same_load_means_model_name_settings_and_ttl) {
  const Resident was{.model = "m", .identifier = "i", .instance = "1", .load_config = "{}", .ttl = 5s};
  Resident is = was;
  is.instance = "2";
  is.state = ResidentState::busy;
  EXPECT_TRUE(same_load(was, is));
  for (int part = 0; part < 4; ++part) {
    Resident other = was;
    if (part == 0) other.model = "x";
    if (part == 1) other.identifier = "x";
    if (part == 2) other.load_config = "x";
    if (part == 3) other.ttl.reset();
    EXPECT_FALSE(same_load(was, other)) << part;
  }
}

TEST(Readiness, every_state_has_its_own_name_and_is_read_back) {
  for (const auto state : {JobState::queued, JobState::rendering, JobState::rendered, JobState::delivered,
                           JobState::failed, JobState::cancelled})
    EXPECT_EQ(parse_job_state(to_string(state)), state);
  for (const auto phase : {WindowPhase::making_room, WindowPhase::rendering, WindowPhase::releasing,
                           WindowPhase::returning, WindowPhase::closed})
    EXPECT_EQ(parse_window_phase(to_string(phase)), phase);
  for (const auto state : {OutboxState::announcing, OutboxState::announced, OutboxState::delivering,
                           OutboxState::retracting, OutboxState::settled})
    EXPECT_EQ(parse_outbox_state(to_string(state)), state);
  for (const auto type : {MediaType::photo, MediaType::video, MediaType::document})
    EXPECT_EQ(parse_media_type(to_string(type)), type);
  for (const auto state : {ResidentState::loading, ResidentState::idle, ResidentState::busy, ResidentState::unloading})
    EXPECT_EQ(parse_resident_state(to_string(state)), state);
  EXPECT_EQ(parse_job_state("Queued"), std::nullopt);
  EXPECT_STREQ(to_string(SenseState::failing), "failing");
  EXPECT_STREQ(to_string(Glow::amber), "amber");
}

}  // namespace
}  // namespace malin::fake
