#include "app/client_time.hpp"

#include <charconv>
#include <ctime>

namespace malin::app {

namespace {

// nullopt: not all digits.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  const std::string_view digits = text.substr(at, length);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
  return value;
}

std::string format_local(TimePoint moment, const char* form) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
  std::tm local{};
  char text[64] = {};
  if (::localtime_r(&seconds, &local) == nullptr) return format_time(moment);
  const std::size_t length = std::strftime(text, sizeof text, form, &local);
  return {text, length};
}

}  // namespace

std::optional<TimePoint> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '0' && form[i] != text[i]) return std::nullopt;
  }
  const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2),
             hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2),
             millisecond = number_at(text, 20, 3);
  if (!year || !month || !day || !hour || !minute || !second || !millisecond) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + Duration(*millisecond);
}

std::string format_clock(TimePoint moment) { return format_local(moment, "%H:%M:%S"); }
std::string format_date(TimePoint moment) { return format_local(moment, "%b %e %H:%M"); }

}  // namespace malin::app
