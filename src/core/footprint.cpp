#include "core/footprint.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace malin {

namespace {

constexpr double number_max = 1e12;  // What is larger is no size.

// The value of the slot as the job renders it, "0832.0" as "832"; empty when the workflow has no such slot.
std::string size_slot(const KindSpec& kind, const std::map<std::string, std::string>& params, const char* name) {
  const auto usual = kind.slots.find(name);
  if (usual == kind.slots.end()) return {};
  const auto asked = params.find(name);
  const std::string& text = asked == params.end() ? usual->second : asked->second;
  double number = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
  return is_number && std::abs(number) < number_max ? std::to_string(std::llround(number)) : "odd";
}

}  // namespace

std::string footprint_name(const KindSpec& kind, const std::map<std::string, std::string>& params) {
  std::string name = kind.name;
  const std::string width = size_slot(kind, params, "width");
  const std::string height = size_slot(kind, params, "height");
  if (!width.empty() && !height.empty())
    name += "-" + width + "x" + height;
  else if (!width.empty() || !height.empty())
    name += width.empty() ? "-" + height + "high" : "-" + width + "wide";
  for (const char* slot : {"frames", "length"})
    if (const std::string frames = size_slot(kind, params, slot); !frames.empty()) name += "-" + frames + "frames";
  if (const std::string batch = size_slot(kind, params, "batch_size"); !batch.empty() && batch != "1")
    name += "-" + batch + "times";
  return name;
}

Footprint find_footprint(const Ledger& ledger, const std::string& name) {
  const auto found = ledger.footprints.find(name);
  return found == ledger.footprints.end() ? Footprint{.name = name} : found->second;
}

Bytes with_margin(Bytes size) { return size + std::max(Bytes{size.count / peak_margin_share}, peak_margin_min); }

std::optional<Bytes> learned_need(const Footprint& footprint) {
  std::optional<Bytes> need = footprint.raised;
  for (const Peak& peak : footprint.peaks)
    need = std::max(need, std::optional(std::min(with_margin(peak.taken), peak.room)));
  return need;
}

Bytes need_in_use(Bytes configured, const Footprint& footprint) {
  if (footprint.pinned) return *footprint.pinned;
  const std::optional<Bytes> learned = learned_need(footprint);
  if (!learned) return configured;
  if (*learned < configured) return footprint.peaks.size() < renders_before_less ? configured : *learned;
  const bool is_exceeded = footprint.raised > configured || std::ranges::any_of(footprint.peaks, [&](const Peak& peak) {
                             return peak.taken > configured;
                           });
  return is_exceeded ? *learned : configured;
}

Bytes need_of(const Ledger& ledger, const KindSpec& kind, const std::map<std::string, std::string>& params) {
  if (ledger.footprints.empty()) return kind.need;
  const auto found = ledger.footprints.find(footprint_name(kind, params));
  return found == ledger.footprints.end() ? kind.need : need_in_use(kind.need, found->second);
}

void learn_peak(Footprint& footprint, const Peak& peak, TimePoint now) {
  footprint.peaks.push_back(peak);
  if (footprint.peaks.size() > peaks_kept) footprint.peaks.erase(footprint.peaks.begin());
  ++footprint.runs;
  footprint.measured_at = now;
}

void learn_shortage(Footprint& footprint, Bytes need, Bytes room, TimePoint now) {
  room = std::min(room, need + need);
  for (const Peak& peak : footprint.peaks) room = std::min(room, peak.room);
  footprint.raised = std::max(footprint.raised, std::optional(with_margin(std::max(room, need))));
  footprint.ran_out_at = now;
}

}  // namespace malin
