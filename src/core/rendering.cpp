#include "core/rendering.hpp"

#include <algorithm>

#include "core/jobs.hpp"
#include "core/learning.hpp"
#include "core/room.hpp"

namespace malin {

namespace {

constexpr Duration look_interval{500};
constexpr Duration activity_interval{4000};  // Telegram shows an activity for 5 s.
constexpr Duration interrupt_interval{2000};
constexpr Duration interrupt_limit{15'000};  // A render that has not stopped by then is given up.
constexpr Duration renderer_loss_limit{20'000};
constexpr int collect_failures_max = 8;
constexpr Duration collect_limit{60'000};  // In a window, past the time of its renders.

struct Stop {
  TimePoint at{};
  std::string reason;
  bool by_request = false;
};

// When and why this render must end before its time.
Stop stop_of(const Situation& s, const Job& job, const KindSpec& kind, const Window* window) {
  Stop stop{.at = *job.attempt_at + kind.render_limit,
            .reason = "took longer than " + format_duration(kind.render_limit)};
  if (window == nullptr) return stop;
  if (window->aborted)
    return {.at = std::min(s.now, window->phase_at), .reason = "the swap was called off", .by_request = true};
  if (window->render_until < stop.at) return {.at = window->render_until, .reason = "the senses had to come back"};
  return stop;
}

void end_stopped(const Situation& s, const Job& job, const Stop& stop, Draft& draft) {
  if (!stop.by_request) return retry_or_fail(s, job, stop.reason, draft);
  put_back(s, job, stop.reason, s.ledger.settings.hold_until.value_or(s.now), draft);
}

void look_up(const Situation& s, const Job& job, const RendererSpec& renderer, const Reading<RenderReading>* reading,
             Draft& draft) {
  const LookUpRender action{job.id, renderer.server.name, job.prompt_id};
  const TimePoint due = reading == nullptr ? s.now : reading->tried_at + look_interval;
  if (due <= s.now && !s.is_running(key_of(action))) draft.act(action);
  draft.wake_at(std::max(due, s.now + look_interval / 5));
}

void interrupt(const Situation& s, const Job& job, const RendererSpec& renderer, Draft& draft) {
  const InterruptRender action{job.id, renderer.server.name, job.prompt_id};
  const auto last = s.seen.attempts.find(key_of(action));
  const TimePoint due = last == s.seen.attempts.end() ? s.now : last->second.last_at + interrupt_interval;
  if (due <= s.now && !s.is_running(key_of(action))) draft.act(action);
  draft.wake_at(std::max(due, s.now + look_interval));
}

// Nobody can have submitted it yet.
bool is_new(const Situation& s, const Job& job) {
  return s.seen.begun.contains(job.prompt_id) && !s.seen.attempts.contains("submit " + job.prompt_id);
}

// The renderer knows nothing of it: it was not submitted yet, or it was lost.
void submit(const Situation& s, const Job& job, const RendererSpec& renderer, const Window* window, Draft& draft) {
  const SubmitRender action{job.id, renderer.server.name, job.prompt_id};
  const std::string key = key_of(action);
  if (s.is_running(key)) return;
  const auto tried = s.seen.attempts.find(key);
  if (tried != s.seen.attempts.end()) {
    const auto& error = tried->second.error;
    if (!error) {
      // Only a look from after the submission can tell.
      if (s.seen.renders.at(job.prompt_id).at <= tried->second.last_at) return;
      return retry_or_fail(s, job, renderer.server.name + " lost it (did it restart?)", draft);
    }
    if (error->code == Errc::refused || error->code == Errc::bad_reply) return fail_job(s, job, error->message, draft);
    if (!s.may_try(key)) return draft.wake_at(s.retry_at(key));
  }
  if (s.is_load_running(renderer.card)) return;  // It is about to take what shows free.
  const TimePoint recently = std::max(*job.attempt_at, s.now - 4 * s.config.swap.fast_probe);
  const auto room = fresh_room(s, renderer, recently, draft);
  if (!room) return;
  if (s.is_rendering_for_us(renderer)) return;  // An earlier render has not stopped yet.
  const Bytes need = s.need(job);
  if (*room >= need) return draft.act(action);
  Job unsubmitted = job;
  --unsubmitted.attempts;
  put_back(s, unsubmitted, "the card has only " + format_bytes(*room) + " of the " + format_bytes(need) + " it needs",
           window == nullptr ? s.now + std::chrono::seconds(5) : s.now, draft);
}

void collect(const Situation& s, const Job& job, const RendererSpec& renderer, const RenderReading& render,
             Draft& draft) {
  const CollectMedia action{job.id, renderer.server.name, render.files};
  if (render.files.empty()) return fail_job(s, job, "it ended well but left no picture or video", draft);
  const auto collected = s.seen.collected.find(job.id);
  if (collected != s.seen.collected.end()) {
    if (collected->second.media) {
      learn_from_success(s, job, draft);
      return finish_render(s, job, *collected->second.media, draft);
    }
    const Error& error = *collected->second.error;
    const bool is_final = error.code == Errc::bad_reply || error.code == Errc::not_found || error.code == Errc::refused;
    if (is_final || s.failures(key_of(action)) >= collect_failures_max)
      return retry_or_fail(s, job, error.message, draft);
  }
  if (s.may_try(key_of(action)))
    draft.act(action);
  else if (!s.is_running(key_of(action)))
    draft.wake_at(s.retry_at(key_of(action)));
}

void end_failed(const Situation& s, const Job& job, const RenderReading& render, const Stop& stop, Draft& draft) {
  if (render.interrupted) {
    if (stop.at <= s.now) return end_stopped(s, job, stop, draft);
    return retry_or_fail(s, job, "someone interrupted it", draft);
  }
  if (render.out_of_memory) return end_out_of_memory(s, job, draft);
  fail_job(s, job, render.reason, draft);
}

void show_activity(const Situation& s, const Job& job, const KindSpec& kind, Draft& draft) {
  if (!s.config.courier) return;
  const ShowActivity action{job.id, kind.is_video ? MediaType::video : MediaType::photo};
  const auto last = s.seen.attempts.find(key_of(action));
  if (s.is_running(key_of(action)) || s.seen.courier_silent_until > s.now) return;
  if (last == s.seen.attempts.end() || last->second.last_at + activity_interval <= s.now) draft.act(action);
}

}  // namespace

void follow_render(const Situation& s, const Job& job, const RendererSpec& renderer, const Window* window,
                   Draft& draft) {
  const KindSpec* kind = s.config.kind(job.kind);
  const Stop stop = stop_of(s, job, *kind, window);
  const auto found = s.seen.renders.find(job.prompt_id);
  const Reading<RenderReading>* reading = found == s.seen.renders.end() ? nullptr : &found->second;
  const bool must_stop = stop.at <= s.now;
  const bool is_submitting = s.is_running("submit " + job.prompt_id);
  if (must_stop && !is_submitting) {
    const bool is_finished =
        reading != nullptr && reading->known() != nullptr && reading->known()->state == RenderState::finished;
    const bool is_waited_for = window != nullptr && stop.at + collect_limit <= s.now;
    if (is_finished ? is_waited_for : stop.at + interrupt_limit <= s.now) return end_stopped(s, job, stop, draft);
  }
  draft.wake_at(stop.at);
  if (reading == nullptr && is_submitting) return;
  const bool answers = s.renderer(renderer.server.name) != nullptr;
  if (reading == nullptr && !must_stop && answers && is_new(s, job)) return submit(s, job, renderer, window, draft);
  if (reading == nullptr || reading->known() == nullptr) {
    if (reading != nullptr && reading->error && reading->failing_since + renderer_loss_limit <= s.now)
      return retry_or_fail(s, job, renderer.server.name + " does not answer", draft);
    return look_up(s, job, renderer, reading, draft);
  }
  const RenderReading& render = *reading->known();
  switch (render.state) {
    case RenderState::absent:
      if (must_stop && !is_submitting) return end_stopped(s, job, stop, draft);
      look_up(s, job, renderer, reading, draft);
      return submit(s, job, renderer, window, draft);
    case RenderState::pending:
    case RenderState::running:
      if (must_stop) interrupt(s, job, renderer, draft);
      show_activity(s, job, *kind, draft);
      return look_up(s, job, renderer, reading, draft);
    case RenderState::finished:
      return collect(s, job, renderer, render, draft);
    case RenderState::failed:
      return end_failed(s, job, render, stop, draft);
  }
}

void stop_strays(const Situation& s, const RendererSpec& renderer, Draft& draft) {
  const RendererReading* reading = s.renderer(renderer.server.name);
  if (reading == nullptr || (reading->running.empty() && reading->pending.empty())) return;
  const auto has = [&](const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::find(ids, id) != ids.end();
  };
  for (const auto& [id, job] : s.ledger.jobs) {
    if (job.state == JobState::rendering || job.prompt_id.empty() || s.renderer_of(job) != &renderer) continue;
    if (s.seen.renderers.at(renderer.server.name).at < std::max(job.rendered_at, job.ended_at)) continue;
    if (has(reading->running, job.prompt_id) || has(reading->pending, job.prompt_id))
      interrupt(s, job, renderer, draft);
  }
}

}  // namespace malin
