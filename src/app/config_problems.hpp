// What is wrong with a config file, and where its keys stand.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "core/suggest.hpp"

namespace malin::app {

class Problems {
 public:
  void remember(const std::string& key, int line) { lines_[key] = line; }
  // At the line of `key`, or of the section around it when the key itself is absent.
  void add(const std::string& key, std::string text);
  void add_at(int line, std::string key, std::string text);
  bool has(std::string_view key) const;
  bool empty() const { return found_.empty(); }
  // In the order of the lines.
  ConfigProblems take();

 private:
  std::map<std::string, int> lines_;
  ConfigProblems found_;
};

}  // namespace malin::app
