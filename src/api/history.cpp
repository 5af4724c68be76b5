#include "api/history.hpp"

#include <algorithm>
#include <cstdlib>

#include "api/card_parts.hpp"
#include "core/explain.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

constexpr std::size_t samples_max = 3000;  // Of each card.
constexpr Duration kept_for{12 * 3'600'000};
constexpr Duration shortest_gap{1'000};
constexpr Duration longest_gap{60'000};
constexpr std::int64_t moved_mib = 32;

std::vector<std::int64_t> figures(const std::vector<CardPart>& parts) {
  std::vector<std::int64_t> mib;
  std::int64_t others = 0;
  for (const CardPart& part : parts) {
    if (part.kind == CardPart::Kind::other)
      others += part.size.count;
    else if (part.kind != CardPart::Kind::free)
      mib.push_back(part.size.count >> 20);
  }
  mib.push_back(others >> 20);
  return mib;
}

bool has_moved(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& now) {
  for (std::size_t i = 0; i < now.size(); ++i)
    if (std::abs(now[i] - before.at(i)) >= moved_mib) return true;
  return false;
}

json::array part_names(const Situation& situation, const CardSpec& card) {
  json::array names;
  for (const SenseSpec& sense : situation.config.senses)
    if (sense.card == card.name) names.push_back({{"name", sense.name}, {"kind", "sense"}});
  for (const RendererSpec& renderer : situation.config.renderers)
    if (renderer.card == card.name) names.push_back({{"name", renderer.server.name}, {"kind", "renderer"}});
  names.push_back({{"name", ""}, {"kind", "other"}});
  return names;
}

// A sense that is not seen because nobody has looked yet is not in trouble.
bool is_in_trouble(const Situation& situation, const SenseView& view, const Away& away) {
  if (std::ranges::find(away.senses, view.spec->name) != away.senses.end()) return false;
  if (view.state == SenseState::missing || view.state == SenseState::failing) return true;
  const auto engine = situation.seen.engines.find(view.spec->engine);
  return view.state == SenseState::unknown && engine != situation.seen.engines.end() && engine->second.error;
}

// Before everyone has been looked at once, memory has no names yet.
bool is_known(const Situation& situation) {
  const auto has_answered = [](const auto& readings, const std::string& name) {
    const auto found = readings.find(name);
    return found != readings.end() && (found->second.value || found->second.error);
  };
  const auto is_seen = [&](const SenseSpec& sense) { return has_answered(situation.seen.engines, sense.engine); };
  return std::ranges::all_of(situation.config.senses, is_seen) &&
         std::ranges::all_of(situation.config.renderers, [&](const RendererSpec& renderer) {
           return has_answered(situation.seen.renderers, renderer.server.name);
         });
}

}  // namespace

void History::take(const Situation& situation) {
  const std::vector<SenseView> views = view_senses(situation);
  note_troubles(situation, views);
  if (situation.now < taken_at_ + shortest_gap || !is_known(situation)) return;
  taken_at_ = situation.now;
  for (const CardSpec& card : situation.config.cards) {
    const std::vector<CardPart> parts = parts_of(situation, views, card);
    if (!parts.empty()) add(cards_[card.name], {situation.now, figures(parts)});
  }
}

void History::add(std::deque<Sample>& samples, Sample sample) {
  const bool is_news =
      samples.empty() || sample.at >= samples.back().at + longest_gap || has_moved(samples.back().mib, sample.mib);
  if (!is_news) return;
  samples.push_back(std::move(sample));
  while (samples.size() > samples_max || samples.front().at + kept_for < samples.back().at) samples.pop_front();
}

void History::note_troubles(const Situation& situation, const std::vector<SenseView>& views) {
  const Away away = who_is_away(situation, views);
  for (const SenseView& view : views) {
    const auto known = troubles_.find(view.spec->name);
    if (is_in_trouble(situation, view, away)) {
      const bool goes_on = known != troubles_.end() && !known->second.is_over;
      troubles_[view.spec->name] = {goes_on ? known->second.at : situation.now, view.why, false};
    } else if (known != troubles_.end() && view.state == SenseState::ready) {
      known->second.is_over = true;
    }
  }
}

json::object History::format(const Situation& situation, TimePoint after) const {
  json::array cards;
  for (const CardSpec& card : situation.config.cards) {
    json::array parts = part_names(situation, card);
    json::array at;
    std::vector<json::array> columns(parts.size());
    const auto samples = cards_.find(card.name);
    if (samples != cards_.end()) {
      for (const Sample& sample : samples->second) {
        if (sample.at <= after) continue;
        at.push_back(to_unix_ms(sample.at));
        for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_back(sample.mib.at(i));
      }
    }
    json::array mib;
    for (json::array& column : columns) mib.push_back(std::move(column));
    cards.push_back(
        {{"name", card.name}, {"parts", std::move(parts)}, {"at_ms", std::move(at)}, {"mib", std::move(mib)}});
  }
  json::array troubles;
  for (const auto& [sense, trouble] : troubles_)
    troubles.push_back({{"sense", sense}, {"at", format_time(trouble.at)}, {"why", trouble.why}});
  json::object body;
  body["cards"] = std::move(cards);
  body["troubles"] = std::move(troubles);
  return body;
}

}  // namespace malin::api
