#include "core/person_reply.hpp"

#include "core/estimate.hpp"
#include "core/explain.hpp"
#include "core/jobs.hpp"
#include "core/utf8.hpp"

namespace malin {

namespace {

constexpr std::size_t listed_max = 20;
constexpr std::size_t prompt_bytes_shown = 80;

std::string about(Duration length) {
  const Duration whole = std::chrono::ceil<std::chrono::seconds>(length);
  return "about " + format_duration(whole);
}

std::string line_of(const Job& job, std::string_view state, std::string_view why) {
  const std::string_view shown = cut_utf8(job.prompt, prompt_bytes_shown);
  std::string text = "\n" + job.id + " " + job.kind + ", " + std::string(state) + ": " + std::string(shown);
  if (shown.size() < job.prompt.size()) text += "\u2026";
  if (!why.empty()) text += " (" + std::string(why) + ")";
  return text;
}

}  // namespace

std::string status_text(const Situation& s) {
  const std::vector<SenseView> senses = view_senses(s);
  std::string text = std::string(to_string(glow_of(s, senses))) + ": " + explain(s, senses);
  if (const auto back = estimate(s).until_back) text += "; back in " + about(*back);
  for (const SenseView& view : senses) text += "\n" + view.spec->name + " is " + to_string(view.state);
  const auto waiting = queued_jobs(s).size();
  if (waiting > 0) text += "\n" + std::to_string(waiting) + (waiting == 1 ? " job waits" : " jobs wait");
  if (!s.ledger.settings.swap_enabled) text += "\nSwapping is off: nobody is sent away.";
  return text;
}

std::string queue_text(const Situation& s, const std::map<JobId, std::string>& waits) {
  std::string text;
  std::size_t listed = 0;
  for (const auto& [id, job] : s.ledger.jobs) {
    if (job.state != JobState::rendering && job.state != JobState::rendered) continue;
    if (listed++ < listed_max) text += line_of(job, to_string(job.state), "");
  }
  for (const Job* job : queued_jobs(s)) {
    if (listed++ >= listed_max) continue;
    const auto why = waits.find(job->id);
    text += line_of(*job, "waiting", why == waits.end() ? "" : why->second);
  }
  if (listed == 0) return "Nothing is waiting.";
  if (listed > listed_max) text += "\nand " + std::to_string(listed - listed_max) + " more";
  return text.substr(1);
}

}  // namespace malin
