// Reads one section of the config file by its table of keys. Every deviation becomes a problem and reading goes on.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <toml++/toml.h>

#include "app/config_keys.hpp"
#include "app/config_problems.hpp"

namespace malin::app {

int line_of(const toml::node& node);

// Reads one value as its type says, within its range. `node` may be absent: then the default counts.
template <class Value>
void read_value(const toml::node* node, const std::string& path, const KeyInfo& info, Value& out, Problems& problems);

// Keys of `table` that are not in `known`; `path` is empty for the file itself.
void report_unknown(const toml::table& table, const std::string& path, const std::vector<std::string_view>& known,
                    Problems& problems);

inline std::string key_path(const std::string& section, std::string_view name) {
  return section.empty() ? std::string(name) : section + "." + std::string(name);
}

template <class T>
void read_section(const toml::table& table, const std::string& section, Keys<T> keys, T& out, Problems& problems) {
  for (const Key<T>& key : keys) {
    const std::string path = key_path(section, key.info.name);
    const toml::node* node = table.get(key.info.name);
    if (node != nullptr) problems.remember(path, line_of(*node));
    std::visit([&](auto member) { read_value(node, path, key.info, out.*member, problems); }, key.member);
  }
}

template <class T>
std::vector<std::string_view> names_of(Keys<T> keys) {
  std::vector<std::string_view> names;
  for (const Key<T>& key : keys) names.push_back(key.info.name);
  return names;
}

}  // namespace malin::app
