// Numbers in the text that Prometheus reads (its exposition format 0.0.4).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "control/histogram.hpp"

namespace malin::api {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Begins a metric; what is added after belongs to it. `type`: "counter", "gauge" or "histogram".
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void add(Labels labels, std::int64_t value);
  void add_seconds(Labels labels, Duration value);
  // All its buckets, its sum in seconds and its count.
  void add(Labels labels, const control::Histogram& histogram);

  std::string take() { return std::move(text_); }

 private:
  void add_line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string name_;
  std::string text_;
};

}  // namespace malin::api
