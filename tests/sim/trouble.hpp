// What goes wrong, and when: faults of the world, mishaps on the wires, and the end of the daemon.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/daemon.hpp"

namespace malin::sim {

class Trouble {
 public:
  Trouble(Universe& universe, Journal& journal);

  TimePoint next() const;
  void act();
  // Whether the daemon is to be killed now, if one runs.
  bool is_crash_due();
  // Everything that was broken is mended, as by a person with patience.
  void mend();
  // Those that are down; one that finds no room for itself is tried again later.
  void start_servers();

  world::Mishap mishap_of(const world::PortCall& call);

  const std::map<std::string, std::uint64_t>& injected() const { return injected_; }
  void count(const std::string& fault) { ++injected_[fault]; }

  // The call with this number goes wrong so; every other goes well.
  void fail_call(std::int64_t number, world::Mishap mishap) {
    failing_call_ = number;
    failing_how_ = mishap;
  }
  // The daemon is killed as soon as the call with this number is on its way.
  void kill_at_call(std::int64_t number) { killing_call_ = number; }
  // Told of every call, before it goes. May be empty.
  std::function<void(const world::PortCall&)> on_call;

 private:
  struct Lasting {
    TimePoint until{};
    std::string name;
    std::function<void()> end;
  };
  void begin_one();
  void trouble_studio(Studio& studio);
  void trouble_comfy(Comfy& comfy);
  void trouble_rest();
  void last(std::string name, Duration length, std::function<void()> end);
  void once(world::Faults& faults, const std::string& name, world::FaultSpec spec);
  void tell(const std::string& what) { journal_.tell(universe_.clock.now(), "trouble: " + what); }

  Universe& universe_;
  Journal& journal_;
  const Roughness& rough_;
  Dice dice_;
  Dice wires_;
  TimePoint fault_at_ = TimePoint::max();
  TimePoint crash_at_ = TimePoint::max();
  double mishap_ = 0;
  std::vector<Lasting> lasting_;
  std::map<std::string, std::uint64_t> injected_;
  std::int64_t failing_call_ = 0;
  world::Mishap failing_how_ = world::Mishap::none;
  std::int64_t killing_call_ = 0;
};

}  // namespace malin::sim
