#include "api/format_window.hpp"

#include <ranges>

#include "api/format_job.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

template <class T>
json::array format_names(const std::vector<T>& names) {
  json::array all;
  for (const T& name : names) all.push_back(json::value(name));
  return all;
}

json::array format_leaves(const Situation& situation, const Window& window) {
  json::array leaves;
  for (const auto& [sense, leave] : window.leaves) {
    const Duration away = leave.back_at.value_or(situation.now) - leave.since;
    leaves.push_back({{"sense", sense},
                      {"since", format_time(leave.since)},
                      {"back_at", format_moment(leave.back_at)},
                      {"away_s", static_cast<double>(away.count()) / 1000}});
  }
  return leaves;
}

}  // namespace

json::object format_window(const Situation& situation, const Window& window) {
  json::object body{{"id", window.id},
                    {"card", window.card},
                    {"renderer", window.renderer},
                    {"phase", to_string(window.phase)},
                    {"phase_at", format_time(window.phase_at)},
                    {"evicted", format_names(window.evicted)},
                    {"leaves", format_leaves(situation, window)},
                    {"jobs", format_names(window.jobs)},
                    {"need_bytes", window.need.count},
                    {"opened_at", format_time(window.opened_at)},
                    {"until", format_time(window.opened_at + situation.config.swap.absence_limit)},
                    {"closed_at", format_moment(window.closed_at)},
                    {"aborted", window.aborted},
                    {"reason", window.reason},
                    {"restored_exactly", nullptr}};
  if (window.restored_exactly) body["restored_exactly"] = *window.restored_exactly;
  return body;
}

json::array format_open_windows(const Situation& situation) {
  json::array windows;
  for (const auto& [id, window] : situation.ledger.windows)
    if (window.phase != WindowPhase::closed) windows.push_back(format_window(situation, window));
  return windows;
}

json::array format_newest_windows(const Situation& situation, std::size_t limit) {
  json::array windows;
  for (const auto& [id, window] : situation.ledger.windows | std::views::reverse) {
    if (windows.size() >= limit) break;
    windows.push_back(format_window(situation, window));
  }
  return windows;
}

}  // namespace malin::api
