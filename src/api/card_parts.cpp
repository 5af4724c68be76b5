#include "api/card_parts.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace malin::api {

namespace {

using Kind = CardPart::Kind;

constexpr std::size_t others_named_max = 6;

// What it takes now; a load takes memory as it goes on.
Bytes held_by(const Situation& situation, const SenseView& view) {
  const Bytes footprint = situation.footprint(*view.spec);
  const bool is_coming = view.state == SenseState::loading && view.progress > 0 && view.progress < 1;
  if (is_coming) return {static_cast<std::int64_t>(static_cast<double>(footprint.count) * view.progress)};
  return view.resident == nullptr ? Bytes{} : footprint;
}

bool contains_name(std::string_view text, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  return !std::ranges::search(text, name, same).empty();
}

// What it holds itself, or all of its process where the driver names that.
Bytes held_by(const CardReading& reading, const RendererSpec& renderer, const RendererReading* seen) {
  Bytes held = seen == nullptr ? Bytes{} : std::max(seen->held, Bytes{});
  for (const CardReading::Holder& holder : reading.holders)
    if (holder.used && contains_name(holder.name, renderer.server.name)) held = std::max(held, *holder.used);
  return held;
}

// The process that most likely is this part: its size is about the same.
void strike_out(std::vector<CardReading::Holder>& holders, Bytes size) {
  const auto distance = [size](const CardReading::Holder& holder) { return std::abs(holder.used->count - size.count); };
  const auto closest = std::ranges::min_element(holders, {}, distance);
  if (closest == holders.end()) return;
  const std::int64_t near = std::max(size.count / 4, mebibytes(768).count);
  if (distance(*closest) <= near) holders.erase(closest);
}

// What nobody of ours holds: named from the largest, as long as there is enough for it.
void add_others(const CardReading& reading, const std::vector<CardPart>& ours, Bytes left,
                std::vector<CardPart>& parts) {
  std::vector<CardReading::Holder> holders = reading.holders;
  std::erase_if(holders, [](const CardReading::Holder& holder) { return !holder.used || holder.name.empty(); });
  for (const CardPart& part : ours)
    if (part.size > Bytes{}) strike_out(holders, part.size);
  std::ranges::sort(holders, std::ranges::greater{}, [](const auto& holder) { return holder.used->count; });
  std::size_t named = 0;
  for (const CardReading::Holder& holder : holders) {
    if (named == others_named_max || *holder.used > left) continue;
    parts.push_back({Kind::other, holder.name, *holder.used});
    left -= *holder.used;
    ++named;
  }
  if (left > Bytes{}) parts.push_back({Kind::other, "", left});
}

}  // namespace

std::vector<CardPart> parts_of(const Situation& situation, const std::vector<SenseView>& views, const CardSpec& card) {
  const CardReading* reading = situation.card(card.name);
  if (reading == nullptr) return {};
  std::vector<CardPart> parts;
  Bytes left = reading->total - reading->free;
  const auto add = [&](Kind kind, const std::string& name, Bytes size) {
    size = std::min(size, left);
    left -= size;
    parts.push_back({kind, name, size});
  };
  for (const SenseView& view : views)
    if (view.spec->card == card.name) add(Kind::sense, view.spec->name, held_by(situation, view));
  for (const RendererSpec& renderer : situation.config.renderers) {
    if (renderer.card == card.name)
      add(Kind::renderer, renderer.server.name, held_by(*reading, renderer, situation.renderer(renderer.server.name)));
  }
  const std::vector<CardPart> ours = parts;
  add_others(*reading, ours, left, parts);
  parts.push_back({Kind::free, "", reading->free});
  return parts;
}

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::sense:
      return "sense";
    case Kind::renderer:
      return "renderer";
    case Kind::other:
      return "other";
    case Kind::free:
      return "free";
  }
  return "?";
}

}  // namespace malin::api
