// The figures of all rounds, as a table and as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proxy/held.hpp"
#include "proxy/load.hpp"

namespace malin::bench {

struct Target {
  std::string name;  // "direct", "nginx", "malin"
  std::uint16_t port = 0;
  int process = 0;  // 0: none stands between.
};

class Report {
 public:
  void add(const std::string& scenario, const std::string& target, const Outcome& outcome);
  void add_held(const Held& held);
  // To stdout. `about`: the conditions, a line each.
  void print(const std::vector<std::string>& about) const;
  void write_json(const std::string& path, const std::vector<std::string>& about) const;

 private:
  struct Row {
    std::string scenario;
    std::string figure;
    std::map<std::string, std::vector<double>> rounds;  // By target.
  };
  struct Summary;

  Row& row(const std::string& scenario, const std::string& figure);
  static Summary summarise(const Row& row);

  std::vector<Row> rows_;
  std::size_t broken_ = 0;
};

}  // namespace malin::bench
