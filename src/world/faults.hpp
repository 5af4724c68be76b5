// What is to go wrong in the world, by name ("lmstudio.load.fails"), switched on and off while it runs.
// A part of the world asks at the moment that could go wrong; a fault that nobody asks for has no effect.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

namespace malin::world {

struct FaultSpec {
  int times = -1;          // How often it still fires; -1 = for ever.
  double amount = 0;       // What the number means is said by the fault: seconds, a share, MiB.
  std::string text;        // The same for the text: a model, a message.
  double probability = 1;  // 0..1, of firing when asked.
};

class Faults {
 public:
  // `seed` decides the draws of faults with a probability below 1.
  explicit Faults(std::uint64_t seed = 1) : random_(seed) {}

  // Every part of the world declares its faults when it is made, with a line for people about amount and text.
  void declare(std::string name, std::string meaning);
  const std::map<std::string, std::string>& declared() const { return declared_; }

  void set(std::string name, FaultSpec spec);
  void clear(const std::string& name);
  void clear();

  // The fault, if it is on and fires now: counted, and one of its times is used up.
  std::optional<FaultSpec> fires(const std::string& name);
  // The fault, if it is on. For lasting conditions ("hangs"); uses nothing up.
  const FaultSpec* find(const std::string& name) const;

  const std::map<std::string, FaultSpec>& active() const { return active_; }
  const std::map<std::string, int>& fired() const { return fired_; }  // How often, since the start.

 private:
  std::map<std::string, std::string> declared_;
  std::map<std::string, FaultSpec> active_;
  std::map<std::string, int> fired_;
  std::mt19937_64 random_;
};

}  // namespace malin::world
