#include "api/format_footprint.hpp"

#include <algorithm>

#include "api/format_job.hpp"
#include "core/footprint.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

json::value format_size(std::optional<Bytes> size) { return size ? json::value(size->count) : json::value(nullptr); }

std::optional<Bytes> highest(const Footprint& footprint) {
  std::optional<Bytes> highest;
  for (const Peak& peak : footprint.peaks) highest = std::max(highest, std::optional(peak.taken));
  return highest;
}

json::value of_sense(const Situation& s, const SenseSpec& sense) {
  const auto profile = s.ledger.profiles.find(sense.name);
  const auto learned = profile == s.ledger.profiles.end() ? std::nullopt : profile->second.footprint;
  return {{"name", sense.name},
          {"sense", sense.name},
          {"kind", nullptr},
          {"configured_bytes", sense.footprint.count},
          {"learned_bytes", format_size(learned)},
          {"peak_bytes", format_size(learned)},
          {"runs", nullptr},
          {"measured_at", nullptr},
          {"ran_out_at", nullptr},
          {"pinned_bytes", format_size(find_footprint(s.ledger, sense.name).pinned)},
          {"in_use_bytes", s.footprint(sense).count}};
}

// `kind`: nullptr where it is no longer configured.
json::value of_kind(const KindSpec* kind, const Footprint& footprint) {
  return {{"name", footprint.name},
          {"sense", nullptr},
          {"kind", kind == nullptr ? json::value(nullptr) : json::value(kind->name)},
          {"configured_bytes", kind == nullptr ? json::value(nullptr) : json::value(kind->need.count)},
          {"learned_bytes", format_size(learned_need(footprint))},
          {"peak_bytes", format_size(highest(footprint))},
          {"runs", footprint.runs},
          {"measured_at", format_moment(footprint.measured_at)},
          {"ran_out_at", format_moment(footprint.ran_out_at)},
          {"pinned_bytes", format_size(footprint.pinned)},
          {"in_use_bytes", need_in_use(kind == nullptr ? Bytes{} : kind->need, footprint).count}};
}

// The kind that this is a size of. nullptr: none.
const KindSpec* kind_of(const Config& config, const std::string& name) {
  const KindSpec* longest = nullptr;
  for (const KindSpec& kind : config.kinds)
    if ((name == kind.name || name.starts_with(kind.name + "-")) &&
        (longest == nullptr || kind.name.size() > longest->name.size()))
      longest = &kind;
  return longest;
}

}  // namespace

json::array format_footprints(const Situation& s) {
  json::array all;
  std::vector<std::string> shown;
  for (const SenseSpec& sense : s.config.senses) {
    all.push_back(of_sense(s, sense));
    shown.push_back(sense.name);
  }
  for (const KindSpec& kind : s.config.kinds) {
    shown.push_back(footprint_name(kind, {}));
    all.push_back(of_kind(&kind, find_footprint(s.ledger, shown.back())));
  }
  for (const auto& [name, footprint] : s.ledger.footprints) {
    if (std::ranges::find(shown, name) == shown.end()) all.push_back(of_kind(kind_of(s.config, name), footprint));
  }
  return all;
}

json::value format_footprint(const Situation& s, const std::string& name) {
  for (const json::value& one : format_footprints(s))
    if (one.at("name").as_string() == name) return one;
  return nullptr;
}

}  // namespace malin::api
