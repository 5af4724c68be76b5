#include "app/rehearse.hpp"

#include <cstdio>
#include <fstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "adapters/sqlite/sqlite_store.hpp"
#include "app/check.hpp"
#include "app/command.hpp"
#include "app/rehearsal/typical_day.hpp"
#include "app/report_problems.hpp"
#include "app/text_file.hpp"
#include "app/text_table.hpp"
#include "core/footprint.hpp"
#include "core/situation.hpp"

namespace malin::app {

namespace fs = std::filesystem;

namespace {

constexpr Bytes trace_max = mebibytes(64);

int complain(std::string_view what, int exit_code) {
  fmt::print(stderr, "malin rehearse: {}\n", what);
  return exit_code;
}

// As the config says, else as the card itself does.
Result<std::map<std::string, Bytes>> find_totals(const AppConfig& config) {
  std::map<std::string, Bytes> totals;
  for (const CardSettings& card : config.cards)
    if (card.total) totals[card.name] = *card.total;
  if (totals.size() == config.cards.size()) return totals;
  const auto visits = visit_unknown_cards(config);
  if (!visits) return std::unexpected(visits.error());
  for (const auto& [name, reading] : *visits) {
    if (!reading)
      return fail(Errc::unreachable,
                  fmt::format("how much memory card {} has is not known here: {}; set cards.{}.total", name,
                              reading.error().message, name));
    totals[name] = reading->total;
  }
  return totals;
}

// What earlier windows have taught; nothing where there were none.
Ledger read_experience(const AppConfig& config) {
  const fs::path database = fs::path(config.root.state_dir) / "malin.db";
  std::error_code error;
  if (!fs::exists(database, error)) return {};
  Result<Ledger> ledger = adapters::read_ledger(database);
  if (ledger) return std::move(*ledger);
  fmt::print(stderr, "malin rehearse: what was measured cannot be read, so all times are assumed: {}\n",
             ledger.error().message);
  return {};
}

rehearsal::HouseFacts facts_of(const AppConfig& config, std::map<std::string, Bytes> totals) {
  rehearsal::HouseFacts facts{.totals = std::move(totals)};
  for (const EngineSettings& engine : config.engines)
    if (engine.type == "chatterbox") facts.chatterboxes.insert(engine.name);
  return facts;
}

// With every size as it is known by now: pinned, learned, or as the file has it.
Config with_known_sizes(const Config& config, const Ledger& ledger) {
  const Observation nothing_seen;
  const std::vector<InFlight> nothing_running;
  const Situation situation{config, ledger, nothing_seen, nothing_running, TimePoint{}};
  Config known = config;
  for (SenseSpec& sense : known.senses) sense.footprint = situation.footprint(sense);
  for (KindSpec& kind : known.kinds) kind.need = need_of(ledger, kind, {});
  return known;
}

// False: it was said why not.
bool read_trace(const fs::path& path, rehearsal::Request& request) {
  const Result<std::string> text = read_text(path, trace_max);
  if (!text) {
    complain(text.error().message, exit_wrong);
    return false;
  }
  auto trace = rehearsal::parse_trace(*text, request.config);
  if (!trace) {
    for (const auto& problem : trace.error())
      fmt::print(stderr, "{}:{}: {}\n", path.string(), problem.line, printable(problem.text));
    return false;
  }
  if (trace->is_empty()) {
    complain(path.string() + " has no line: the daemon writes one for every turn and every job", exit_wrong);
    return false;
  }
  request.trace_name = path.filename().string();
  request.trace = std::move(*trace);
  return true;
}

bool write_plot(const fs::path& path, const std::string& plot) {
  std::ofstream file(path, std::ios::binary);
  file << plot;
  file.close();
  return file.good();
}

}  // namespace

int run_rehearse(const RehearseOptions& options) {
  const ConfigResult config = load_config(options.config, process_environment());
  if (!config && options.json) fmt::print("{}", format_json(config.error()));
  if (!config) return options.json ? exit_wrong : report_problems(options.config, config.error());
  if (config->core.kinds.empty()) return complain("the config has no kind of media, so nobody ever goes", exit_failed);
  auto totals = find_totals(*config);
  if (!totals) return complain(totals.error().message, exit_failed);
  const Ledger ledger = read_experience(*config);
  rehearsal::Request request{.config = with_known_sizes(config->core, ledger),
                             .facts = facts_of(*config, std::move(*totals)),
                             .turn_expiry = config->presence.turn_expiry};
  request.timings = rehearsal::take_timings(request.config, ledger);
  if (!options.trace.empty() && !read_trace(options.trace, request)) return exit_wrong;
  if (options.day) {
    request.trace_name = "A typical day";
    request.trace = rehearsal::typical_day(request.config);
  }
  spdlog::set_level(spdlog::level::off);  // What happens in the rehearsal is no news.
  const Result<rehearsal::Rehearsal> done = rehearsal::rehearse(request);
  if (!done) return complain(done.error().message, exit_failed);
  fmt::print("{}", options.json ? format_rehearsal_json(*done) : format_rehearsal(*done, wants_colour(stdout)));
  if (!options.plot.empty() && !write_plot(options.plot, format_rehearsal_plot(*done)))
    return complain("cannot write " + options.plot.string(), exit_failed);
  return exit_ok;
}

}  // namespace malin::app
