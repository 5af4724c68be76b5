#include "app/report_problems.hpp"

#include <cstdio>

#include <fmt/core.h>

namespace malin::app {

int report_problems(const std::filesystem::path& path, const ConfigProblems& problems) {
  fmt::print(stderr, "malin: {} has {} problem{}:\n", path.string(), problems.size(), problems.size() == 1 ? "" : "s");
  for (const ConfigProblem& problem : problems) fmt::print(stderr, "  {}\n", format_problem(problem));
  fmt::print(stderr, "Every key is explained in config/malin.toml.\n");
  return 2;
}

}  // namespace malin::app
