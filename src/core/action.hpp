// What a decision asks to be done outside. Every action is idempotent, has a deadline, and comes back as an
// observation.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/buttons.hpp"
#include "core/ledger.hpp"

namespace malin {

// Looks, harmless.
struct ProbeCard {
  std::string card;
};
struct ProbeEngine {
  std::string engine;
};
struct ProbeRenderer {
  std::string renderer;
};
struct ProbeSense {
  std::string sense;
  std::string engine;
  std::string identifier;
  std::string instance;
};  // Deep.
struct LookUpRender {
  JobId job;
  std::string renderer;
  std::string prompt_id;
};

// Senses.
struct LoadSense {
  std::string sense;
  std::string engine;
  std::string card;
  Resident resident;
  Duration limit{};
};
struct UnloadResident {
  std::string engine;
  std::string identifier;
  std::string sense;
};

// Renders.
struct SubmitRender {
  JobId job;
  std::string renderer;
  std::string prompt_id;
};
struct InterruptRender {
  JobId job;
  std::string renderer;
  std::string prompt_id;
};
struct ReleaseRenderer {
  std::string renderer;
};
struct CollectMedia {
  JobId job;
  std::string renderer;
  std::vector<OutputFile> files;
};  // Fetch and judge.

// Servers: their configured commands.
struct StartServer {
  std::string server;
};
struct RestartServer {
  std::string server;
};

// The person.
struct Announce {
  std::int64_t item;
  std::string text;
  Buttons buttons{};
};
struct Deliver {
  std::int64_t item;
  JobId job;
  std::optional<std::int64_t> message;
  Media media;
  std::string caption;
};
struct Amend {
  std::int64_t item;
  std::int64_t message;
  std::string text;
  Buttons buttons{};
};
struct ShowLine {
  std::int64_t item;
  std::int64_t message;
  std::string text;
  Buttons buttons{};
};  // Cosmetic: how far its job is.
struct ShowActivity {
  JobId job;
  MediaType type;
};

using Action = std::variant<ProbeCard, ProbeEngine, ProbeRenderer, ProbeSense, LookUpRender, LoadSense, UnloadResident,
                            SubmitRender, InterruptRender, ReleaseRenderer, CollectMedia, StartServer, RestartServer,
                            Announce, Deliver, Amend, ShowLine, ShowActivity>;

// "load brain", "probe card gpu0", ...: names the action for people and for bookkeeping. Two actions with the same key
// never run at the same time.
std::string key_of(const Action& action);

struct InFlight {
  Action action;
  TimePoint since{};
  double progress = 0;  // Of a load, 0..1.
};

}  // namespace malin
