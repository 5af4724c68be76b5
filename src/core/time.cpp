#include "core/time.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace malin {

namespace {

std::optional<double> unit_in_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1000;
  if (unit == "m" || unit == "min") return 60'000;
  if (unit == "h") return 3'600'000;
  if (unit == "d") return 86'400'000;
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !(number >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    while (text.starts_with(' ')) text.remove_prefix(1);
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
    const auto unit = unit_in_ms(text.substr(0, length));
    if (!unit) return std::nullopt;
    total += number * *unit;
    text.remove_prefix(length);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (total > 1e13) return std::nullopt;
  return Duration{std::llround(total)};
}

std::string format_duration(Duration length) {
  const long long ms = length.count() < 0 ? 0 : length.count();
  std::array<char, 48> text{};
  const auto print = [&text](auto... args) { std::snprintf(text.data(), text.size(), args...); };
  if (ms < 1000)
    print("%lld ms", ms);
  else if (ms < 10'000)
    print("%.1f s", static_cast<double>(ms) / 1000);
  else if (ms < 60'000)
    print("%lld s", ms / 1000);
  else if (ms < 3'600'000)
    ms / 1000 % 60 == 0 ? print("%lld min", ms / 60'000) : print("%lld min %lld s", ms / 60'000, ms / 1000 % 60);
  else
    print("%lld h %lld min", ms / 3'600'000, ms / 60'000 % 60);
  return text.data();
}

std::string format_time(TimePoint moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text.data();
}

std::optional<TimePoint> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !is_digit : text[i] != form[i]) return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(number(11, 2)) +
         std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2)) + Duration(number(20, 3));
}

}  // namespace malin
