// What decisions get of the file: every member of the core's Config, each taken apart by position, so that a new one
// does not compile until it is compared here.
#include "app/config_file.hpp"

namespace malin::app {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::HasSubstr;
using Names = std::vector<std::string>;
using Slots = std::map<std::string, std::string>;

// Two cards and an engine on each, and no key at its default where a default would look the same in an empty Config.
const std::string two_cards = R"([cards.big]
index = 1
headroom = "512 MiB"
total = "24 GiB"
[cards.small]
headroom = "128 MiB"
total = "8 GiB"
[engines.brains]
type = "lmstudio"
start = "lms server start"
restart = "lms server restart"
[engines.voices]
type = "chatterbox"
flavour = "travisvn"
[renderers.comfyui]
card = "big"
rest = "300 MiB"
restart = "systemctl --user restart comfyui"
[senses.brain]
engine = "brains"
card = "big"
model = "dolphin"
identifier = "her-brain"
load_config = '{"fields": []}'
ttl = "1h"
footprint = "19 GiB"
impact = 10
load_limit = "4m"
[senses.vision]
engine = "brains"
card = "small"
model = "eyes"
footprint = "4 GiB"
evictable = false
[senses.voice]
engine = "voices"
card = "small"
model = "tts"
footprint = "3 GiB"
[kinds.video]
tag = "FILM"
workflow = "w.json"
media = "video"
need = "14 GiB"
evict = ["brain"]
may_widen = false
patience = "3m"
render_limit = "8m"
status_line = "filming"
caption = "for you"
prompt_max = "2 KiB"
slots = { width = 480 }
[kinds.selfie]
workflow = "w.json"
media = "photo"
need = "4 GiB"
[courier]
chat_id = 42
token_env = "BOT"
deliver = "send"
commands = false
[presence]
idle_grace = "9s"
min_present = "10s"
wait_limit = "31s"
[swap]
absence_limit = "11m"
settle_limit = "16s"
release_limit = "21s"
abort_hold = "12m"
render_attempts = 4
[supervision]
fast_probe = "400ms"
slow_probe = "6s"
load_failures_before_restart = 5
restarts_per_hour = 6
)";

void expect_server(const ServerSpec& server, const std::string& expected, bool may_start, bool may_restart) {
  const auto& [name, can_start, can_restart] = server;
  EXPECT_EQ(name, expected);
  EXPECT_EQ(can_start, may_start) << expected;
  EXPECT_EQ(can_restart, may_restart) << expected;
}

void expect_cards_and_servers(const Config& core) {
  ASSERT_EQ(core.cards.size(), 2U);
  const auto& [big, headroom, is_far] = core.cards[0];
  EXPECT_EQ(big, "big");
  EXPECT_EQ(headroom, mebibytes(512));
  EXPECT_FALSE(is_far);
  EXPECT_EQ(core.cards[1].name, "small");
  EXPECT_EQ(core.cards[1].headroom, mebibytes(128));

  ASSERT_EQ(core.engines.size(), 2U);
  const auto& [brains, brains_unload] = core.engines[0];
  expect_server(brains, "brains", true, true);
  EXPECT_TRUE(brains_unload);
  const auto& [voices, voices_unload] = core.engines[1];
  expect_server(voices, "voices", false, false);
  EXPECT_FALSE(voices_unload);

  ASSERT_EQ(core.renderers.size(), 1U);
  const auto& [comfyui, card, rest] = core.renderers[0];
  expect_server(comfyui, "comfyui", false, true);
  EXPECT_EQ(card, "big");
  EXPECT_EQ(rest, mebibytes(300));
}

void expect_senses(const Config& core) {
  ASSERT_EQ(core.senses.size(), 3U);
  const auto& [name, engine, card, model, identifier, load_config, ttl, footprint, impact, evictable, load_limit] =
      core.senses[0];
  EXPECT_EQ(name, "brain");
  EXPECT_EQ(engine, "brains");
  EXPECT_EQ(card, "big");
  EXPECT_EQ(model, "dolphin");
  EXPECT_EQ(identifier, "her-brain");
  EXPECT_EQ(load_config, R"({"fields": []})");
  EXPECT_EQ(ttl, 1h);
  EXPECT_EQ(footprint, gibibytes(19));
  EXPECT_EQ(impact, 10);
  EXPECT_TRUE(evictable);
  EXPECT_EQ(load_limit, 4min);
  EXPECT_EQ(core.senses[1].card, "small");
  EXPECT_FALSE(core.senses[1].evictable);
  EXPECT_FALSE(core.senses[1].ttl);
  EXPECT_EQ(core.senses[2].engine, "voices");
}

void expect_kinds(const Config& core) {
  ASSERT_EQ(core.kinds.size(), 2U);
  const auto& [name, tag, renderer, need, evict, may_widen, patience, render_limit, status_line, caption, is_video,
               prompt_bytes_max, slots] = core.kinds[0];
  EXPECT_EQ(name, "video");
  EXPECT_EQ(tag, "FILM");
  EXPECT_EQ(renderer, "comfyui");
  EXPECT_EQ(need, gibibytes(14));
  EXPECT_EQ(evict, Names{"brain"});
  EXPECT_FALSE(may_widen);
  EXPECT_EQ(patience, 3min);
  EXPECT_EQ(render_limit, 8min);
  EXPECT_EQ(status_line, "filming");
  EXPECT_EQ(caption, "for you");
  EXPECT_TRUE(is_video);
  EXPECT_EQ(prompt_bytes_max, 2048U);
  EXPECT_EQ(slots, (Slots{{"width", "480"}}));
  EXPECT_FALSE(core.kinds[1].evict) << "the planner chooses";
  EXPECT_FALSE(core.kinds[1].is_video);
  EXPECT_EQ(core.kinds[1].slots, (Slots{{"width", "832"}}));
}

void expect_swap(const SwapSpec& swap) {
  const auto& [idle_grace, min_present, wait_limit, absence_limit, settle_limit, release_limit, abort_hold,
               renders_per_window_max, render_attempts_max, load_failures_before_restart, restarts_per_hour_max,
               fast_probe, slow_probe] = swap;
  EXPECT_EQ(idle_grace, 9s);
  EXPECT_EQ(min_present, 10s);
  EXPECT_EQ(wait_limit, 31s);
  EXPECT_EQ(absence_limit, 11min);
  EXPECT_EQ(settle_limit, 16s);
  EXPECT_EQ(release_limit, 21s);
  EXPECT_EQ(abort_hold, 12min);
  EXPECT_EQ(renders_per_window_max, 0) << "no key of the file";
  EXPECT_EQ(render_attempts_max, 4);
  EXPECT_EQ(load_failures_before_restart, 5);
  EXPECT_EQ(restarts_per_hour_max, 6);
  EXPECT_EQ(fast_probe, 400ms);
  EXPECT_EQ(slow_probe, 6s);
}

TEST_F(ConfigFile, decisions_get_every_value_of_the_file) {
  const ConfigResult config = parse(two_cards);
  ASSERT_TRUE(config) << all_of(config.error());
  const auto& [cards, engines, renderers, senses, kinds, swap, courier] = config->core;
  expect_cards_and_servers(config->core);
  expect_senses(config->core);
  expect_kinds(config->core);
  expect_swap(swap);
  ASSERT_TRUE(courier);
  const auto& [edits, is_live] = *courier;
  EXPECT_FALSE(edits) << "deliver = \"send\"";
  EXPECT_FALSE(is_live) << "commands = false";
}

TEST_F(ConfigFile, by_default_the_status_line_becomes_the_photo) {
  const ConfigResult config = parse(small_rig);
  ASSERT_TRUE(config) << all_of(config.error());
  ASSERT_TRUE(config->core.courier);
  EXPECT_TRUE(config->core.courier->edits);
}

// Each sum is of one card alone: what is on the other neither takes room nor makes any.
TEST_F(ConfigFile, memory_is_added_up_card_by_card) {
  const Mistake mistakes[] = {
      {"total = \"8 GiB\"", "total = \"6 GiB\"", "cards.small.total", "footprints of its senses together, 7 GiB"},
      {"total = \"24 GiB\"", "total = \"18 GiB\"", "cards.big.total", "footprints of its senses together, 19 GiB"},
      {"need = \"14 GiB\"", "need = \"24 GiB\"", "kinds.video.need", "on card \"big\": at most 23.5 GiB"},
      {"card = \"big\"\nrest", "card = \"small\"\nrest", "kinds.video.need", "on card \"small\": at most 896 MiB"},
      {"evict = [\"brain\"]", "evict = []", "kinds.video.need", "on card \"big\": at most 4.5 GiB"},
  };
  for (const Mistake& mistake : mistakes) {
    const ConfigProblems found = problems_of(replaced(two_cards, mistake.from, mistake.to));
    const auto match = std::ranges::find(found, mistake.key, &ConfigProblem::key);
    ASSERT_NE(match, found.end()) << mistake.to << " gave\n" << all_of(found);
    EXPECT_THAT(match->text, HasSubstr(mistake.text)) << mistake.to;
  }
}

TEST_F(ConfigFile, with_two_cards_each_is_named_and_a_recipe_stays_on_its_own) {
  const std::string vision_may_go = replaced(two_cards, "evictable = false\n", "");
  const std::pair<std::string, std::string> mistakes[] = {
      {replaced(two_cards, "card = \"small\"\nmodel = \"tts\"", "model = \"tts\""),
       "senses.voice.card: is missing: there is more than one card"},
      {replaced(two_cards, "index = 1\n", ""), "cards.small: is the same card as one above"},
      {replaced(two_cards, "evict = [\"brain\"]", "evict = [\"brain\", \"voice\"]"),
       "\"voice\" is hosted by an engine that cannot unload it"},
      {replaced(vision_may_go, "evict = [\"brain\"]", "evict = [\"brain\", \"vision\"]"),
       "\"vision\" is on another card and would make no room"},
  };
  for (const auto& [text, message] : mistakes) EXPECT_THAT(all_of(problems_of(text)), HasSubstr(message));
}

}  // namespace
}  // namespace malin::app
