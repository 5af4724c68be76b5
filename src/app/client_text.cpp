#include "app/client_text.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/text_table.hpp"

namespace malin::app {

namespace {

std::string heading(std::string_view text) { return fmt::format("\n{}\n", text); }

std::string percent(double share) { return fmt::format("{} %", std::lround(share * 100)); }

// "ready", "loading 40 %"
std::string state_of(const json::value& sense) {
  const std::string state = text_of(sense, "state");
  const double progress = net::find_double(sense, "progress").value_or(0);
  return state == "loading" && progress > 0 ? state + " " + percent(progress) : state;
}

std::string why_of(const json::value& sense) {
  const json::value* away = net::find(sense, "away");
  const auto deadline = away == nullptr ? std::nullopt : time_of(*away, "deadline");
  std::string why = text_of(sense, "why");
  if (deadline) why += (why.empty() ? "" : "; ") + fmt::format("back by {}", format_clock(*deadline));
  return why;
}

std::string format_queue(const json::value& status, bool is_coloured) {
  TextTable table(is_coloured);
  for (const json::value& job : list_of(status, "queue")) {
    const std::string state = text_of(job, "state");
    const double progress = net::find_double(job, "progress").value_or(0);
    const std::string waits = text_of(job, "waits");
    table.add({text_of(job, "id"),
               text_of(job, "kind"),
               {progress > 0 ? state + " " + percent(progress) : state, colour_of_state(state)},
               waits.empty() ? shorten(text_of(job, "prompt"), 120) : waits});
  }
  return table.empty() ? "" : heading("Queue") + table.text();
}

std::string format_cards(const json::value& status, bool is_coloured) {
  TextTable table(is_coloured);
  for (const json::value& card : list_of(status, "cards")) {
    const std::string error = text_of(card, "error");
    if (bytes_of(card, "free_bytes").empty()) {
      table.add({text_of(card, "name"), {error.empty() ? "not seen yet" : error, Colour::red}});
      continue;
    }
    std::string line = fmt::format("{} free of {}", bytes_of(card, "free_bytes"), bytes_of(card, "total_bytes"));
    const char* between = ": ";
    for (const json::value& holder : list_of(card, "holders")) {
      const std::string used = bytes_of(holder, "used_bytes");
      if (used.empty()) continue;
      std::string name = text_of(holder, "name");
      if (name.empty()) name = fmt::format("process {}", net::find_int(holder, "pid").value_or(0));
      line += fmt::format("{}{} {}", std::exchange(between, ", "), name, used);
    }
    table.add({text_of(card, "name"), line});
  }
  return table.empty() ? "" : heading("Cards") + table.text();
}

// Engines and renderers that do not answer, or answer with a remark.
std::string format_servers(const json::value& status, bool is_coloured) {
  TextTable table(is_coloured);
  for (const char* list : {"engines", "renderers"}) {
    for (const json::value& server : list_of(status, list)) {
      const std::string error = text_of(server, "error");
      const std::string note = text_of(server, "note");
      if (!error.empty()) table.add({text_of(server, "name"), {error, Colour::red}});
      if (error.empty() && !note.empty()) table.add({text_of(server, "name"), note});
    }
  }
  return table.empty() ? "" : heading("Servers") + table.text();
}

void add_window(TextTable& table, const json::value& window, std::optional<TimePoint> now) {
  const std::string phase = text_of(window, "phase");
  const auto opened = time_of(window, "opened_at");
  const auto closed = time_of(window, "closed_at");
  std::string line = "away: " + joined(window, "evicted");
  if (const std::string jobs = joined(window, "jobs"); !jobs.empty()) line += "; jobs: " + jobs;
  if (opened && (closed || now)) line += "; " + format_duration(closed.value_or(now.value_or(*opened)) - *opened);
  const auto restored = net::find_bool(window, "restored_exactly");
  if (restored) line += *restored ? "; everyone came back as they were" : "; not everyone came back as they were";
  if (const std::string reason = text_of(window, "reason"); !reason.empty()) line += "; " + reason;
  table.add({fmt::to_string(net::find_int(window, "id").value_or(0)),
             {phase, phase == "closed" ? Colour::none : Colour::amber},
             opened ? format_date(*opened) : "",
             line});
}

std::string format_open_windows(const json::value& status, bool is_coloured) {
  TextTable table(is_coloured);
  for (const json::value& window : list_of(status, "windows")) add_window(table, window, time_of(status, "now"));
  return table.empty() ? "" : heading("Window") + table.text();
}

}  // namespace

Colour colour_of_state(std::string_view state) {
  if (state == "green" || state == "ready" || state == "delivered") return Colour::green;
  if (state == "amber" || state == "away" || state == "unloading" || state == "loading") return Colour::amber;
  if (state == "red" || state == "missing" || state == "failing" || state == "unknown" || state == "failed")
    return Colour::red;
  return Colour::none;
}

std::string format_status(const json::value& status, bool is_coloured) {
  const std::string glow = text_of(status, "glow");
  std::string out = paint(glow, colour_of_state(glow), is_coloured) + "  " + text_of(status, "line") + "\n";
  TextTable senses(is_coloured);
  for (const json::value& sense : list_of(status, "senses")) {
    senses.add({text_of(sense, "name"), {state_of(sense), colour_of_state(text_of(sense, "state"))}, why_of(sense)});
  }
  out += heading("Senses") + senses.text();
  out += format_open_windows(status, is_coloured) + format_queue(status, is_coloured);
  out += format_cards(status, is_coloured) + format_servers(status, is_coloured);
  const json::value* swap = net::find(status, "swap");
  if (swap != nullptr) out += "\n" + format_swap(*swap);
  const json::value* courier = net::find(status, "courier");
  const std::string unheard = courier == nullptr ? "" : text_of(*courier, "unheard");
  if (!unheard.empty()) out += paint("Commands cannot be read", Colour::red, is_coloured) + ": " + unheard + "\n";
  return out;
}

std::string format_senses(const json::value& status, bool is_coloured) {
  TextTable table(is_coloured, 0);
  table.add({"SENSE", "STATE", "MEMORY", "IMPACT", "ENGINE", "MODEL"});
  for (const json::value& sense : list_of(status, "senses")) {
    const std::string why = why_of(sense);
    const bool stays = net::find_bool(sense, "evictable") == false;
    table.add({text_of(sense, "name"),
               {state_of(sense), colour_of_state(text_of(sense, "state"))},
               bytes_of(sense, "footprint_bytes"),
               fmt::to_string(net::find_int(sense, "impact").value_or(0)) + (stays ? ", stays" : ""),
               text_of(sense, "engine"),
               text_of(sense, "identifier") + (why.empty() ? "" : ": " + why)});
  }
  return table.text();
}

std::string format_windows(const json::value& listed, bool is_coloured) {
  TextTable table(is_coloured, 0);
  for (const json::value& window : list_of(listed, "windows")) add_window(table, window, std::nullopt);
  return table.empty() ? "No window was ever opened: nobody had to go away.\n" : table.text();
}

std::string format_plan(const json::value& plan, bool is_coloured) {
  std::string out = text_of(plan, "line") + "\n";
  const auto add = [&](const char* title, const char* key) {
    TextTable table(is_coloured);
    for (const json::value& one : list_of(plan, key)) {
      if (const auto* text = one.if_string()) table.add({std::string(text->data(), text->size())});
    }
    if (!table.empty()) out += heading(title) + table.text();
  };
  add("Would be written down", "changes");
  add("Would be done", "actions");
  TextTable running(is_coloured);
  for (const json::value& one : list_of(plan, "running")) {
    const auto since = time_of(one, "since");
    running.add({text_of(one, "action"), since ? "since " + format_clock(*since) : ""});
  }
  if (!running.empty()) out += heading("Under way") + running.text();
  TextTable waits(is_coloured);
  for (const json::value& one : list_of(plan, "waits")) waits.add({text_of(one, "job"), text_of(one, "why")});
  if (!waits.empty()) out += heading("Waiting") + waits.text();
  if (list_of(plan, "changes").empty() && list_of(plan, "actions").empty()) out += "\nNothing to do now.\n";
  return out;
}

std::string format_footprints(const json::value& listed, bool is_coloured) {
  TextTable table(is_coloured, 0);
  table.add({"NAME", "COUNTS AS", "CONFIGURED", "MEASURED", "RENDERS", "PINNED"});
  for (const json::value& one : list_of(listed, "footprints")) {
    const auto runs = net::find_int(one, "runs");
    const auto ran_out = time_of(one, "ran_out_at");
    std::string pinned = bytes_of(one, "pinned_bytes");
    if (ran_out) pinned += (pinned.empty() ? "" : "; ") + fmt::format("ran out of memory {}", format_date(*ran_out));
    table.add({text_of(one, "name"), bytes_of(one, "in_use_bytes"), bytes_of(one, "configured_bytes"),
               bytes_of(one, "peak_bytes"), runs ? fmt::to_string(*runs) : "", pinned});
  }
  return table.text();
}

std::string format_footprint(const json::value& footprint, bool) {
  const std::string in_use = bytes_of(footprint, "in_use_bytes");
  if (in_use.empty()) return text_of(footprint, "name") + " is forgotten\n";
  const bool is_pinned = !bytes_of(footprint, "pinned_bytes").empty();
  return fmt::format("{} counts as {}{}\n", text_of(footprint, "name"), in_use,
                     is_pinned ? ", whatever is measured" : ", until it is measured");
}

std::string format_swap(const json::value& swap) {
  if (net::find_bool(swap, "enabled") == false) return "Swapping is off: nobody is sent away.\n";
  const auto hold = time_of(swap, "hold_until");
  if (hold) return fmt::format("Swapping is on, held until {}: nobody is sent away before.\n", format_clock(*hold));
  return "Swapping is on.\n";
}

std::string format_timeline(const json::value& event, bool is_coloured) {
  const auto at = time_of(event, "at");
  TextTable table(is_coloured, 0);
  const std::string when = at ? format_date(*at) + format_clock(*at).substr(5) : "";
  table.add({{when, Colour::faint}, fmt::format("{:<7}", text_of(event, "kind")), text_of(event, "text")});
  return table.text();
}

}  // namespace malin::app
