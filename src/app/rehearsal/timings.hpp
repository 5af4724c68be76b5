// How long loads and renders take on this machine: measured where the ledger has it, else assumed.
#pragma once

#include <map>
#include <string>

#include "core/config.hpp"
#include "core/ledger.hpp"

namespace malin::app::rehearsal {

struct Timing {
  Duration length{};
  int samples = 0;  // How many measured ones it is the median of; 0: assumed.

  bool is_measured() const { return samples > 0; }
  bool operator==(const Timing&) const = default;
};

struct Timings {
  std::map<std::string, Timing> loads;    // By sense: until it is ready; the newest.
  std::map<std::string, Timing> renders;  // By kind.
};

// What is assumed where nothing is measured.
inline constexpr std::int64_t assumed_load_bytes_per_second = 2'000'000'000;
inline constexpr Duration assumed_photo{12'000};
inline constexpr Duration assumed_video{60'000};

// For every sense and kind of the config.
Timings take_timings(const Config& config, const Ledger& ledger);

}  // namespace malin::app::rehearsal
