#include "control/observer.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "core/delivery.hpp"

namespace malin::control {

namespace {

constexpr Duration hint_interval{100};  // A render that moves is not looked at more often, however often it says so.

template <class T>
bool take(Reading<T>& reading, TimePoint asked_at, Result<T> answer) {
  if (asked_at < reading.tried_at) return false;
  const bool was_well = reading.value && !reading.error;
  reading.tried_at = asked_at;
  if (answer) {
    reading.value = std::move(*answer);
    reading.at = asked_at;
    reading.error.reset();
    reading.failures = 0;
    return !was_well;
  }
  if (reading.failures++ == 0) reading.failing_since = asked_at;
  reading.error = std::move(answer.error());
  return was_well || reading.failures == 1;
}

void note_passing(const EngineReading& reading, TimePoint now, std::map<std::string, TimePoint>& passing) {
  std::map<std::string, TimePoint> next;
  for (const Resident& resident : reading.residents) {
    if (resident.state != ResidentState::loading && resident.state != ResidentState::unloading) continue;
    const auto before = passing.find(resident.identifier);
    next[resident.identifier] = before == passing.end() ? now : before->second;
  }
  passing = std::move(next);
}

}  // namespace

Observer::Observer(TimePoint now) {
  seen_.started_at = now;
  seen_.presence.quiet_since = now;
}

// Only while it runs: before, what was sent away may still be on its way out, and afterwards a part is given back and
// senses return.
bool Observer::is_seen_running(const std::string& prompt_id) const {
  const auto render = seen_.renders.find(prompt_id);
  const RenderReading* known = render == seen_.renders.end() ? nullptr : render->second.known();
  return known != nullptr && known->state == RenderState::running;
}

template <class Seen>
void Observer::note_use(std::string RenderUse::* where, const std::string& name, TimePoint asked_at, const Seen& seen) {
  for (auto& [prompt_id, use] : seen_.uses)
    if (use.*where == name && asked_at >= use.since && is_seen_running(prompt_id)) look(use, seen);
}

bool Observer::saw(const ProbeCard& probe, TimePoint asked_at, Result<CardReading> reading) {
  if (reading) note_use(&RenderUse::card, probe.card, asked_at, *reading);
  return take(seen_.cards[probe.card], asked_at, std::move(reading));
}

// A sense's own deep probe is no use of it.
void Observer::note_uses(const std::string& engine, TimePoint asked_at, const EngineReading& reading) {
  for (auto& [prompt_id, use] : seen_.uses)
    if (asked_at >= use.since && is_seen_running(prompt_id)) look(use, engine, reading);
  for (const auto& [sense, deep] : seen_.deep_probes) {
    const auto used = reading.last_used.find(deep.instance);
    if (used != reading.last_used.end() && !deep.error && asked_at > deep.at)
      look(seen_.sense_uses[sense], deep.instance, used->second, asked_at);
  }
}

bool Observer::saw(const ProbeEngine& probe, TimePoint asked_at, Result<EngineReading> reading) {
  if (reading) note_uses(probe.engine, asked_at, *reading);
  Reading<EngineReading>& known = seen_.engines[probe.engine];
  const bool is_news = take(known, asked_at, std::move(reading));
  // What is loading after it was gone is another load.
  if (known.error && known.error->code == Errc::unreachable)
    seen_.passing.erase(probe.engine);
  else if (known.value)
    note_passing(*known.value, asked_at, seen_.passing[probe.engine]);
  return is_news;
}

bool Observer::saw(const ProbeRenderer& probe, TimePoint asked_at, Result<RendererReading> reading) {
  if (reading) note_use(&RenderUse::renderer, probe.renderer, asked_at, *reading);
  return take(seen_.renderers[probe.renderer], asked_at, std::move(reading));
}

bool Observer::saw(const LookUpRender& probe, TimePoint asked_at, Result<RenderReading> reading) {
  Reading<RenderReading>& render = seen_.renders[probe.prompt_id];
  const bool is_news = take(render, asked_at, std::move(reading));
  if (asked_at <= render_over_at_) render.tried_at = TimePoint::min();
  return is_news;
}

void Observer::saw(const ProbeSense& probe, TimePoint now, const Result<void>& answer) {
  DeepProbe deep{.instance = probe.instance, .at = now};
  if (!answer) {
    deep.error = answer.error();
  } else if (const auto load = unproved_loads_.extract(probe.sense); !load.empty() && load.mapped() <= now) {
    seen_.load_times[probe.sense] = now - load.mapped();
  }
  seen_.deep_probes[probe.sense] = std::move(deep);
}

void Observer::heard_her(TimePoint now) { seen_.presence.quiet_since = std::max(seen_.presence.quiet_since, now); }

void Observer::submits(const std::string& prompt_id, RenderUse before) {
  seen_.uses.try_emplace(prompt_id, std::move(before));
}

void Observer::loaded(const std::string& sense, TimePoint began) { unproved_loads_[sense] = began; }

void Observer::measured(const std::string& sense, Bytes footprint) { seen_.measured[sense] = footprint; }

void Observer::forget_measured(const std::string& sense) { seen_.measured.erase(sense); }

void Observer::collected(const JobId& job, Result<Media> media) {
  Collected outcome;
  if (media)
    outcome.media = std::move(*media);
  else
    outcome.error = std::move(media.error());
  seen_.collected[job] = std::move(outcome);
}

void Observer::sent(std::int64_t item, Result<std::optional<std::int64_t>> message) {
  Sent outcome;
  if (message)
    outcome.message = *message;
  else
    outcome.error = std::move(message.error());
  seen_.sent[item] = std::move(outcome);
}

void Observer::showed(std::int64_t item, std::string text, TimePoint now) {
  seen_.shown[item] = {.text = std::move(text), .at = now};
}

void Observer::heard_person(const Result<void>& heard) {
  seen_.unheard = heard ? std::nullopt : std::optional(heard.error());
}

void Observer::courier_is_silent_until(TimePoint moment) { seen_.courier_silent_until = moment; }

void Observer::restarted(const std::string& server, TimePoint now) {
  std::vector<TimePoint>& times = seen_.restarts[server];
  std::erase_if(times, [now](TimePoint at) { return at + std::chrono::hours(1) <= now; });
  times.push_back(now);
  seen_.passing.erase(server);
}

void Observer::tried(const std::string& key, TimePoint now, const Result<void>& outcome) {
  Attempts& attempts = seen_.attempts[key];
  attempts.last_at = now;
  if (outcome) {
    attempts.failures = 0;
    attempts.error.reset();
  } else {
    ++attempts.failures;
    attempts.error = outcome.error();
  }
}

void Observer::hint(TimePoint now, bool is_over) {
  if (is_over) render_over_at_ = now;
  for (auto& [id, reading] : seen_.renders)
    if (is_over || reading.tried_at + hint_interval <= now) reading.tried_at = TimePoint::min();
}

void Observer::begin_turn(Turn turn) {
  seen_.presence.turns.push_back(std::move(turn));
  declined_since_.reset();
  note_waiting();
}

bool Observer::keep_turn(const std::string& id, TimePoint expires_at) {
  const auto turn = std::ranges::find(seen_.presence.turns, id, &Turn::id);
  if (turn == seen_.presence.turns.end()) return false;
  turn->expires_at = expires_at;
  return true;
}

std::optional<Turn> Observer::end_turn(const std::string& id, TimePoint now) {
  const auto found = std::ranges::find(seen_.presence.turns, id, &Turn::id);
  if (found == seen_.presence.turns.end()) return std::nullopt;
  Turn ended = std::move(*found);
  seen_.presence.turns.erase(found);
  heard_her(now);
  return ended;
}

std::vector<Turn> Observer::expire_turns(TimePoint now) {
  std::vector<Turn> expired;
  for (const Turn& turn : seen_.presence.turns) {
    if (turn.expires_at > now) continue;
    heard_her(turn.expires_at);
    expired.push_back(turn);
  }
  std::erase_if(seen_.presence.turns, [now](const Turn& turn) { return turn.expires_at <= now; });
  return expired;
}

void Observer::held_since(std::optional<TimePoint> since) {
  held_since_ = since;
  note_waiting();
}

bool Observer::declined_turn(TimePoint now) {
  if (declined_since_) return false;
  declined_since_ = now;
  note_waiting();
  return true;
}

void Observer::note_waiting() {
  const bool is_declined_first = declined_since_ && (!held_since_ || *declined_since_ < *held_since_);
  seen_.presence.waiting_since = is_declined_first ? declined_since_ : held_since_;
}

void Observer::forget(const Ledger& ledger) {
  const auto is_open = [](const auto& row) { return row.second.phase != WindowPhase::closed; };
  if (std::ranges::none_of(ledger.windows, is_open)) {
    declined_since_.reset();
    note_waiting();
  }
  std::set<std::string> rendering;  // Prompt ids, and the jobs they belong to.
  std::set<std::string> known;      // Newest prompt ids of all jobs; an interrupted one may still be asked to stop.
  for (const auto& [id, job] : ledger.jobs) {
    known.insert(job.prompt_id);
    if (job.state != JobState::rendering) continue;
    rendering.insert(job.prompt_id);
    rendering.insert(id);
  }
  std::erase_if(seen_.renders, [&](const auto& row) { return !rendering.contains(row.first); });
  std::erase_if(seen_.begun, [&](const std::string& id) { return !rendering.contains(id); });
  std::erase_if(seen_.uses, [&](const auto& row) { return !rendering.contains(row.first); });
  std::erase_if(seen_.collected, [&](const auto& row) { return !rendering.contains(row.first); });
  std::erase_if(seen_.shown, [&](const auto& row) { return !ledger.outbox.contains(row.first); });
  std::erase_if(seen_.attempts, [&](const auto& row) {
    const std::string_view key = row.first;
    const std::string name(key.substr(key.rfind(' ') + 1));
    if (key.starts_with("look up ") || key.starts_with("submit ") || key.starts_with("collect "))
      return !rendering.contains(name);
    if (key.starts_with("interrupt ")) return !known.contains(name);
    return (key.starts_with("send ") || key.starts_with("line ")) &&
           std::ranges::none_of(ledger.outbox, [&](const auto& item) { return std::to_string(item.first) == name; });
  });
}

void Observer::committed(const Ledger& before, const Changes& changes) {
  follow_armed(before, changes, seen_.armed);
  for (const Change& change : changes) {
    const auto* put = std::get_if<PutJob>(&change);
    if (put == nullptr || put->job.state != JobState::rendering) continue;
    const auto old = before.jobs.find(put->job.id);
    if (old == before.jobs.end() || old->second.prompt_id != put->job.prompt_id) seen_.begun.insert(put->job.prompt_id);
  }
}

void Observer::forget_sent(const Changes& committed) {
  for (const Change& change : committed)
    if (const auto* put = std::get_if<PutOutbox>(&change)) seen_.sent.erase(put->item.id);
}

}  // namespace malin::control
