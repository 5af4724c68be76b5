#include "api/format_metrics.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "core/readiness.hpp"

namespace malin::api {

namespace {

std::string escape(std::string_view label) {
  std::string text;
  for (const char c : label) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text;
}

class Metrics {
 public:
  void declare(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  void add(std::int64_t value) { text_ += fmt::format("{} {}\n", name_, value); }
  void add(std::string_view label, std::string_view of, std::int64_t value) {
    text_ += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label, escape(of), value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void add_senses(const Situation& situation, Metrics& metrics) {
  const std::vector<SenseView> views = view_senses(situation);
  const Glow glow = glow_of(situation, views);
  metrics.declare("malin_glow", "gauge", "1 for how things stand: green all here, amber away on purpose, red missing.");
  for (const Glow one : {Glow::green, Glow::amber, Glow::red}) metrics.add("glow", to_string(one), one == glow);
  metrics.declare("malin_sense_ready", "gauge", "1 while the sense is loaded and has answered a probe.");
  for (const SenseView& view : views) metrics.add("sense", view.spec->name, view.state == SenseState::ready);
  metrics.declare("malin_sense_footprint_bytes", "gauge", "VRAM of the sense, measured or as configured.");
  for (const SenseView& view : views) metrics.add("sense", view.spec->name, situation.footprint(*view.spec).count);
}

void add_work(const Situation& situation, Metrics& metrics) {
  metrics.declare("malin_jobs", "gauge", "Jobs that are not over.");
  for (const JobState state : {JobState::queued, JobState::rendering, JobState::rendered}) {
    const auto is_so = [state](const auto& row) { return row.second.state == state; };
    metrics.add("state", to_string(state), std::ranges::count_if(situation.ledger.jobs, is_so));
  }
  metrics.declare("malin_jobs_submitted_total", "counter", "Jobs ever acknowledged.");
  metrics.add(situation.ledger.next_job - 1);
  metrics.declare("malin_windows_open", "gauge", "Swaps under way.");
  const auto is_open = [](const auto& row) { return row.second.phase != WindowPhase::closed; };
  metrics.add(std::ranges::count_if(situation.ledger.windows, is_open));
  metrics.declare("malin_windows_opened_total", "counter", "Swaps ever begun.");
  metrics.add(situation.ledger.next_window - 1);
  metrics.declare("malin_turns_open", "gauge", "Turns in which she is talking.");
  metrics.add(static_cast<std::int64_t>(situation.seen.presence.turns.size()));
  metrics.declare("malin_telegram_strangers_total", "counter", "Messages from chats that are not the person's.");
  metrics.add(situation.seen.strangers);
  metrics.declare("malin_messages_unsettled", "gauge", "What the courier still owes the person.");
  metrics.add(static_cast<std::int64_t>(situation.ledger.outbox.size()));
}

void add_cards(const Situation& situation, Metrics& metrics) {
  const auto add = [&](std::string_view name, std::string_view help, Bytes CardReading::* part) {
    metrics.declare(name, "gauge", help);
    for (const CardSpec& card : situation.config.cards)
      if (const CardReading* reading = situation.card(card.name))
        metrics.add("card", card.name, (reading->*part).count);
  };
  add("malin_card_total_bytes", "VRAM of the card.", &CardReading::total);
  add("malin_card_used_bytes", "VRAM in use.", &CardReading::used);
  add("malin_card_free_bytes", "VRAM free.", &CardReading::free);
}

}  // namespace

std::string format_metrics(const Situation& situation, const std::string& version) {
  Metrics metrics;
  metrics.declare("malin_build_info", "gauge", "Which malin this is.");
  metrics.add("version", version, 1);
  add_senses(situation, metrics);
  add_work(situation, metrics);
  add_cards(situation, metrics);
  return metrics.take();
}

}  // namespace malin::api
