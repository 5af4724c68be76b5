#include "core/decide.hpp"

#include "core/clock_set.hpp"
#include "core/conduct.hpp"
#include "core/delivery.hpp"
#include "core/draft.hpp"
#include "core/readiness.hpp"
#include "core/servers.hpp"
#include "core/supervise.hpp"
#include "core/watch.hpp"

namespace malin {

Decision decide(const Config& config, const Ledger& ledger, const Observation& seen,
                const std::vector<InFlight>& in_flight, TimePoint now) {
  const Situation situation{config, ledger, seen, in_flight, now};
  const std::vector<SenseView> senses = view_senses(situation);
  Draft draft(situation);
  if (straighten_times(situation, draft)) {
    watch(situation, senses, draft);
    return std::move(draft).finish();
  }
  supervise(situation, senses, draft);
  conduct(situation, senses, draft);
  deliver(situation, draft);
  keep_servers(situation, senses, draft);
  watch(situation, senses, draft);
  return std::move(draft).finish();
}

}  // namespace malin
