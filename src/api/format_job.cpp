#include "api/format_job.hpp"

#include <vector>

#include "core/estimate.hpp"
#include "core/jobs.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

json::value format_media(const Job& job) {
  if (!job.media) return nullptr;
  const std::string base = "/v1/jobs/" + job.id;
  return {{"type", to_string(job.media->type)},
          {"width", job.media->width},
          {"height", job.media->height},
          {"duration_ms", job.media->duration.count()},
          {"bytes", job.media->size.count},
          {"href", base + "/media"},
          {"thumbnail", job.media->thumbnail.empty() ? json::value(nullptr) : json::value(base + "/thumbnail")}};
}

// Those at work first, in their order; then those that wait, in theirs.
std::vector<const Job*> jobs_in_order(const Situation& situation) {
  std::vector<const Job*> jobs;
  for (const JobState state : {JobState::rendering, JobState::rendered})
    for (const auto& [id, job] : situation.ledger.jobs)
      if (job.state == state) jobs.push_back(&job);
  const std::vector<const Job*> queued = queued_jobs(situation);
  jobs.insert(jobs.end(), queued.begin(), queued.end());
  return jobs;
}

}  // namespace

json::value format_moment(const std::optional<TimePoint>& moment) {
  if (!moment) return nullptr;
  return json::string(format_time(*moment));
}

json::value format_seconds(Duration length) { return static_cast<double>(length.count()) / 1000; }

json::object format_job(const Job& job) {
  json::object params;
  for (const auto& [name, value] : job.params) params[name] = value;
  return {{"id", job.id},
          {"kind", job.kind},
          {"prompt", job.prompt},
          {"params", std::move(params)},
          {"priority", job.priority},
          {"key", job.key},
          {"state", to_string(job.state)},
          {"reason", job.reason},
          {"attempts", job.attempts},
          {"seed", std::to_string(job.seed)},  // Text: 64 bits are more than every client's numbers hold.
          {"created_at", format_time(job.created_at)},
          {"started_at", format_moment(job.started_at)},
          {"rendered_at", format_moment(job.rendered_at)},
          {"ended_at", format_moment(job.ended_at)},
          {"not_before", format_moment(job.not_before)},
          {"media", format_media(job)}};
}

json::array format_queue(const Situation& situation, const std::map<JobId, std::string>& waits) {
  const Estimates estimates = estimate(situation);
  json::array queue;
  int position = 0;
  for (const Job* job : jobs_in_order(situation)) {
    json::object row = format_job(*job);
    const auto why = waits.find(job->id);
    row["waits"] = job->state == JobState::queued && why != waits.end() ? why->second : "";
    row["position"] = job->state == JobState::queued ? json::value(++position) : json::value(nullptr);
    row["progress"] = 0.0;
    const auto render = situation.seen.renders.find(job->prompt_id);
    if (job->state == JobState::rendering && render != situation.seen.renders.end() && render->second.value)
      row["progress"] = render->second.value->progress;
    const auto until = estimates.until_rendered.find(job->id);
    row["estimate_s"] = until == estimates.until_rendered.end() ? json::value(nullptr) : format_seconds(until->second);
    queue.push_back(std::move(row));
  }
  return queue;
}

}  // namespace malin::api
