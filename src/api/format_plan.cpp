#include "api/format_plan.hpp"

#include <fmt/format.h>

#include "api/format_job.hpp"
#include "core/explain.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

std::string say(const PutJob& change) { return fmt::format("job {}: {}", change.job.id, to_string(change.job.state)); }

std::string say(const PutWindow& change) {
  std::string away;
  for (const std::string& sense : change.window.evicted) away += (away.empty() ? "; away: " : ", ") + sense;
  return fmt::format("window {}: {}{}", change.window.id, to_string(change.window.phase), away);
}

std::string say(const PutAbsence& change) { return fmt::format("{} goes away", change.absence.sense); }

std::string say(const DropAbsence& change) { return fmt::format("{} is wanted back", change.sense); }

std::string say(const PutFootprint& change) { return fmt::format("remember what a {} takes", change.footprint.name); }
std::string say(const DropFootprint& change) { return fmt::format("forget what a {} takes", change.name); }
std::string say(const PutProfile& change) { return fmt::format("remember how {} is loaded", change.profile.sense); }

std::string say(const PutOutbox& change) {
  return fmt::format("message {}: {}: {}", change.item.id, to_string(change.item.state), change.item.text);
}

std::string say(const PutSettings& change) {
  return fmt::format("swapping is {}", change.settings.swap_enabled ? "on" : "off");
}

std::string say(const AddEvent& change) { return fmt::format("timeline: {}", change.event.text); }

}  // namespace

json::object format_plan(const Situation& situation, const Decision& decision) {
  json::array changes;
  for (const Change& change : decision.changes)
    changes.push_back(json::value(std::visit([](const auto& one) { return say(one); }, change)));
  json::array actions;
  for (const Action& action : decision.actions) actions.push_back(json::value(key_of(action)));
  json::array running;
  for (const InFlight& one : situation.in_flight)
    running.push_back({{"action", key_of(one.action)}, {"since", format_time(one.since)}});
  json::array waits;
  for (const auto& [job, why] : decision.waits) waits.push_back({{"job", job}, {"why", why}});
  return {{"line", explain(situation, view_senses(situation))},
          {"opens_window", decision.opens_window},
          {"changes", std::move(changes)},
          {"actions", std::move(actions)},
          {"running", std::move(running)},
          {"waits", std::move(waits)},
          {"wake_at", format_moment(decision.wake_at)}};
}

}  // namespace malin::api
