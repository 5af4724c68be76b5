#include "core/learning.hpp"

#include <algorithm>

#include "core/footprint.hpp"
#include "core/jobs.hpp"

namespace malin {

namespace {

constexpr std::size_t footprints_max = 500;     // Of sizes that a job may choose freely.
constexpr Bytes small_change = mebibytes(128);  // What a desktop takes and gives back while it works.
constexpr Duration patience_with_others = std::chrono::hours(2);

const RenderUse* use_of(const Situation& s, const Job& job) {
  const auto found = s.seen.uses.find(job.prompt_id);
  return found == s.seen.uses.end() ? nullptr : &found->second;
}

Footprint footprint_of(const Situation& s, const Job& job) {
  return find_footprint(s.ledger, footprint_name(*s.config.kind(job.kind), job.params));
}

// The one that was learned longest ago makes place for a new one.
void make_place(const Situation& s, const Footprint& footprint, Draft& draft) {
  const auto& all = s.ledger.footprints;
  if (all.size() < footprints_max || all.contains(footprint.name)) return;
  const Footprint* oldest = nullptr;
  for (const auto& [name, other] : all) {
    if (other.pinned) continue;
    const auto learned_at = [](const Footprint& one) { return std::max(one.measured_at, one.ran_out_at); };
    if (oldest == nullptr || learned_at(other) < learned_at(*oldest)) oldest = &other;
  }
  if (oldest != nullptr) draft.change(DropFootprint{oldest->name});
}

void keep(const Situation& s, Footprint footprint, Draft& draft) {
  make_place(s, footprint, draft);
  draft.change(PutFootprint{std::move(footprint)});
}

// Since its first attempt. Its own renders are the only ones that matter, but one of its like says the same.
bool has_run_out_before(const Footprint& footprint, const Job& job) {
  return footprint.ran_out_at && job.started_at && *footprint.ran_out_at > *job.started_at;
}

}  // namespace

void learn_from_success(const Situation& s, const Job& job, Draft& draft) {
  const RenderUse* use = use_of(s, job);
  const auto peak = use == nullptr ? std::nullopt : peak_of(*use);
  if (!peak) return;
  Footprint footprint = footprint_of(s, job);
  learn_peak(footprint, *peak, s.now);
  keep(s, std::move(footprint), draft);
}

void end_out_of_memory(const Situation& s, const Job& job, Draft& draft) {
  const RenderUse* use = use_of(s, job);
  if (use != nullptr && has_company(*use))
    return retry_or_fail(s, job, "it ran out of memory, for something else took some meanwhile", draft);
  Footprint footprint = footprint_of(s, job);
  const Bytes need = s.need(job);
  const Bytes room = use == nullptr ? need : use->room;
  const bool is_again = has_run_out_before(footprint, job);
  const bool has_sufficed =
      std::ranges::any_of(footprint.peaks, [room](const Peak& peak) { return peak.room <= room + small_change; });
  if (has_sufficed && !is_again) {
    footprint.ran_out_at = s.now;
    keep(s, std::move(footprint), draft);
    return retry_or_fail(s, job, "it ran out of memory in room that was enough before", draft);
  }
  learn_shortage(footprint, need, room, s.now);
  const std::string name = footprint.name;
  const std::optional<Bytes> pinned = footprint.pinned;
  const Bytes next = need_in_use(s.config.kind(job.kind)->need, footprint);
  keep(s, std::move(footprint), draft);
  const std::string why = "it ran out of memory with " + format_bytes(room) + " free";
  if (pinned) return fail_job(s, job, why + ", and " + name + " is pinned at " + format_bytes(*pinned), draft);
  if (is_again) return fail_job(s, job, why + ", for the second time", draft);
  draft.tell("job", job.id, "a " + name + " wants " + format_bytes(next) + " from now on");
  if (job.attempts >= s.config.swap.render_attempts_max) return retry_or_fail(s, job, why, draft);
  put_back(s, job, why, s.now + s.config.swap.settle_limit, draft);
}

bool is_beyond_all_room(const Situation& s, const std::vector<SenseView>& senses, const Job& job, Bytes most) {
  const Footprint footprint = footprint_of(s, job);
  if (!footprint.raised || footprint.pinned || s.need(job) != *footprint.raised) return false;
  if (!std::ranges::all_of(senses, [](const SenseView& view) { return view.state == SenseState::ready; })) return false;
  // What a failed render gave back may be shown free later.
  if (s.now < *footprint.ran_out_at + s.config.swap.settle_limit) return false;
  // There was more then: somebody else holds it, and may leave.
  const bool is_held = with_margin(most + small_change) < *footprint.raised;
  if (!is_held) return true;
  const TimePoint last_render = s.last_render(*s.renderer_of(job));
  return s.now >= std::max({job.created_at, *footprint.ran_out_at, last_render}) + patience_with_others;
}

}  // namespace malin
