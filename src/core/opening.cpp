// How a job gets its turn when no window is open (core/window.hpp).
#include <map>
#include <utility>

#include "core/explain.hpp"
#include "core/jobs.hpp"
#include "core/learning.hpp"
#include "core/presence.hpp"
#include "core/room.hpp"
#include "core/window.hpp"

namespace malin {

namespace {

// The last fifth of the absence limit is kept for the way back.
TimePoint render_until(const Situation& s) { return s.now + s.config.swap.absence_limit / 5 * 4; }

void open_window(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer, const Job& job,
                 const KindSpec& kind, const RoomPlan& plan, Draft& draft) {
  Window window;
  window.id = draft.new_window();
  window.card = renderer.card;
  window.renderer = renderer.server.name;
  window.evicted = plan.evict;
  window.need = s.need(job);
  window.opened_at = window.phase_at = s.now;
  window.render_until = render_until(s);
  for (const std::string& name : plan.evict) {
    const SenseView* view = find_view(senses, name);
    Absence absence{.sense = name,
                    .window = window.id,
                    .resident = *view->resident,
                    .since = s.now,
                    .deadline = s.now + s.config.swap.absence_limit};
    absence.resident.state = ResidentState::idle;
    window.leaves[name] = {.since = s.now};
    draft.change(PutAbsence{std::move(absence)});
  }
  announce_job(s, job, draft);
  draft.tell("window", std::to_string(window.id),
             "making room for a " + kind.name + ": " + list_names(plan.evict) + " will be away");
  draft.change(PutWindow{std::move(window)});
  draft.opens_window();
}

// A sense that should be here and can be brought back comes before any render.
const SenseView* first_in_line(const std::vector<SenseView>& senses, std::string_view card) {
  for (const SenseView& view : senses) {
    if (view.spec->card != card) continue;
    if (view.state == SenseState::missing || view.state == SenseState::loading || view.state == SenseState::unloading)
      return &view;
  }
  return nullptr;
}

// What is the same for all jobs that wait for one renderer.
struct Line {
  std::string obstacle;  // Why none of them may start now; empty when one may.
  Talk talk;
  std::map<std::pair<const KindSpec*, Bytes>, RoomPlan> plans = {};  // By kind and need, as they were asked for.
};

Line look_at_line(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer) {
  Line line{.obstacle = {}, .talk = look_at_talk(s)};
  if (s.is_rendering_for_us(renderer))
    line.obstacle = "waits for an earlier render to stop";
  else if (s.is_running("release " + renderer.server.name))
    line.obstacle = "waits for " + renderer.server.name + " to give its memory back";
  else if (const SenseView* view = first_in_line(senses, renderer.card))
    line.obstacle = "bringing " + view->spec->name + " back first";
  return line;
}

const RoomPlan& plan_of(const Situation& s, const std::vector<SenseView>& senses, const KindSpec& kind, Bytes need,
                        Line& line) {
  const auto [plan, is_new] = line.plans.try_emplace({&kind, need});
  if (is_new) plan->second = plan_room(s, senses, kind, need);
  return plan->second;
}

// Why this job does not start now; empty when the draft starts it.
std::string start(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                  const Job& job, Line& line, Draft& draft) {
  const KindSpec& kind = *s.config.kind(job.kind);
  if (job.not_before && *job.not_before > s.now) {
    draft.wake_at(*job.not_before);
    return job.reason + "; tried again in " + format_duration(*job.not_before - s.now);
  }
  if (!line.obstacle.empty()) return line.obstacle;
  const RoomPlan& plan = plan_of(s, senses, kind, s.need(job), line);
  if (plan.verdict == RoomPlan::Verdict::none && is_beyond_all_room(s, senses, job, plan.most)) {
    fail_job(s, job, "the like of it wanted more than there is: " + plan.why, draft);
    return plan.why;
  }
  if (plan.verdict == RoomPlan::Verdict::unknown || plan.verdict == RoomPlan::Verdict::none) return plan.why;
  if (plan.verdict == RoomPlan::Verdict::there) {
    begin_job(s, job, draft);
    return {};
  }
  const Settings& settings = s.ledger.settings;
  if (!settings.swap_enabled) return "needs " + list_names(plan.evict) + " away, and swapping is off";
  if (settings.hold_until && *settings.hold_until > s.now) {
    draft.wake_at(*settings.hold_until);
    return "a swap was called off; no window for " + format_duration(*settings.hold_until - s.now);
  }
  const Opening opening = plan_opening(s, line.talk, job, kind);
  if (!opening.is_now) {
    draft.wake_at(opening.ask_again);
    if (opening.wants_gap) draft.wants_gap(plan.evict);
    return opening.why;
  }
  open_window(s, senses, renderer, job, kind, plan, draft);
  return {};
}

}  // namespace

bool start_or_open(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                   const std::vector<const Job*>& queue, Draft& draft) {
  if (queue.empty()) return false;
  Line line = look_at_line(s, senses, renderer);
  bool is_taken = false;
  for (const Job* job : queue) {
    if (is_taken) {
      draft.wait(job->id, "waits for its turn");
      continue;
    }
    std::string why = start(s, senses, renderer, *job, line, draft);
    is_taken = why.empty();
    if (!why.empty()) draft.wait(job->id, std::move(why));
  }
  return is_taken;
}

}  // namespace malin
