#include "app/config_problems.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace malin::app {

void Problems::add(const std::string& key, std::string text) {
  std::string around = key;
  auto found = lines_.find(around);
  while (found == lines_.end() && around.contains('.')) {
    around.resize(around.rfind('.'));
    found = lines_.find(around);
  }
  add_at(found == lines_.end() ? 0 : found->second, key, std::move(text));
}

void Problems::add_at(int line, std::string key, std::string text) {
  found_.push_back({line, std::move(key), std::move(text)});
}

bool Problems::has(std::string_view key) const {
  return std::ranges::find(found_, key, &ConfigProblem::key) != found_.end();
}

ConfigProblems Problems::take() {
  std::ranges::sort(found_, {}, [](const ConfigProblem& one) { return std::tie(one.line, one.key, one.text); });
  return std::move(found_);
}

}  // namespace malin::app
