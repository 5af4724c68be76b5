#include "core/requests.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/footprint.hpp"
#include "core/status_line.hpp"

namespace malin {

namespace {

AddEvent tell(TimePoint now, std::string kind, std::string subject, std::string text) {
  return AddEvent{{.at = now, .kind = std::move(kind), .subject = std::move(subject), .text = std::move(text)}};
}

std::string names_of(const std::vector<KindSpec>& kinds) {
  std::string text;
  for (const KindSpec& kind : kinds) text += (text.empty() ? "" : ", ") + kind.name;
  return text;
}

bool is_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

// What stands in a slot says what may stand there: a workflow fails at its render when a number becomes a word.
bool takes_number(const KindSpec& kind, const std::string& slot) {
  const auto usual = kind.slots.find(slot);
  return slot == "seed" || (usual != kind.slots.end() && is_number(usual->second));
}

PutWindow called_off(Window window, std::string reason, TimePoint now) {
  window.aborted = true;
  window.phase_at = now;
  window.reason = std::move(reason);
  return {std::move(window)};
}

bool can_be_called_off(const Window& window) {
  return !window.aborted && window.phase != WindowPhase::closed && window.phase != WindowPhase::returning;
}

}  // namespace

Result<Accepted> submit_job(const Config& config, const Ledger& ledger, const Submission& submission, TimePoint now) {
  const KindSpec* kind = config.kind(submission.kind);
  if (kind == nullptr)
    return fail(Errc::not_found,
                "there is no media kind \"" + submission.kind + "\"; known: " + names_of(config.kinds));
  if (submission.prompt.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Errc::refused, "the prompt is empty; say what the " + kind->name + " should show");
  if (submission.prompt.size() > kind->prompt_bytes_max)
    return fail(Errc::refused, "the prompt is " + std::to_string(submission.prompt.size()) + " bytes long; a " +
                                   kind->name + " takes at most " + std::to_string(kind->prompt_bytes_max));
  for (const auto& [name, value] : submission.params) {
    if (!kind->slots.contains(name) && name != "seed")
      return fail(Errc::refused, "\"" + name + "\" is not a slot of kind " + kind->name);
    if (value.size() > kind->prompt_bytes_max) return fail(Errc::refused, "the value of \"" + name + "\" is too long");
    if (takes_number(*kind, name) && !is_number(value)) return fail(Errc::refused, "\"" + name + "\" must be a number");
  }
  const auto waiting = std::ranges::count_if(ledger.jobs, [](const auto& row) { return !is_over(row.second.state); });
  if (static_cast<std::size_t>(waiting) >= queued_jobs_max)
    return fail(Errc::refused, "the queue is full (" + std::to_string(waiting) + " jobs); cancel some or wait");
  Job job;
  job.id = "j-" + std::to_string(ledger.next_job);
  job.key = submission.key;
  job.kind = submission.kind;
  job.prompt = submission.prompt;
  job.params = submission.params;
  job.priority = submission.priority;
  job.created_at = now;
  Changes changes{PutJob{job}, tell(now, "job", job.id, "a " + job.kind + " is queued")};
  if (submission.is_told && config.courier)
    changes.push_back(PutOutbox{{.id = ledger.next_outbox, .job = job.id, .text = queued_line, .created_at = now}});
  return Accepted{std::move(job), std::move(changes)};
}

Result<Changes> cancel_job(const Ledger& ledger, const JobId& id, TimePoint now) {
  const auto found = ledger.jobs.find(id);
  if (found == ledger.jobs.end()) return fail(Errc::not_found, "there is no job " + id);
  Job job = found->second;
  if (job.state != JobState::queued && job.state != JobState::rendering)
    return fail(Errc::refused, "job " + id + " is " + to_string(job.state) + " already");
  job.state = JobState::cancelled;
  job.reason = "cancelled on request";
  job.ended_at = now;
  return Changes{PutJob{job}, tell(now, "job", id, "the " + job.kind + " is cancelled")};
}

Changes set_swap(const Ledger& ledger, bool enabled, TimePoint now) {
  if (ledger.settings.swap_enabled == enabled) return {};
  Settings settings = ledger.settings;
  settings.swap_enabled = enabled;
  if (enabled) settings.hold_until.reset();
  Changes changes{PutSettings{settings}, tell(now, "swap", "", enabled ? "swapping is on" : "swapping is off")};
  if (enabled) return changes;
  for (const auto& [id, window] : ledger.windows)
    if (can_be_called_off(window)) changes.push_back(called_off(window, "swapping was switched off", now));
  return changes;
}

Result<Changes> abort_swap(const Config& config, const Ledger& ledger, TimePoint now) {
  Changes changes;
  for (const auto& [id, window] : ledger.windows) {
    if (!can_be_called_off(window)) continue;
    changes.push_back(called_off(window, "called off on request", now));
    changes.push_back(tell(now, "window", std::to_string(id), "called off on request; everyone comes back"));
  }
  if (changes.empty()) return fail(Errc::refused, "no window is open, so there is nothing to call off");
  Settings settings = ledger.settings;
  settings.hold_until = now + config.swap.abort_hold;
  changes.push_back(PutSettings{settings});
  return changes;
}

Result<Changes> restore_sense(const Config& config, const Ledger& ledger, const std::string& sense, TimePoint now) {
  if (config.sense(sense) == nullptr) return fail(Errc::not_found, "there is no sense \"" + sense + "\"");
  const auto absence = ledger.absences.find(sense);
  if (absence == ledger.absences.end()) return Changes{};
  const auto window = ledger.windows.find(absence->second.window);
  if (window == ledger.windows.end() || !can_be_called_off(window->second)) return Changes{};
  Settings settings = ledger.settings;
  settings.hold_until = now + config.swap.abort_hold;
  return Changes{called_off(window->second, sense + " was asked back", now), PutSettings{settings},
                 tell(now, "sense", sense, sense + " was asked back; the window is called off")};
}

Result<std::string> footprint_key(const Config& config, const Ledger& ledger, const std::string& name) {
  if (config.sense(name) != nullptr) return name;
  if (const KindSpec* kind = config.kind(name)) return footprint_name(*kind, {});
  if (ledger.footprints.contains(name)) return name;
  std::string known;
  for (const SenseSpec& sense : config.senses) known += sense.name + ", ";
  for (const KindSpec& kind : config.kinds) {
    const std::string usual = footprint_name(kind, {});
    if (usual == name) return name;
    known += usual + ", ";
  }
  return fail(Errc::not_found,
              "there is no footprint \"" + name + "\"; known: " + known + "and the sizes rendered so far");
}

Result<Changes> pin_footprint(const Config& config, const Ledger& ledger, const std::string& name, Bytes size,
                              TimePoint now) {
  const Result<std::string> key = footprint_key(config, ledger, name);
  if (!key) return std::unexpected(key.error());
  Footprint footprint = find_footprint(ledger, *key);
  if (footprint.pinned == size) return Changes{};
  footprint.pinned = size;
  return Changes{PutFootprint{std::move(footprint)},
                 tell(now, "footprint", *key, *key + " is pinned at " + format_bytes(size))};
}

Result<Changes> forget_footprint(const Config& config, const Ledger& ledger, const std::string& name, TimePoint now) {
  const Result<std::string> key = footprint_key(config, ledger, name);
  if (!key) return std::unexpected(key.error());
  Changes changes;
  if (ledger.footprints.contains(*key)) changes.push_back(DropFootprint{*key});
  const auto profile = ledger.profiles.find(*key);
  if (profile != ledger.profiles.end() && profile->second.footprint) {
    changes.push_back(PutProfile{profile->second});
    std::get<PutProfile>(changes.back()).profile.footprint.reset();
  }
  if (!changes.empty()) changes.push_back(tell(now, "footprint", *key, "what " + *key + " takes is forgotten"));
  return changes;
}

}  // namespace malin
