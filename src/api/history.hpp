// The last hours of the cards, and what last went wrong with each sense. In memory alone, and never more than a few
// thousand samples: one is kept when a figure moved, and now and then when none did.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/readiness.hpp"
#include "net/json.hpp"

namespace malin::api {

class History {
 public:
  // Looks at how things stand. May be called as often as one likes.
  void take(const Situation& situation);

  // Samples after `after`, in columns: a time in ms since 1970, and one figure in MiB for each part of the card.
  boost::json::object format(const Situation& situation, TimePoint after) const;

 private:
  struct Sample {
    TimePoint at{};
    std::vector<std::int64_t> mib;  // Senses and renderers of the card in the order of the config, then all others.
  };
  struct Trouble {
    TimePoint at{};
    std::string why;
    bool is_over = false;
  };

  void note_troubles(const Situation& situation, const std::vector<SenseView>& views);
  void add(std::deque<Sample>& samples, Sample sample);

  std::map<std::string, std::deque<Sample>> cards_;
  std::map<std::string, Trouble> troubles_;  // By sense; the newest.
  TimePoint taken_at_{};
};

}  // namespace malin::api
