// One fault of the design on the plain rig: everyone is there, then something goes wrong, and in the end everything is
// as it was. The checker watches from the first step to the last.
#pragma once

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "sim/simulation.hpp"

namespace malin::sim {

using namespace std::chrono_literals;

struct Scenario : testing::Test {
  explicit Scenario(const Plan& plan = plain_plan()) : sim(plan) {
    sim.start_daemon();
    EXPECT_TRUE(sim.until([this] { return sim.checker().unrest(sim.controller()).empty(); }, 60s)) << story();
    sim.pass(10s);  // It is quiet.
  }

  Studio& studio() { return *sim.universe().studios.front(); }
  Comfy& comfy() { return *sim.universe().comfyuis.front(); }
  world::Faults& phone() { return sim.universe().telegram_faults; }
  People& people() { return sim.people(); }

  void ask(const char* kind) {
    const std::size_t before = sim.checker().jobs().size();
    people().submit(sim.daemon(), kind);
    EXPECT_TRUE(sim.until([&] { return sim.checker().jobs().size() > before; }, 10s)) << story();
  }
  const Job& job(int number) { return sim.checker().jobs().at("j-" + std::to_string(number)); }
  const Window* window() { return sim.controller().situation().ledger.open_window("gpu0"); }
  bool is_in(WindowPhase phase) { return window() != nullptr && window()->phase == phase; }
  bool is_rendering() { return comfy().comfyui.running() != nullptr; }
  bool is_there(const std::string& identifier) {
    const auto instance = studio().studio.find(identifier);
    return instance && instance->state == world::InstanceState::idle;
  }
  bool was_told(const std::string& text) {
    return std::ranges::any_of(sim.checker().events(), [&](const std::string& event) { return event.contains(text); });
  }
  template <class Condition>
  void wait_until(Condition condition, Duration limit) {
    EXPECT_TRUE(sim.until(condition, limit)) << story();
  }
  bool are_all_over() {
    return std::ranges::all_of(sim.checker().jobs(), [](const auto& row) { return is_over(row.second.state); });
  }
  // All asked for is over and everyone is back, without anybody's help.
  void wait_for_rest(Duration limit) {
    wait_until([this] { return sim.is_up() && sim.checker().unrest(sim.controller()).empty(); }, limit);
  }
  // Whatever is still broken is mended, and then all must be well.
  void expect_good_end() {
    if (!sim.checker().violation()) sim.rest();
    EXPECT_FALSE(sim.checker().violation()) << story();
  }
  void expect_delivered(int number) {
    EXPECT_EQ(job(number).state, JobState::delivered) << job(number).reason << "\n" << story();
  }
  std::string story() const {
    const auto& violation = sim.checker().violation();
    return (violation ? violation->what + "\n" : "") + sim.journal().newest();
  }

  Simulation sim;
};

}  // namespace malin::sim
