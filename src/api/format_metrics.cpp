#include "api/format_metrics.hpp"

#include <algorithm>
#include <array>

#include "api/exposition.hpp"
#include "api/format_meters.hpp"
#include "core/readiness.hpp"

namespace malin::api {

namespace {

constexpr auto sense_states =
    std::to_array({SenseState::ready, SenseState::away, SenseState::unloading, SenseState::loading, SenseState::missing,
                   SenseState::failing, SenseState::unknown});

void add_program(const Situation& situation, const std::string& version, Exposition& out) {
  out.begin("malin_build_info", "gauge", "Which malin this is.");
  out.add({{"version", version}}, 1);
  out.begin("process_start_time_seconds", "gauge", "When the daemon started, in seconds since 1970.");
  out.add_seconds({}, situation.seen.started_at.time_since_epoch());
}

void add_senses(const Situation& situation, Exposition& out) {
  const std::vector<SenseView> views = view_senses(situation);
  const Glow glow = glow_of(situation, views);
  out.begin("malin_glow", "gauge", "1 for how things stand: green all here, amber away on purpose, red missing.");
  for (const Glow one : {Glow::green, Glow::amber, Glow::red}) out.add({{"glow", to_string(one)}}, one == glow);
  out.begin("malin_sense_ready", "gauge", "1 while the sense is loaded and has answered a probe.");
  for (const SenseView& view : views) out.add({{"sense", view.spec->name}}, view.state == SenseState::ready);
  out.begin("malin_sense_state", "gauge", "1 for the state that the sense is in.");
  for (const SenseView& view : views)
    for (const SenseState state : sense_states)
      out.add({{"sense", view.spec->name}, {"state", to_string(state)}}, view.state == state);
  out.begin("malin_sense_footprint_bytes", "gauge", "VRAM of the sense: pinned, measured or as configured.");
  for (const SenseView& view : views) out.add({{"sense", view.spec->name}}, situation.footprint(*view.spec).count);
}

void add_jobs(const Situation& situation, Exposition& out) {
  out.begin("malin_jobs", "gauge", "Jobs that are not over.");
  for (const KindSpec& kind : situation.config.kinds) {
    for (const JobState state : {JobState::queued, JobState::rendering, JobState::rendered}) {
      const auto is_so = [&](const auto& row) { return row.second.kind == kind.name && row.second.state == state; };
      out.add({{"kind", kind.name}, {"state", to_string(state)}}, std::ranges::count_if(situation.ledger.jobs, is_so));
    }
  }
  out.begin("malin_jobs_submitted_total", "counter", "Jobs ever acknowledged, by this state folder.");
  out.add({}, situation.ledger.next_job - 1);
  out.begin("malin_messages_unsettled", "gauge", "What the courier still owes the person.");
  out.add({}, static_cast<std::int64_t>(situation.ledger.outbox.size()));
  out.begin("malin_turns_open", "gauge", "Turns in which she is talking.");
  out.add({}, static_cast<std::int64_t>(situation.seen.presence.turns.size()));
  out.begin("malin_telegram_strangers_total", "counter", "Messages from chats that are not the person's.");
  out.add({}, situation.seen.strangers);
}

void add_windows(const Situation& situation, Exposition& out) {
  out.begin("malin_swap_enabled", "gauge", "1 while senses may be sent away.");
  out.add({}, situation.ledger.settings.swap_enabled);
  out.begin("malin_windows_open", "gauge", "Swaps under way.");
  const auto is_open = [](const auto& row) { return row.second.phase != WindowPhase::closed; };
  out.add({}, std::ranges::count_if(situation.ledger.windows, is_open));
  out.begin("malin_windows_opened_total", "counter", "Swaps ever begun, by this state folder.");
  out.add({}, situation.ledger.next_window - 1);
  out.begin("malin_window_deadline_timestamp_seconds", "gauge", "When everyone of the open window should be back.");
  for (const CardSpec& card : situation.config.cards)
    if (const Window* window = situation.ledger.open_window(card.name))
      out.add_seconds({{"card", card.name}},
                      (window->opened_at + situation.config.swap.absence_limit).time_since_epoch());
}

void add_cards(const Situation& situation, Exposition& out) {
  const auto add = [&](std::string_view name, std::string_view help, Bytes CardReading::* part) {
    out.begin(name, "gauge", help);
    for (const CardSpec& card : situation.config.cards)
      if (const CardReading* reading = situation.card(card.name))
        out.add({{"card", card.name}}, (reading->*part).count);
  };
  add("malin_card_total_bytes", "VRAM of the card.", &CardReading::total);
  add("malin_card_used_bytes", "VRAM in use.", &CardReading::used);
  add("malin_card_free_bytes", "VRAM free.", &CardReading::free);
}

void add_servers(const Situation& situation, Exposition& out) {
  out.begin("malin_server_up", "gauge", "1 while the engine or renderer answers.");
  for (const EngineSpec& engine : situation.config.engines)
    out.add({{"server", engine.server.name}}, situation.engine(engine.server.name) != nullptr);
  for (const RendererSpec& renderer : situation.config.renderers)
    out.add({{"server", renderer.server.name}}, situation.renderer(renderer.server.name) != nullptr);
}

}  // namespace

std::string format_metrics(const Situation& situation, const control::Meters& meters, const std::string& version) {
  Exposition out;
  add_program(situation, version, out);
  add_senses(situation, out);
  add_jobs(situation, out);
  add_windows(situation, out);
  add_cards(situation, out);
  add_servers(situation, out);
  add_meters(situation, meters, out);
  return out.take();
}

}  // namespace malin::api
