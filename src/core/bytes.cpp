#include "core/bytes.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace malin {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 8> units{{{"B", 1},
                                     {"KiB", 1024.0},
                                     {"MiB", 1024.0 * 1024},
                                     {"GiB", 1024.0 * 1024 * 1024},
                                     {"TiB", 1024.0 * 1024 * 1024 * 1024},
                                     {"MB", 1e6},
                                     {"GB", 1e9},
                                     {"TB", 1e12}}};

}  // namespace

std::optional<Bytes> parse_bytes(std::string_view text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !(number >= 0)) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) unit = "B";
  for (const Unit& known : units) {
    if (unit != known.name) continue;
    const double count = number * known.factor;
    if (count > 1e15) return std::nullopt;
    return Bytes{static_cast<std::int64_t>(std::llround(count))};
  }
  return std::nullopt;
}

std::string format_bytes(Bytes amount) {
  std::size_t unit = 0;
  double shown = static_cast<double>(amount.count);
  while (std::abs(shown) >= 1024 && unit < 4) {
    shown /= 1024;
    ++unit;
  }
  std::array<char, 32> digits{};
  const bool whole = unit < 3 || std::abs(shown - std::round(shown)) < 0.05;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), shown, std::chars_format::fixed, whole ? 0 : 1).ptr;
  return std::string(digits.data(), end) + " " + std::string(units[unit].name);
}

}  // namespace malin
