// `malin check`: the config, and everything that it names, visited once. Nothing is changed anywhere.
//
//   load_config -> visit (all at the same time) -> judge (pure) -> format
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "core/reading.hpp"

namespace malin::app {

// What a ComfyUI knows of the nodes that a workflow has.
struct WorkflowVisit {
  std::vector<std::string> unknown_nodes;    // Class names.
  std::vector<std::string> missing_choices;  // "ckpt_name = sd_xl.safetensors": not among those that it offers.
};

struct DaemonVisit {
  bool is_malin = false;  // false: another program has the address.
  std::string line;       // How it says that everything stands.
  std::string unheard{};  // Why it says that the person cannot be heard; empty: it does not.
};

// What was found; where nothing is said of a thing, it has not been visited.
struct Visits {
  Result<void> studio;  // Whether finished media can be looked at.
  std::map<std::string, Result<CardReading>> cards;
  std::map<std::string, Result<EngineReading>> engines;
  std::map<std::string, std::set<std::string>> models;  // By engine: the keys on its disk, where it tells.
  std::map<std::string, Result<RendererReading>> renderers;
  std::map<std::string, Result<WorkflowVisit>> workflows;  // By media kind.
  std::optional<Result<std::string>> courier;              // Who we are there.
  std::optional<Result<void>> inbox;                       // Whether the person can be heard there.
  std::optional<DaemonVisit> daemon;                       // Empty: nobody is at its address.
};

// Blocks until all have answered or missed their deadlines: half a minute at most.
Result<Visits> visit(const AppConfig& config);
// Those cards alone of which the config does not say how large they are.
Result<std::map<std::string, Result<CardReading>>> visit_unknown_cards(const AppConfig& config);

enum class Verdict {
  good,
  remark,  // Works; worth knowing.
  wrong,   // Does not work.
};

struct Finding {
  Verdict verdict = Verdict::good;
  std::string part;    // "engine lmstudio"
  std::string text;    // What it found.
  std::string advice;  // What to do about it; empty when good.
};

using Findings = std::vector<Finding>;

// In the order of the config: cards, engines, renderers, courier, daemon, studio, senses, kinds.
Findings judge(const AppConfig& config, const Visits& visits);
// Of these, the ones about senses and kinds.
Findings judge_senses(const AppConfig& config, const Visits& visits);
Findings judge_kinds(const AppConfig& config, const Visits& visits);

std::string format_findings(const Findings& findings, bool is_coloured);
// {"ok": true, "findings": [{part, verdict, text, advice}]}, or {"ok": false, "problems": [{line, key, text}]}.
std::string format_json(const Findings& findings);
std::string format_json(const ConfigProblems& problems);

struct CheckOptions {
  std::filesystem::path config;
  bool json = false;
};

// Returns the exit code: 0 all is well, 1 something does not work, 2 the config is wrong.
int run_check(const CheckOptions& options);

}  // namespace malin::app
