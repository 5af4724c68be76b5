#include "core/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace malin {

namespace {

// Longer than any name of ours, and short enough to compare at once.
constexpr std::size_t compared_max = 100;

// Levenshtein's distance: the fewest letters to put in, take out or replace.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

}  // namespace

std::string suggest(std::string_view wrong, const std::vector<std::string_view>& known) {
  if (known.empty()) return "";
  wrong = wrong.substr(0, compared_max);
  const auto nearest = std::ranges::min_element(known, {}, [wrong](auto name) { return edit_distance(wrong, name); });
  if (edit_distance(wrong, *nearest) <= std::max<std::size_t>(2, wrong.size() / 3)) {
    return "; did you mean \"" + std::string(*nearest) + "\"?";
  }
  std::string list = "; known here: ";
  for (const std::string_view name : known) list += (name == known.front() ? "" : ", ") + std::string(name);
  return list;
}

}  // namespace malin
