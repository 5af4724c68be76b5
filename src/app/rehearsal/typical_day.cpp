#include "app/rehearsal/typical_day.hpp"

#include <algorithm>

#include "world/dice.hpp"

namespace malin::app::rehearsal {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint midnight{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr double video_share = 0.2;

// When a sitting begins, and how long it lasts.
struct Sitting {
  Duration at;
  Duration length;
};
constexpr Sitting sittings[] = {
    {hours(7) + minutes(20), minutes(25)},  {hours(9) + minutes(45), minutes(10)},
    {hours(12) + minutes(15), minutes(35)}, {hours(15) + minutes(5), minutes(10)},
    {hours(17) + minutes(50), minutes(20)}, {hours(19) + minutes(10), minutes(50)},
    {hours(20) + minutes(30), minutes(45)}, {hours(21) + minutes(50), minutes(40)},
    {hours(23) + minutes(5), minutes(30)},
};

// How many pictures one wish is for: mostly one, at times a whole series.
std::int64_t draw_series(world::Dice& dice) {
  const double share = dice.share();
  if (share < 0.5) return 1;
  if (share < 0.75) return 2;
  if (share < 0.9) return 3;
  return dice.between(4, 6);
}

class Day {
 public:
  explicit Day(const Config& config) : dice_(1, "typical day") {
    for (const KindSpec& kind : config.kinds) (kind.is_video ? videos_ : photos_).push_back(kind.name);
    if (photos_.empty()) photos_ = videos_;
    if (videos_.empty()) videos_ = photos_;
  }

  Trace draw() {
    for (const Sitting& sitting : sittings) draw_sitting(midnight + sitting.at, sitting.length);
    std::ranges::sort(trace_.jobs);
    return std::move(trace_);
  }

 private:
  void draw_sitting(TimePoint at, Duration length) {
    const TimePoint end = at + length;
    TimePoint wish_at = at + dice_.about(minutes(5));
    while (at < end) {
      TracedTurn turn{.at = at, .length = dice_.between(seconds(2), seconds(15))};
      at += turn.length + dice_.about(seconds(25));
      trace_.turns.push_back(std::move(turn));
      if (wish_at > at) continue;
      draw_wish(at);
      wish_at = at + dice_.about(minutes(9));
    }
  }

  void draw_wish(TimePoint at) {
    for (std::int64_t left = draw_series(dice_); left > 0; --left) {
      trace_.jobs.push_back({.at = at, .kind = dice_.pick(dice_.chance(video_share) ? videos_ : photos_)});
      at += dice_.between(seconds(1), seconds(30));
    }
  }

  world::Dice dice_;
  std::vector<std::string> photos_;
  std::vector<std::string> videos_;
  Trace trace_;
};

}  // namespace

Trace typical_day(const Config& config) { return Day(config).draw(); }

}  // namespace malin::app::rehearsal
