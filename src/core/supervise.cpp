#include "core/supervise.hpp"

#include <algorithm>

#include "core/footprint.hpp"
#include "core/room.hpp"

namespace malin {

namespace {

constexpr int deep_probe_failures_before_repair = 3;
constexpr int comings_and_goings_max = 6;  // Beyond: an intruder is left alone until the window returns.
constexpr double footprint_tolerance = 0.05;
constexpr Duration silence_told_after{120'000};  // Of an engine: a restart or an update takes less.

const Window* window_of(const Situation& s, const Absence& absence) {
  const auto found = s.ledger.windows.find(absence.window);
  return found == s.ledger.windows.end() ? nullptr : &found->second;
}

const Absence* absence_of(const Situation& s, const SenseSpec& sense) {
  const auto found = s.ledger.absences.find(sense.name);
  return found == s.ledger.absences.end() ? nullptr : &found->second;
}

bool can_unload(const Situation& s, const SenseSpec& sense) {
  const EngineSpec* engine = s.config.engine(sense.engine);
  return sense.evictable && engine != nullptr && engine->can_unload;
}

// An open window compares with the profile at its end, so it must not change before.
bool is_compared_later(const Situation& s, const SenseSpec& sense) {
  const Window* window = s.ledger.open_window(sense.card);
  return window != nullptr && std::ranges::find(window->evicted, sense.name) != window->evicted.end();
}

void remember_ready(const Situation& s, const SenseView& view, Draft& draft) {
  const auto known = s.ledger.profiles.find(view.spec->name);
  Profile profile = known == s.ledger.profiles.end() ? Profile{} : known->second;
  const Profile before = profile;
  profile.sense = view.spec->name;
  if (!is_compared_later(s, *view.spec) && !same_load(profile.resident, *view.resident)) {
    profile.resident = *view.resident;
    profile.resident.state = ResidentState::idle;
  }
  if (const auto seen = s.seen.measured.find(view.spec->name); seen != s.seen.measured.end())
    profile.footprint = seen->second;
  if (const auto seen = s.seen.load_times.find(view.spec->name); seen != s.seen.load_times.end())
    profile.load_time = seen->second;
  if (profile.told_at) {
    profile.told_at.reset();
    draft.notify(view.spec->name + " is back.");
  }
  if (profile == before) return;
  draft.change(PutProfile{profile});
  if (before.sense.empty() || before.told_at) draft.tell("sense", view.spec->name, view.spec->name + " is ready");
}

void tell_person(const Situation& s, const SenseView& view, Draft& draft) {
  const auto known = s.ledger.profiles.find(view.spec->name);
  Profile profile = known == s.ledger.profiles.end() ? Profile{} : known->second;
  if (profile.told_at) return;
  profile.sense = view.spec->name;
  profile.told_at = s.now;
  draft.change(PutProfile{profile});
  draft.tell("sense", view.spec->name, view.spec->name + " does not come back: " + view.why);
  draft.notify("I cannot get my " + view.spec->name + " back yet (" + view.why + "). Still trying.");
}

// A repair ends when the sense is gone, and no absence outlives what it was recorded for.
bool is_absence_over(const Situation& s, const SenseView& view, const Absence& absence) {
  if (absence.window != 0) {
    const Window* window = window_of(s, absence);
    return window == nullptr || window->phase == WindowPhase::closed;
  }
  const bool is_gone = view.state == SenseState::away && s.engine(view.spec->engine) != nullptr;
  return is_gone || absence.deadline <= s.now || !s.ledger.settings.swap_enabled || !can_unload(s, *view.spec);
}

// Follows an absent sense as it goes, and as someone loads it again.
void follow_absence(const Situation& s, const SenseView& view, const Absence& absence, Draft& draft) {
  if (is_absence_over(s, view, absence)) return draft.change(DropAbsence{view.spec->name});
  if (s.engine(view.spec->engine) == nullptr) return;
  const bool is_gone = view.state == SenseState::away;
  if (is_gone != (absence.evictions % 2 == 1)) {
    Absence next = absence;
    ++next.evictions;
    draft.change(PutAbsence{next});
    if (is_gone)
      draft.tell("sense", view.spec->name, view.spec->name + " is away");
    else
      draft.tell("sense", view.spec->name,
                 view.spec->name + " was loaded again by someone (as " + view.resident->identifier + ")");
  }
}

void send_away(const Situation& s, const SenseView& view, const Absence& absence, Draft& draft) {
  if (!s.ledger.settings.swap_enabled || !can_unload(s, *view.spec) || s.is_turn_open()) return;
  if (view.resident->state != ResidentState::idle && view.resident->state != ResidentState::busy) return;
  const Window* window = window_of(s, absence);
  const bool is_returning = window == nullptr || window->phase == WindowPhase::returning;
  if (absence.evictions >= comings_and_goings_max && !is_returning) return;
  const UnloadResident unload{view.spec->engine, view.resident->identifier, view.spec->name};
  const std::string key = key_of(unload);
  if (s.may_try(key))
    draft.act(unload);
  else if (!s.is_running(key))
    draft.wake_at(s.retry_at(key));
}

bool is_stacked_copy(const SenseSpec& sense, const Resident& copy) {
  for (const std::string& base : {sense.identifier, sense.model}) {
    if (!copy.identifier.starts_with(base + ":")) continue;
    const std::string_view rest = std::string_view(copy.identifier).substr(base.size() + 1);
    if (!rest.empty() && rest.find_first_not_of("0123456789") == std::string_view::npos) return true;
  }
  return false;
}

void fold_duplicates(const Situation& s, const SenseView& view, Draft& draft) {
  if (!s.ledger.settings.swap_enabled || !can_unload(s, *view.spec) || s.is_turn_open()) return;
  for (const Resident* copy : view.duplicates) {
    if (copy->state != ResidentState::idle || !is_stacked_copy(*view.spec, *copy)) continue;
    const UnloadResident unload{view.spec->engine, copy->identifier, view.spec->name};
    if (s.may_try(key_of(unload))) draft.act(unload);
  }
}

// Loaded and wanted: proves it with one token; one that keeps failing is sent away to be loaded afresh.
void prove(const Situation& s, const SenseView& view, Draft& draft) {
  if (s.is_stuck(*view.spec, *view.resident)) return tell_person(s, view, draft);
  const std::string key = "probe sense " + view.spec->name;
  if (s.failures(key) >= deep_probe_failures_before_repair && view.state == SenseState::failing) {
    tell_person(s, view, draft);
    if (can_unload(s, *view.spec) && s.ledger.settings.swap_enabled && !s.is_turn_open() && s.may_try(key)) {
      Absence repair{.sense = view.spec->name,
                     .resident = wanted_resident(s, *view.spec),
                     .since = s.now,
                     .deadline = s.now + view.spec->load_limit};
      draft.change(PutAbsence{std::move(repair)});
      draft.tell("sense", view.spec->name, view.spec->name + " answers wrongly; loading it afresh: " + view.why);
      draft.opens_window();
      return;
    }
  }
  if (view.resident->state != ResidentState::idle) return;
  if (s.may_try(key))
    draft.act(ProbeSense{view.spec->name, view.spec->engine, view.resident->identifier, view.resident->instance});
  else if (!s.is_running(key))
    draft.wake_at(s.retry_at(key));
}

// Why a load may not start on this card now; empty when it may.
std::string load_obstacle(const Situation& s, const SenseSpec& sense) {
  for (const InFlight& one : s.in_flight) {
    if (const auto* load = std::get_if<LoadSense>(&one.action); load != nullptr && load->card == sense.card)
      return "waits for " + load->sense;
    if (std::holds_alternative<UnloadResident>(one.action)) return "waits for an unload to end";
  }
  for (const char* verb : {"start ", "restart "})
    if (s.is_running(verb + sense.engine)) return "waits for " + sense.engine + " to come up";
  for (const RendererSpec& renderer : s.config.renderers) {
    if (renderer.card != sense.card) continue;
    const Job* job = s.rendering_job(renderer.server.name);
    if (job != nullptr && !s.is_render_over(*job)) return "waits for a render to end";
    // A cancelled render goes on for a while; one that never stops must not keep her senses away.
    if (s.is_rendering_for_us(renderer) && s.now < s.last_render(renderer) + s.config.swap.absence_limit)
      return "waits for a render to stop";
    if (s.has_kept_memory_since(renderer, s.last_render(renderer))) continue;
    const RendererReading* reading = s.renderer(renderer.server.name);
    if (reading == nullptr && !s.is_renderer_down(renderer.server.name))
      return "waits for a look at " + renderer.server.name;
    if (reading != nullptr && reading->held > renderer.rest)
      return "waits for " + renderer.server.name + " to give its memory back";
  }
  const CardReading* card = s.card_since(sense.card, s.now - 4 * s.config.swap.fast_probe);
  // A card that cannot be read any more must not keep her senses away: then the engine is the judge.
  if (card == nullptr) return s.is_card_lost(sense.card) ? "" : "waits for a look at card " + sense.card;
  // What was learned may be too much: another program took memory during that load.
  const bool is_pinned = find_footprint(s.ledger, sense.name).pinned.has_value();
  const Bytes footprint = is_pinned ? s.footprint(sense) : std::min(s.footprint(sense), sense.footprint);
  const Bytes enough{static_cast<std::int64_t>(static_cast<double>(footprint.count) * (1 - footprint_tolerance))};
  if (card->free < enough)
    return "needs " + format_bytes(footprint) + ", the card has " + format_bytes(card->free) + " free";
  return {};
}

// Brings back one missing sense a card, the most missed first.
void bring_back(const Situation& s, const SenseView& view, std::vector<std::string>& cards_taken, Draft& draft) {
  const SenseSpec& sense = *view.spec;
  if (std::ranges::find(cards_taken, sense.card) != cards_taken.end()) return;
  const std::string key = "load " + sense.name;
  if (view.state == SenseState::failing) tell_person(s, view, draft);
  if (s.is_running(key)) return;
  if (!s.may_try(key)) {
    draft.wake_at(s.retry_at(key));
    return;
  }
  const std::string obstacle = load_obstacle(s, sense);
  if (obstacle.empty())
    draft.act(LoadSense{sense.name, sense.engine, sense.card, wanted_resident(s, sense), sense.load_limit});
  // A smaller sense goes ahead of one that does not fit only when the card has had time to settle.
  const Window* window = s.ledger.open_window(sense.card);
  const bool is_settling = window != nullptr && s.now < window->phase_at + s.config.swap.settle_limit;
  if (is_settling && obstacle.starts_with("needs")) watch_settling(s, sense.card, window->phase_at, draft);
  if (obstacle.empty() || !obstacle.starts_with("needs") || is_settling) cards_taken.push_back(sense.card);
}

// Nothing can be done for a sense whose engine is silent but start that (core/servers.hpp), and tell the person.
void wait_for_engine(const Situation& s, const SenseView& view, Draft& draft) {
  const auto reading = s.seen.engines.find(view.spec->engine);
  if (reading == s.seen.engines.end() || !reading->second.error) return;
  const TimePoint due = reading->second.failing_since + silence_told_after;
  if (due <= s.now)
    tell_person(s, view, draft);
  else
    draft.wake_at(due);
}

}  // namespace

Resident wanted_resident(const Situation& s, const SenseSpec& sense) {
  const auto profile = s.ledger.profiles.find(sense.name);
  if (profile != s.ledger.profiles.end() && profile->second.resident.model == sense.model)
    return profile->second.resident;
  return {.model = sense.model, .identifier = sense.identifier, .load_config = sense.load_config, .ttl = sense.ttl};
}

void supervise(const Situation& s, const std::vector<SenseView>& senses, Draft& draft) {
  std::vector<const SenseView*> by_impact;
  for (const SenseView& view : senses) by_impact.push_back(&view);
  std::ranges::sort(by_impact, {}, [](const SenseView* view) { return std::pair(-view->spec->impact, view); });
  std::vector<std::string> cards_taken;
  for (const SenseView* view : by_impact) {
    if (const Absence* absence = absence_of(s, *view->spec)) {
      follow_absence(s, *view, *absence, draft);
      if (view->resident != nullptr) send_away(s, *view, *absence, draft);
    } else if (view->state == SenseState::ready) {
      remember_ready(s, *view, draft);
      fold_duplicates(s, *view, draft);
    } else if (view->resident != nullptr && !s.is_running("load " + view->spec->name)) {
      prove(s, *view, draft);
    } else if (view->state == SenseState::missing || view->state == SenseState::failing) {
      bring_back(s, *view, cards_taken, draft);
    } else if (view->state == SenseState::unknown) {
      wait_for_engine(s, *view, draft);
    }
  }
}

}  // namespace malin
