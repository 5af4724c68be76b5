#include "core/readiness.hpp"

#include <algorithm>
#include <map>

namespace malin {

namespace {

// The residents of one engine, to be found by their names.
struct Guests {
  const EngineReading* reading = nullptr;  // nullptr: the engine does not answer.
  std::map<std::string_view, const Resident*> by_identifier;
  std::multimap<std::string_view, const Resident*> by_model;  // Those of one model in the order of the engine.
};
using House = std::map<std::string_view, Guests>;  // By engine.

House look_around(const Situation& s) {
  House house;
  for (const SenseSpec& sense : s.config.senses) {
    const auto [guests, is_new] = house.try_emplace(sense.engine);
    if (is_new) guests->second.reading = s.engine(sense.engine);
  }
  for (auto& [engine, guests] : house) {
    if (guests.reading == nullptr) continue;
    for (const Resident& resident : guests.reading->residents) {
      guests.by_identifier[resident.identifier] = &resident;
      guests.by_model.emplace(resident.model, &resident);
    }
  }
  return house;
}

bool is_claimed_by_another(const Config& config, const SenseSpec& sense, const Resident& resident) {
  return std::ranges::any_of(config.senses, [&](const SenseSpec& other) {
    return other.name != sense.name && other.engine == sense.engine && other.identifier == resident.identifier;
  });
}

void find_residents(const Situation& s, const Guests& guests, SenseView& view) {
  const auto named = guests.by_identifier.find(view.spec->identifier);
  if (named != guests.by_identifier.end()) view.resident = named->second;
  const auto [first, end] = guests.by_model.equal_range(view.spec->model);
  for (auto same = first; same != end; ++same) {
    const Resident* resident = same->second;
    if (resident == view.resident || is_claimed_by_another(s.config, *view.spec, *resident)) continue;
    if (view.resident == nullptr) {
      view.resident = resident;
    } else {
      view.duplicates.push_back(resident);
    }
  }
}

const InFlight* load_in_flight(const Situation& s, const SenseSpec& sense) {
  for (const InFlight& one : s.in_flight) {
    const auto* load = std::get_if<LoadSense>(&one.action);
    if (load != nullptr && load->sense == sense.name) return &one;
  }
  return nullptr;
}

void judge_passing(const Situation& s, SenseView& view) {
  const bool is_loading = view.resident->state == ResidentState::loading;
  view.state = is_loading ? SenseState::loading : SenseState::missing;
  view.why = is_loading ? "its engine is loading it" : "its engine is unloading it";
  if (!s.is_stuck(*view.spec, *view.resident)) return;
  view.state = SenseState::failing;
  view.why += ", for longer than that may take";
}

void judge_present(const Situation& s, SenseView& view) {
  const ResidentState state = view.resident->state;
  if (state == ResidentState::loading || state == ResidentState::unloading) return judge_passing(s, view);
  const auto probe = s.seen.deep_probes.find(view.spec->name);
  if (probe == s.seen.deep_probes.end() || probe->second.instance != view.resident->instance) {
    view.state = SenseState::loading;
    view.why = "loaded, being tried with one token";
  } else if (probe->second.error) {
    view.state = SenseState::failing;
    view.why = "loaded, but it does not answer as it should: " + probe->second.error->message;
  } else {
    view.state = SenseState::ready;
  }
}

void judge_gone(const Situation& s, SenseView& view) {
  const std::string load = "load " + view.spec->name;
  const Error* error = s.last_error(load);
  view.state =
      s.failures(load) >= s.config.swap.load_failures_before_restart ? SenseState::failing : SenseState::missing;
  view.why = error == nullptr ? "not loaded" : "not loaded; the last try failed: " + error->message;
}

SenseView view_sense(const Situation& s, const House& house, const SenseSpec& spec) {
  SenseView view;
  view.spec = &spec;
  const Guests& guests = house.at(spec.engine);
  find_residents(s, guests, view);
  if (s.ledger.absences.contains(spec.name)) {
    view.state = view.resident == nullptr ? SenseState::away : SenseState::unloading;
    view.why = "away to make room";
  } else if (const InFlight* load = load_in_flight(s, spec)) {
    view.state = SenseState::loading;
    view.progress = load->progress;
    view.why = "loading";
  } else if (guests.reading == nullptr) {
    view.why = spec.engine + " does not answer";
  } else if (view.resident != nullptr) {
    judge_present(s, view);
  } else {
    judge_gone(s, view);
  }
  return view;
}

bool is_returning(const Situation& s, const SenseSpec& sense) {
  const Window* window = s.ledger.open_window(sense.card);
  return window != nullptr && std::ranges::find(window->evicted, sense.name) != window->evicted.end();
}

}  // namespace

std::vector<SenseView> view_senses(const Situation& situation) {
  const House house = look_around(situation);
  std::vector<SenseView> views;
  for (const SenseSpec& sense : situation.config.senses) views.push_back(view_sense(situation, house, sense));
  return views;
}

const SenseView* find_view(const std::vector<SenseView>& views, std::string_view sense) {
  const auto found = std::ranges::find(views, sense, [](const SenseView& view) { return view.spec->name; });
  return found == views.end() ? nullptr : &*found;
}

Glow glow_of(const Situation& situation, const std::vector<SenseView>& views) {
  Glow glow = Glow::green;
  for (const SenseView& view : views) {
    if (view.state == SenseState::ready) continue;
    const bool is_coming = view.state == SenseState::loading || view.state == SenseState::missing;
    const bool on_purpose = view.state == SenseState::away || view.state == SenseState::unloading ||
                            (is_coming && is_returning(situation, *view.spec));
    if (!on_purpose) return Glow::red;
    glow = Glow::amber;
  }
  return glow;
}

bool same_load(const Resident& was, const Resident& is) {
  return was.model == is.model && was.identifier == is.identifier && was.load_config == is.load_config &&
         was.ttl == is.ttl;
}

const char* to_string(SenseState state) {
  switch (state) {
    case SenseState::ready:
      return "ready";
    case SenseState::away:
      return "away";
    case SenseState::unloading:
      return "unloading";
    case SenseState::loading:
      return "loading";
    case SenseState::missing:
      return "missing";
    case SenseState::failing:
      return "failing";
    case SenseState::unknown:
      return "unknown";
  }
  return "?";
}

const char* to_string(Glow glow) {
  switch (glow) {
    case Glow::green:
      return "green";
    case Glow::amber:
      return "amber";
    case Glow::red:
      return "red";
  }
  return "?";
}

}  // namespace malin
