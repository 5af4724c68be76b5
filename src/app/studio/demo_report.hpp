// What came of the demo: read from the daemon, compared with the rig, told as a table or as one JSON document.
#pragma once

#include <string>
#include <vector>

#include "core/time.hpp"
#include "net/json.hpp"
#include "world/lmstudio.hpp"

namespace malin::app {

struct DemoFacts {
  net::json::value jobs;                // As GET /v1/jobs.
  net::json::value windows;             // As GET /v1/windows.
  net::json::value status;              // As GET /v1/status.
  std::vector<world::Instance> before;  // LM Studio's residents, when all was ready.
  std::vector<world::Instance> after;
  world::LmStudioCounters counters;
  TimePoint began{};
};

// {"jobs", "senses", "windows", "replies", "glow", "restored_exactly"}; times in simulated seconds.
net::json::object format_report(const DemoFacts& facts);

// Every job delivered, every sense ready, no reply cut, everything restored exactly.
bool is_success(const net::json::object& report);

// The same for people.
std::string format_report_table(const net::json::object& report);

}  // namespace malin::app
