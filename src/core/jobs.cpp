#include "core/jobs.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "core/prompt_id.hpp"

namespace malin {

namespace {

bool is_announced(const Situation& s, const Job& job) {
  return std::ranges::any_of(s.ledger.outbox, [&](const auto& row) { return row.second.job == job.id; });
}

std::uint64_t seed_for(const Job& job, TimePoint now) {
  const auto asked = job.params.find("seed");
  std::uint64_t seed = 0;
  if (asked == job.params.end() || job.attempts > 1) return make_seed(job, now);
  const char* end = asked->second.data() + asked->second.size();
  const bool is_number = std::from_chars(asked->second.data(), end, seed).ptr == end;
  return is_number ? seed : make_seed(job, now);
}

}  // namespace

std::vector<const Job*> queued_jobs(const Situation& s) {
  std::vector<const Job*> queue;
  for (const auto& [id, job] : s.ledger.jobs)
    if (job.state == JobState::queued) queue.push_back(&job);
  std::ranges::sort(queue, {}, [](const Job* job) {
    return std::tuple(-job->priority, job->created_at, job->id.size(), std::string_view(job->id));
  });
  return queue;
}

void announce_job(const Situation& s, const Job& job, Draft& draft) {
  const KindSpec* kind = s.config.kind(job.kind);
  if (kind == nullptr || is_announced(s, job)) return;
  OutboxItem item;
  item.id = draft.new_outbox();
  item.job = job.id;
  item.text = kind->status_line;
  item.created_at = s.now;
  // Counted before it is begun, as every send that cannot be repeated safely: this one begins with this commit.
  if (s.seen.courier_silent_until <= s.now) item.unsure = 1;
  draft.change(PutOutbox{std::move(item)});
}

void begin_job(const Situation& s, const Job& job, Draft& draft) {
  Job next = job;
  next.state = JobState::rendering;
  next.reason.clear();
  ++next.attempts;
  next.prompt_id = make_prompt_id(next, s.now);
  next.seed = seed_for(next, s.now);
  next.attempt_at = s.now;
  if (!next.started_at) next.started_at = s.now;
  next.not_before.reset();
  draft.change(PutJob{next});
  announce_job(s, job, draft);
  draft.tell("job", job.id,
             "rendering the " + job.kind + (next.attempts > 1 ? ", attempt " + std::to_string(next.attempts) : ""));
}

void put_back(const Situation&, const Job& job, std::string reason, TimePoint not_before, Draft& draft) {
  Job next = job;
  next.state = JobState::queued;
  next.reason = std::move(reason);
  next.not_before = not_before;
  draft.tell("job", job.id, "back in the queue: " + next.reason);
  draft.change(PutJob{std::move(next)});
}

void fail_job(const Situation& s, const Job& job, std::string reason, Draft& draft) {
  Job next = job;
  next.state = JobState::failed;
  next.reason = std::move(reason);
  next.ended_at = s.now;
  draft.tell("job", job.id, "the " + job.kind + " failed: " + next.reason);
  draft.change(PutJob{std::move(next)});
}

void retry_or_fail(const Situation& s, const Job& job, std::string reason, Draft& draft) {
  if (job.attempts < s.config.swap.render_attempts_max) return put_back(s, job, std::move(reason), s.now, draft);
  fail_job(s, job, std::move(reason) + " (" + std::to_string(job.attempts) + " attempts)", draft);
}

void finish_render(const Situation& s, const Job& job, const Media& media, Draft& draft) {
  Job next = job;
  next.state = JobState::rendered;
  next.media = media;
  next.rendered_at = s.now;
  draft.tell("job", job.id, "the " + job.kind + " is rendered");
  draft.change(PutJob{std::move(next)});
}

}  // namespace malin
