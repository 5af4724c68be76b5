#include "world/faults.hpp"

#include <utility>

namespace malin::world {

void Faults::declare(std::string name, std::string meaning) { declared_[std::move(name)] = std::move(meaning); }

void Faults::set(std::string name, FaultSpec spec) {
  if (spec.times == 0) {
    active_.erase(name);
    return;
  }
  active_[std::move(name)] = std::move(spec);
}

void Faults::clear(const std::string& name) { active_.erase(name); }

void Faults::clear() { active_.clear(); }

std::optional<FaultSpec> Faults::fires(const std::string& name) {
  const auto found = active_.find(name);
  if (found == active_.end()) return std::nullopt;
  if (std::uniform_real_distribution<double>(0, 1)(random_) >= found->second.probability) return std::nullopt;
  FaultSpec spec = found->second;
  if (spec.times > 0 && --found->second.times == 0) active_.erase(found);
  ++fired_[name];
  return spec;
}

const FaultSpec* Faults::find(const std::string& name) const {
  const auto found = active_.find(name);
  return found == active_.end() ? nullptr : &found->second;
}

}  // namespace malin::world
