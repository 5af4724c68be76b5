// What the checker looks at after every step, and at the end.
#include <algorithm>

#include <fmt/format.h>

#include "core/decide.hpp"
#include "sim/checker.hpp"

namespace malin::sim {

namespace {

constexpr Duration commit_pause{65'000};  // A full disk is tried again after at most that long.
constexpr Duration loop_slack{5'000};

// "j-12" of ".../j-12-1.png".
JobId job_of_file(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('-'));
}

Duration stale_after(const Config& config) { return 3 * config.swap.slow_probe + std::chrono::seconds(5); }

bool has_instance(const EngineReading& reading, const std::string& instance) {
  return std::ranges::any_of(reading.residents, [&](const Resident& one) { return one.instance == instance; });
}

}  // namespace

void Checker::look(const control::Controller* daemon, bool is_commit_unknown) {
  const TimePoint now = universe_.clock.now();
  if (universe_.is_disk_full) disk_was_full_at_ = now;
  const bool is_excused = daemon == nullptr || disk_was_full_at_ + commit_pause > now;
  if (is_excused)
    for (auto& [sense, away] : away_) away.excused += now - std::max(looked_at_, away.since);
  looked_at_ = now;
  check_absences();
  check_renders();
  if (universe_.telegram.revision() != phone_revision_) {
    phone_revision_ = universe_.telegram.revision();
    check_copies();
  }
  if (daemon != nullptr && !is_commit_unknown) check_status(*daemon);
}

void Checker::check_absences() {
  const TimePoint now = universe_.clock.now();
  for (const auto& [sense, away] : away_)
    holds(9, now <= away.since + away.limit + away.excused + loop_slack, [&, name = sense, one = away] {
      return fmt::format("{} is away for {}, longer than {}", name, format_duration(now - one.since),
                         format_duration(one.limit));
    });
}

void Checker::check_renders() {
  for (const auto& gpu : universe_.gpus) {
    int renders = 0;
    for (const auto& comfy : universe_.comfyuis) {
      if (comfy->plan.card != gpu->ledger.name() || !comfy->comfyui.worker_alive()) continue;
      const world::ComfyRun* run = comfy->comfyui.running();
      renders += run != nullptr && run->prompt.client == "malin" ? 1 : 0;
      renders += static_cast<int>(std::ranges::count(comfy->comfyui.pending(), "malin", &world::ComfyPrompt::client));
    }
    holds(6, renders <= 1, [&] { return fmt::format("{} renders at once on card {}", renders, gpu->ledger.name()); });
  }
}

void Checker::check_copies() {
  std::map<JobId, int> copies;
  int lines = 0;
  for (const world::TelegramMessage& message : universe_.telegram.messages()) {
    if (message.from_person) continue;
    if (message.media)
      ++copies[job_of_file(message.media->file->name)];
    else
      ++lines;
  }
  const int excused = deletions_;
  for (const auto& [job, count] : copies)
    holds(8, count <= 1 + std::min(1, repeats_[job]) + excused,
          fmt::format("{} is there {} times, {} of it logged", job, count, repeats_[job]));
  const int expected = static_cast<int>(lines_.size());
  holds(8, lines <= expected + line_repeats_ + excused,
        fmt::format("{} lines where {} were to be sent, {} of it logged", lines, expected, line_repeats_));
}

void Checker::check_status(const control::Controller& daemon) {
  const Situation situation = daemon.situation();
  for (const SenseView& view : view_senses(situation)) check_view(view);
}

void Checker::check_view(const SenseView& view) {
  const TimePoint now = universe_.clock.now();
  const SenseSpec& spec = *view.spec;
  const auto what = [&](const char* but) {
    return [&, but] { return fmt::format("{} is called {}{}", spec.name, to_string(view.state), but); };
  };
  const bool is_called_away = view.state == SenseState::away || view.state == SenseState::unloading;
  holds(11, is_called_away == absences_.contains(spec.name),
        what(is_called_away ? ", and no absence is recorded" : ", and its absence is recorded"));
  const Evidence<EngineReading>& told = engines_[spec.engine];
  const bool is_fresh = told.value && !told.failing_since && told.asked_at + stale_after(config_) >= now;
  if (view.state == SenseState::ready) {
    if (!holds(11, is_fresh, what(", and its engine has not answered for long"))) return;
    holds(11, has_instance(*told.value, view.resident->instance), what(", and its engine does not list it"));
    holds(11, proved_[spec.engine].contains(view.resident->instance), what(" without a passed probe"));
  }
  if (view.state == SenseState::missing || view.state == SenseState::failing) {
    const bool is_there =
        is_fresh && std::ranges::any_of(told.value->residents, [&](const Resident& resident) {
          return resident.identifier == spec.identifier && proved_[spec.engine].contains(resident.instance);
        });
    holds(11, !is_there || view.state == SenseState::failing, what(", and it is there"));
  }
}

std::string Checker::unrest(const control::Controller& daemon) {
  for (const auto& [id, job] : jobs_)
    if (!is_over(job.state)) return fmt::format("{} is {} ({})", id, to_string(job.state), job.reason);
  for (const JobId& id : acknowledged_)
    if (!jobs_.contains(id)) return id + " was acknowledged and is gone";
  if (!windows_open_.empty()) return fmt::format("window {} is open", windows_open_.begin()->first);
  if (!absences_.empty()) return absences_.begin()->first + " is still away";
  if (!outbox_.empty())
    return fmt::format("message {} is {}", outbox_.begin()->first, to_string(outbox_.begin()->second.state));
  const Situation situation = daemon.situation();
  for (const SenseView& view : view_senses(situation)) {
    if (view.state != SenseState::ready)
      return fmt::format("{} is {}: {}", view.spec->name, to_string(view.state), view.why);
    Studio* studio = universe_.studio(view.spec->engine);
    if (studio != nullptr && !studio->studio.find(view.resident->identifier)) return view.spec->name + " is not there";
  }
  if (!daemon.plan().changes.empty()) return "there is something to write down";
  return "";
}

}  // namespace malin::sim
