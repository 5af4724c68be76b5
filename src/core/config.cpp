#include "core/config.hpp"

#include <algorithm>

namespace malin {

namespace {

template <class Spec, class Name>
const Spec* find_spec(const std::vector<Spec>& specs, std::string_view name, Name name_of) {
  const auto found = std::ranges::find(specs, name, name_of);
  return found == specs.end() ? nullptr : &*found;
}

}  // namespace

const SenseSpec* Config::sense(std::string_view name) const { return find_spec(senses, name, &SenseSpec::name); }
const KindSpec* Config::kind(std::string_view name) const { return find_spec(kinds, name, &KindSpec::name); }
const CardSpec* Config::card(std::string_view name) const { return find_spec(cards, name, &CardSpec::name); }
const EngineSpec* Config::engine(std::string_view name) const {
  return find_spec(engines, name, [](const EngineSpec& spec) -> const std::string& { return spec.server.name; });
}
const RendererSpec* Config::renderer(std::string_view name) const {
  return find_spec(renderers, name, [](const RendererSpec& spec) -> const std::string& { return spec.server.name; });
}

}  // namespace malin
