// The checker's record of what is committed, and what must hold of it.
#include "sim/checker.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::sim {

const char* name_of_invariant(int invariant) {
  constexpr std::array names = {"",
                                "return",
                                "manners",
                                "memory before deed",
                                "room is proved",
                                "no collision",
                                "one at a time",
                                "no job is lost",
                                "no second copy",
                                "bounded absence",
                                "the toggle is obeyed",
                                "the truth is told",
                                "hands off",
                                "rest is rest",
                                "durable is durable"};
  return names.at(static_cast<std::size_t>(invariant));
}

Checker::Checker(Universe& universe, Journal& journal)
    : universe_(universe), journal_(journal), config_(universe.plan.config) {
  for (const SenseSpec& sense : config_.senses) configs_[sense.name].insert(sense.load_config);
  looked_at_ = universe.clock.now();
}

void Checker::violated(int invariant, std::string what) {
  journal_.tell(universe_.clock.now(),
                fmt::format("VIOLATED {} ({}): {}", invariant, name_of_invariant(invariant), what));
  if (!violation_) violation_ = Violation{invariant, std::move(what)};
}

void Checker::committed(const Changes& changes, Duration) {
  for (const Change& change : changes) std::visit([this](const auto& one) { write(one); }, change);
}

void Checker::write(const PutJob& change) {
  const Job& job = change.job;
  const auto known = jobs_.find(job.id);
  const bool is_new = known == jobs_.end();
  const JobState was = is_new ? JobState::queued : known->second.state;
  const auto step = [&](std::initializer_list<JobState> next) {
    return was == job.state || std::ranges::find(next, job.state) != next.end();
  };
  bool is_legal = true;
  switch (was) {
    case JobState::queued:
      is_legal = step({JobState::rendering, JobState::failed, JobState::cancelled});
      break;
    case JobState::rendering:
      is_legal = step({JobState::queued, JobState::rendered, JobState::failed, JobState::cancelled});
      break;
    case JobState::rendered:
      is_legal = step({JobState::delivered, JobState::failed});
      break;
    case JobState::delivered:
    case JobState::failed:
    case JobState::cancelled:
      is_legal = step({});
      break;
  }
  holds(7, is_legal && !(is_new && job.state != JobState::queued),
        fmt::format("{} goes from {} to {}", job.id, to_string(was), to_string(job.state)));
  if (job.state == JobState::failed) holds(7, !job.reason.empty(), job.id + " failed without a reason");
  if (job.state == JobState::cancelled)
    holds(7, cancels_.contains(job.id), job.id + " is cancelled, and nobody asked for it");
  if (job.state == JobState::delivered && was != JobState::delivered) {
    ++delivered_;
    holds(7, config_.courier == std::nullopt || has_arrived(job.id) || outbox_doubts_.contains(job.id),
          job.id + " is called delivered, and the person has nothing");
  }
  jobs_[job.id] = job;
}

void Checker::write(const PutWindow& change) {
  const Window& window = change.window;
  if (window.phase == WindowPhase::closed) {
    windows_ += static_cast<int>(windows_open_.erase(window.id));
    if (window.restored_exactly.value_or(false)) check_back(window);
    return;
  }
  windows_open_[window.id] = window;
  for (const auto& [id, other] : windows_open_)
    holds(6, id == window.id || other.card != window.card,
          fmt::format("windows {} and {} are open on card {}", id, window.id, window.card));
}

void Checker::write(const PutAbsence& change) {
  const Absence& absence = change.absence;
  const bool is_new = !absences_.contains(absence.sense);
  absences_[absence.sense] = absence;
  if (!is_new) return;
  away_[absence.sense] = {universe_.clock.now(), absence.deadline - absence.since, {}};
  for (const auto& [id, until] : turns_)
    holds(2, until <= universe_.clock.now(), absence.sense + " is to go while turn " + id + " is open");
  const SenseSpec* spec = config_.sense(absence.sense);
  if (!holds(12, spec != nullptr && spec->evictable, absence.sense + " is no sense that may be sent away")) return;
  const Resident& resident = absence.resident;
  holds(3, resident.model == spec->model && !resident.identifier.empty(),
        "the absence of " + absence.sense + " does not say what to restore");
  holds(3, resident.load_config.empty() || configs_[absence.sense].contains(resident.load_config),
        fmt::format("the absence of {} would restore the config \"{}\" that it never had", absence.sense,
                    resident.load_config));
  // One that goes twice in a window is to come back as it was the first time.
  const bool has_left = std::ranges::any_of(windows_open_, [&](const auto& row) {
    return row.first == absence.window && row.second.leaves.contains(absence.sense);
  });
  if (!has_left || !before_.contains(absence.sense)) before_[absence.sense] = resident;
}

void Checker::write(const DropAbsence& change) {
  absences_.erase(change.sense);
  away_.erase(change.sense);
}

bool Checker::has_arrived(const JobId& job) const {
  return std::ranges::any_of(universe_.telegram.messages(), [&](const world::TelegramMessage& message) {
    return message.media && message.media->file->name.contains("/" + job + "-");
  });
}

void Checker::acknowledged(const JobId& job) {
  acknowledged_.insert(job);
  holds(7, jobs_.contains(job), job + " is acknowledged, and it is not committed");
}

void Checker::write(const PutOutbox& change) {
  if (change.item.unsure > 1) outbox_doubts_.insert(change.item.job);
  lines_.insert(change.item.id);
  if (change.item.state == OutboxState::settled)
    outbox_.erase(change.item.id);
  else
    outbox_[change.item.id] = change.item;
}

void Checker::write(const AddEvent& change) {
  const Event& event = change.event;
  events_.push_back(event.text);
  if (event.kind == "courier" && event.text.find("no answer to the delivery") != std::string::npos)
    ++repeats_[event.subject];
  if (event.kind == "courier" && event.text.find("no answer to a line") != std::string::npos) ++line_repeats_;
  journal_.tell(universe_.clock.now(), fmt::format("  {} {}: {}", event.kind, event.subject, event.text));
}

// "Everyone is back as before": each is there with the same settings, and that very instance has answered.
void Checker::check_back(const Window& window) {
  for (const std::string& name : window.evicted) {
    const SenseSpec* spec = config_.sense(name);
    if (spec == nullptr) continue;
    const auto told = engines_.find(spec->engine);
    const Resident* back = nullptr;
    if (told != engines_.end() && told->second.value)
      for (const Resident& resident : told->second.value->residents)
        if (resident.identifier == before_[name].identifier) back = &resident;
    if (!holds(11, back != nullptr, name + " is called back, and its engine does not list it")) continue;
    holds(11, proved_[spec->engine].contains(back->instance), name + " is called back without a passed probe");
    holds(11, back->load_config == before_[name].load_config && back->ttl == before_[name].ttl,
          fmt::format("{} is called back as before, with \"{}\" in place of \"{}\"", name, back->load_config,
                      before_[name].load_config));
  }
}

// After a crash: what the disk has is what was committed.
void Checker::read_back(const Ledger& ledger) {
  for (const auto& [id, job] : jobs_) {
    const auto found = ledger.jobs.find(id);
    if (is_over(job.state) && found == ledger.jobs.end()) continue;  // Only the newest of these are read.
    if (holds(14, found != ledger.jobs.end(), id + " is gone after a restart"))
      holds(14, found->second == job, id + " is another after a restart");
  }
  holds(14, ledger.absences == absences_, "the absences are others after a restart");
  holds(14, ledger.settings == settings_, "the settings are others after a restart");
  holds(14, ledger.outbox == outbox_, "the outbox is another after a restart");
  for (const auto& [id, window] : windows_open_) {
    const auto found = ledger.windows.find(id);
    holds(14, found != ledger.windows.end() && found->second == window,
          fmt::format("window {} is another after a restart", id));
  }
}

void Checker::daemon_died() {
  turns_.clear();
  cards_.clear();
  engines_.clear();
  renderers_.clear();
  proved_.clear();
  releases_.clear();
}

void Checker::clock_set(Duration by) {
  if (by >= Duration{}) return;
  for (auto& [sense, away] : away_) away.excused += std::min(-by, universe_.clock.now() - away.since);
}

void Checker::turn_began(const std::string& id, TimePoint until) { turns_[id] = until; }
void Checker::turn_kept(const std::string& id, TimePoint until) {
  if (turns_.contains(id)) turns_[id] = until;
}
void Checker::turn_ended(const std::string& id) { turns_.erase(id); }
void Checker::asked(const std::string& sense) {
  holds(5, !absences_.contains(sense), sense + " is asked for an answer while it is away");
}

}  // namespace malin::sim
