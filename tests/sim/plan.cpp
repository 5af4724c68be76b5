#include "sim/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::sim {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Bytes voice_model = mebibytes(3606);
constexpr Bytes voice_context = mebibytes(490);
constexpr Bytes comfy_context = mebibytes(843);

world::Model make_model(std::string key, Bytes weights, Duration load_time) {
  world::Model model{.key = std::move(key)};
  model.weights = weights;
  model.context_per_token = {96 << 10};
  model.load_time = load_time;
  model.default_config = "default";
  return model;
}

SenseSpec make_sense(std::string name, std::string engine, const CardPlan& card, const world::Model& model,
                     int context) {
  SenseSpec sense{.name = name, .engine = std::move(engine), .card = card.name, .model = model.key};
  sense.identifier = std::move(name);
  sense.load_config = fmt::format("context={}", context);
  sense.footprint = world::footprint(model, context, 1);
  sense.load_limit = minutes(3);
  return sense;
}

SenseSpec make_voice(const std::string& engine, const CardPlan& card, bool can_unload) {
  SenseSpec sense{.name = "voice-" + card.name, .engine = engine, .card = card.name, .model = "chatterbox"};
  sense.identifier = engine;
  sense.footprint = voice_model;
  sense.impact = 8;
  sense.evictable = can_unload;
  sense.load_limit = minutes(3);
  return sense;
}

KindSpec make_kind(std::string name, std::string renderer, Bytes need, bool is_video) {
  KindSpec kind{.name = name, .tag = std::move(name), .renderer = std::move(renderer), .need = need};
  kind.patience = is_video ? minutes(5) : minutes(2);
  kind.render_limit = is_video ? minutes(5) : minutes(2);
  kind.status_line = "taking your " + kind.name + ", back in a sec";
  kind.caption = "your " + kind.name;
  kind.is_video = is_video;
  kind.prompt_bytes_max = 4096;
  kind.slots = {{"steps", "20"}};
  return kind;
}

world::RenderCost make_cost(const KindSpec& kind, Duration time) {
  const Bytes used{kind.need.count / 10 * 9};
  return {.weights = {used.count / 4 * 3},
          .workspace = {used.count / 4},
          .load_time = seconds(2),
          .time = time,
          .video = kind.is_video};
}

SwapSpec plain_swap() {
  SwapSpec swap;
  swap.idle_grace = seconds(8);
  swap.absence_limit = minutes(10);
  swap.settle_limit = seconds(15);
  swap.release_limit = seconds(20);
  swap.abort_hold = minutes(10);
  swap.fast_probe = Duration{500};
  swap.slow_probe = seconds(5);
  return swap;
}

SwapSpec draw_swap(Dice& dice) {
  SwapSpec swap = plain_swap();
  swap.idle_grace = dice.between(seconds(2), seconds(20));
  swap.absence_limit = dice.between(minutes(4), minutes(12));
  swap.settle_limit = dice.between(seconds(5), seconds(15));
  swap.release_limit = dice.between(seconds(5), seconds(20));
  swap.abort_hold = dice.between(seconds(30), minutes(5));
  swap.render_attempts_max = static_cast<int>(dice.between(1, 4));
  swap.load_failures_before_restart = static_cast<int>(dice.between(1, 4));
  swap.restarts_per_hour_max = static_cast<int>(dice.between(0, 6));
  swap.fast_probe = Duration{dice.between(2, 8) * 250};
  swap.slow_probe = seconds(dice.between(4, 20));
  return swap;
}

// With dice of their own, so that seeds from before they were drawn still draw the same rest.
void draw_patience(std::uint64_t seed, SwapSpec& swap) {
  Dice dice(seed, "patience");
  swap.min_present = dice.between(Duration{}, seconds(20));
  swap.wait_limit = dice.between(Duration{}, minutes(2));
}

ServerSpec draw_server(Dice& dice, std::string name) {
  return {.name = std::move(name), .can_start = dice.chance(0.7), .can_restart = dice.chance(0.7)};
}

// One card with its engines, its senses and perhaps a renderer. Returns the senses that may be sent away.
Bytes draw_engines(Dice& dice, Plan& plan, CardPlan& card, int number) {
  Bytes held = voice_context;
  Bytes kept;
  StudioPlan studio{.name = fmt::format("lmstudio{}", number), .card = card.name};
  studio.options.models.clear();
  studio.options.seed = dice.number();
  studio.starts_loaded = dice.chance(0.7);
  studio.options.jit_ttl = minutes(dice.between(2, 60));
  const std::int64_t count = dice.between(1, 3);
  for (std::int64_t i = 0; i < count; ++i) {
    const Bytes weights = dice.between(gibibytes(i == 0 ? 8 : 1), gibibytes(i == 0 ? 18 : 6));
    studio.options.models.push_back(
        make_model(fmt::format("model-{}-{}", number, i), weights, dice.between(seconds(1), seconds(8))));
    const int context = static_cast<int>(dice.between(2, 8)) * 1024;
    SenseSpec sense =
        make_sense(fmt::format("sense{}{}", number, i), studio.name, card, studio.options.models.back(), context);
    held += sense.footprint;
    sense.impact = static_cast<int>(dice.between(1, 10));
    sense.evictable = dice.chance(0.85);
    if (!sense.evictable) kept += sense.footprint;
    // What the person wrote down is not quite what it takes.
    sense.footprint = {sense.footprint.count / 100 * dice.between(95, 104)};
    plan.config.senses.push_back(std::move(sense));
  }
  studio.options.models.push_back(make_model("stranger", gibibytes(dice.between(1, 3)), seconds(2)));
  plan.config.engines.push_back({draw_server(dice, studio.name), true});
  plan.studios.push_back(std::move(studio));
  if (dice.chance(0.5)) {
    VoicePlan voice{.name = fmt::format("chatterbox{}", number), .card = card.name};
    voice.identifier = voice.name;
    voice.can_unload = dice.chance(0.6);
    plan.config.engines.push_back({draw_server(dice, voice.name), voice.can_unload});
    plan.config.senses.push_back(make_voice(voice.name, card, voice.can_unload));
    held += voice_model;
    if (!voice.can_unload) kept += voice_model;
    plan.voices.push_back(voice);
  }
  card.reserved = mebibytes(512);
  card.total = card.reserved + held + comfy_context + dice.between(mebibytes(512), gibibytes(4));
  return kept + voice_context;
}

void draw_renderer(Dice& dice, Plan& plan, const CardPlan& card, Bytes kept, int number) {
  ComfyPlan comfy{.name = fmt::format("comfyui{}", number), .card = card.name};
  comfy.options.context = comfy_context;
  comfy.options.keeps_old_cache = dice.chance(0.7);
  plan.config.renderers.push_back({draw_server(dice, comfy.name), card.name, mebibytes(64)});
  const CardSpec& spec = plan.config.cards.back();
  const Bytes unsure{card.total.count / 20};  // Footprints are written down with an error.
  const Bytes most = card.total - card.reserved - kept - comfy_context - spec.headroom - mebibytes(256) - unsure;
  for (const bool is_video : {false, true}) {
    const Bytes need = std::min(dice.between(gibibytes(is_video ? 4 : 1), gibibytes(is_video ? 14 : 6)), most);
    KindSpec kind = make_kind(fmt::format("{}{}", is_video ? "video" : "selfie", number), comfy.name, need, is_video);
    kind.render_limit = dice.between(seconds(40), minutes(3));
    kind.patience = dice.between(seconds(5), minutes(5));
    comfy.kinds[kind.name] = make_cost(kind, dice.between(seconds(3), is_video ? seconds(90) : seconds(25)));
    if (dice.chance(0.35)) {
      kind.evict.emplace();
      for (const SenseSpec& sense : plan.config.senses)
        if (sense.card == card.name && sense.evictable && dice.chance(0.7)) kind.evict->push_back(sense.name);
    }
    plan.config.kinds.push_back(std::move(kind));
  }
  plan.comfyuis.push_back(std::move(comfy));
}

Roughness draw_roughness(Dice& dice) {
  Roughness rough;
  rough.job = dice.between(seconds(20), minutes(4));
  if (dice.chance(0.9)) rough.chat = dice.between(seconds(5), minutes(3));
  if (dice.chance(0.8)) rough.click = dice.between(seconds(30), minutes(6));
  if (dice.chance(0.85)) rough.fault = dice.between(seconds(15), minutes(4));
  if (dice.chance(0.5)) rough.crash = dice.between(seconds(20), minutes(8));
  if (dice.chance(0.6)) rough.mishap = dice.share() * dice.share() * 0.1;
  rough.clock_jumps = dice.chance(0.3);
  rough.gets_hard = dice.chance(0.7);
  return rough;
}

}  // namespace

Plan draw_plan(std::uint64_t seed) {
  Dice dice(seed, "plan");
  Plan plan;
  plan.seed = seed;
  plan.config.swap = draw_swap(dice);
  draw_patience(seed, plan.config.swap);
  plan.turn_expiry = dice.between(seconds(10), seconds(45));
  const int cards = dice.chance(0.25) ? 2 : 1;
  for (int i = 0; i < cards; ++i) {
    CardPlan card{.name = fmt::format("gpu{}", i)};
    // Looked at as rarely as one on another machine: thousands of looks at a card that settles would tell nothing new.
    plan.config.cards.push_back({card.name, dice.between(Bytes{}, mebibytes(512)), true});
    const Bytes kept = draw_engines(dice, plan, card, i);
    if (i == 0 || dice.chance(0.5)) draw_renderer(dice, plan, card, kept, i);
    plan.cards.push_back(std::move(card));
  }
  if (dice.chance(0.9)) plan.config.courier = CourierSpec{.edits = dice.chance(0.7)};
  if (plan.config.courier) plan.config.courier->is_live = Dice(seed, "live").chance(0.7);
  plan.rough = draw_roughness(dice);
  plan.trouble_time = dice.between(minutes(3), minutes(20));
  plan.write_time = dice.between(Duration{1}, Duration{40});
  plan.sqlite = plan.rough.crash > Duration{} || dice.chance(0.1);
  plan.jobs_max = static_cast<int>(dice.between(3, 30));
  return plan;
}

Plan plain_plan() {
  Plan plan;
  const CardPlan card{"gpu0", mebibytes(32'607), mebibytes(512)};
  plan.cards = {card};
  plan.config.cards = {{card.name, mebibytes(256), true}};  // As above.
  plan.config.swap = plain_swap();
  StudioPlan studio{.name = "lmstudio", .card = card.name};
  studio.options.models = {make_model("dolphin-24b", mebibytes(18'560), seconds(6)),
                           make_model("qwen3-vl-8b", mebibytes(5'320), seconds(3)),
                           make_model("stranger", gibibytes(2), seconds(2))};
  SenseSpec brain = make_sense("brain", studio.name, card, studio.options.models[0], 8192);
  brain.impact = 10;
  SenseSpec vision = make_sense("vision", studio.name, card, studio.options.models[1], 8192);
  vision.impact = 3;
  plan.config.engines = {{{"lmstudio", true, true}, true}, {{"chatterbox", true, true}, true}};
  plan.voices = {{.name = "chatterbox", .card = card.name, .identifier = "chatterbox"}};
  SenseSpec voice = make_voice("chatterbox", card, true);
  voice.name = "voice";
  voice.evictable = false;
  plan.config.senses = {brain, vision, voice};
  plan.studios = {std::move(studio)};
  ComfyPlan comfy{.name = "comfyui", .card = card.name};
  comfy.options.context = comfy_context;
  plan.config.renderers = {{{"comfyui", true, true}, card.name, mebibytes(64)}};
  plan.config.kinds = {make_kind("selfie", "comfyui", gibibytes(6), false),
                       make_kind("video", "comfyui", gibibytes(14), true)};
  plan.config.kinds[0].evict = {"vision"};
  comfy.kinds["selfie"] = make_cost(plan.config.kinds[0], seconds(12));
  comfy.kinds["video"] = make_cost(plan.config.kinds[1], seconds(60));
  plan.comfyuis = {std::move(comfy)};
  plan.config.courier = CourierSpec{};
  return plan;
}

}  // namespace malin::sim
