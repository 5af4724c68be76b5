#include "api/format_status.hpp"

#include <algorithm>

#include "api/format_job.hpp"
#include "api/format_outside.hpp"
#include "api/format_sense.hpp"
#include "api/format_window.hpp"
#include "core/estimate.hpp"
#include "core/explain.hpp"
#include "core/utf8.hpp"

namespace malin::api {

namespace json = boost::json;

json::object format_swap(const Settings& settings) {
  return {{"enabled", settings.swap_enabled}, {"hold_until", format_moment(settings.hold_until)}};
}

namespace {

// How the person is heard; null where no courier is configured.
json::value format_courier(const Situation& situation) {
  if (!situation.config.courier) return nullptr;
  const auto& unheard = situation.seen.unheard;
  return json::object{{"commands", situation.config.courier->is_live},
                      {"unheard", unheard ? json::value(clean_utf8(unheard->message)) : json::value(nullptr)}};
}

json::object format_presence(const Situation& situation) {
  const Presence& presence = situation.seen.presence;
  const auto is_open = [&](const Turn& turn) { return turn.expires_at > situation.now; };
  return {{"turns", std::ranges::count_if(presence.turns, is_open)},
          {"quiet_since", format_time(presence.quiet_since)},
          {"waiting_since", format_moment(presence.waiting_since)},
          {"wait_limit_s", format_seconds(situation.config.swap.wait_limit)},
          {"min_present_s", format_seconds(situation.config.swap.min_present)}};
}

}  // namespace

json::object format_status(const Situation& situation, const std::map<JobId, std::string>& waits,
                           const std::string& version) {
  const std::vector<SenseView> views = view_senses(situation);
  const auto until_back = estimate(situation).until_back;
  return {{"glow", to_string(glow_of(situation, views))},
          {"line", explain(situation, views)},
          {"back_in_s", until_back ? format_seconds(*until_back) : json::value(nullptr)},
          {"senses", format_senses(situation, views)},
          {"windows", format_open_windows(situation)},
          {"queue", format_queue(situation, waits)},
          {"cards", format_cards(situation)},
          {"engines", format_engines(situation)},
          {"renderers", format_renderers(situation)},
          {"swap", format_swap(situation.ledger.settings)},
          {"courier", format_courier(situation)},
          {"presence", format_presence(situation)},
          {"started_at", format_time(situation.seen.started_at)},
          {"now", format_time(situation.now)},
          {"version", version}};
}

}  // namespace malin::api
