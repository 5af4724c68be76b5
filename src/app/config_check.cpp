#include "app/config_check.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "net/json.hpp"

namespace malin::app {

namespace {

template <class Items>
auto find_named(const Items& items, std::string_view name) {
  const auto found = std::ranges::find_if(items, [name](const auto& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

template <class Items>
void expect_known(const std::string& name, const std::string& key, const Items& items, const char* what,
                  Problems& problems) {
  if (name.empty() || items.empty() || find_named(items, name) != nullptr) return;
  std::vector<std::string_view> names;
  for (const auto& item : items) names.push_back(item.name);
  problems.add(key, std::string("there is no ") + what + " \"" + name + "\"" + suggest(name, names));
}

void check_cards(const AppConfig& config, Problems& problems) {
  std::set<std::string> seen;
  for (const CardSettings& card : config.cards) {
    const std::string key = "cards." + card.name;
    if (card.driver == "renderer") {
      expect_known(card.renderer, key + ".renderer", config.renderers, "renderer", problems);
      continue;
    }
    const std::string device = card.driver + (card.uuid.empty() ? " " + std::to_string(card.index) : card.uuid);
    if (!seen.insert(device).second) problems.add(key, "is the same card as one above: give it its own index or uuid");
  }
}

void check_senses(const AppConfig& config, Problems& problems) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const SenseSpec& sense : config.senses) {
    const std::string key = "senses." + sense.name;
    expect_known(sense.engine, key + ".engine", config.engines, "engine", problems);
    expect_known(sense.card, key + ".card", config.cards, "card", problems);
    if (!sense.identifier.empty() && !seen.emplace(sense.engine, sense.identifier).second) {
      problems.add(key + ".identifier",
                   "another sense of engine \"" + sense.engine + "\" is already called \"" + sense.identifier + "\"");
    }
    if (!sense.load_config.empty() && !net::parse_json(sense.load_config)) {
      problems.add(key + ".load_config", "is not JSON");
    }
  }
}

// Empty: the recipe may send `sense` away.
std::string eviction_problem(const AppConfig& config, const SenseSpec& sense, const RendererSettings* renderer) {
  const EngineSettings* engine = find_named(config.engines, sense.engine);
  if (!sense.evictable) return "has evictable = false";
  if (engine != nullptr && !can_unload(*engine)) return "is hosted by an engine that cannot unload it";
  if (renderer != nullptr && sense.card != renderer->card) return "is on another card and would make no room";
  return "";
}

void check_evict(const AppConfig& config, const KindSettings& kind, Problems& problems) {
  if (!kind.evict) return;
  const std::string key = "kinds." + kind.name + ".evict";
  const RendererSettings* renderer = find_named(config.renderers, kind.renderer);
  std::set<std::string> seen;
  for (const std::string& name : *kind.evict) {
    const std::string quoted = "\"" + name + "\"";
    if (!seen.insert(name).second) problems.add(key, "names " + quoted + " twice");
    const SenseSpec* sense = find_named(config.senses, name);
    if (sense == nullptr) {
      expect_known(name, key, config.senses, "sense", problems);
      continue;
    }
    const std::string problem = eviction_problem(config, *sense, renderer);
    if (!problem.empty()) problems.add(key, std::string(quoted).append(" ").append(problem));
  }
}

void check_kinds(const AppConfig& config, Problems& problems) {
  constexpr std::string_view tag_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  std::set<std::string> tags;
  for (const KindSettings& kind : config.kinds) {
    const std::string key = "kinds." + kind.name;
    expect_known(kind.renderer, key + ".renderer", config.renderers, "renderer", problems);
    check_evict(config, kind, problems);
    if (kind.tag.find_first_not_of(tag_letters) != std::string::npos) {
      problems.add(key + ".tag", "may have capital letters, digits, - and _ only");
    }
    if (!tags.insert(kind.tag).second) problems.add(key + ".tag", "another kind has the tag \"" + kind.tag + "\"");
    if (kind.render_limit >= config.swap.absence_limit) {
      problems.add(key + ".render_limit", "must be shorter than swap.absence_limit, which ends every render");
    }
  }
}

// What stays on `card` whatever is sent away for `kind`.
Bytes kept_on(const AppConfig& config, const KindSettings& kind, const std::string& card) {
  Bytes kept;
  for (const SenseSpec& sense : config.senses) {
    const EngineSettings* engine = find_named(config.engines, sense.engine);
    const bool may_go = sense.evictable && (engine == nullptr || can_unload(*engine));
    const bool recipe_is_all = kind.evict && !kind.may_widen;
    const bool goes = may_go && (!recipe_is_all || std::ranges::find(*kind.evict, sense.name) != kind.evict->end());
    if (sense.card == card && !goes) kept += sense.footprint;
  }
  return kept;
}

}  // namespace

bool can_unload(const EngineSettings& engine) {
  return engine.type == "lmstudio" || (engine.type == "chatterbox" && engine.flavour == "devnen");
}

void check_references(const AppConfig& config, Problems& problems) {
  check_cards(config, problems);
  for (const RendererSettings& renderer : config.renderers) {
    expect_known(renderer.card, "renderers." + renderer.name + ".card", config.cards, "card", problems);
  }
  check_senses(config, problems);
  check_kinds(config, problems);
}

void check_memory(const AppConfig& config, Problems& problems) {
  for (const CardSettings& card : config.cards) {
    if (!card.total) continue;
    Bytes senses;
    for (const SenseSpec& sense : config.senses) {
      if (sense.card == card.name) senses += sense.footprint;
    }
    if (senses > *card.total) {
      problems.add("cards." + card.name + ".total",
                   "is less than the footprints of its senses together, " + format_bytes(senses));
    }
    for (const KindSettings& kind : config.kinds) {
      const RendererSettings* renderer = find_named(config.renderers, kind.renderer);
      if (renderer == nullptr || renderer->card != card.name) continue;
      const Bytes most = *card.total - kept_on(config, kind, card.name) - card.headroom;
      if (kind.need <= most) continue;
      problems.add("kinds." + kind.name + ".need", format_bytes(kind.need) + " can never be free on card \"" +
                                                       card.name + "\": at most " +
                                                       format_bytes(std::max(most, Bytes{})));
    }
  }
}

}  // namespace malin::app
