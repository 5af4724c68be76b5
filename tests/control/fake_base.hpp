// What the fakes of all ports share: a journal of what was asked of them, and switches that a test sets.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "ports/clock.hpp"

namespace malin::testing {

// What happened outside, in order: "unload vision", "commit", "render j-1", ...
class Journal {
 public:
  void write(std::string line) { lines_.push_back(std::move(line)); }
  const std::vector<std::string>& lines() const { return lines_; }
  int count(std::string_view line) const { return static_cast<int>(std::ranges::count(lines_, line)); }
  // The place of its first line at or after `from`; the number of all lines when there is none.
  std::size_t find(std::string_view line, std::size_t from = 0) const {
    const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(std::min(from, lines_.size()));
    return static_cast<std::size_t>(std::find(begin, lines_.end(), line) - lines_.begin());
  }
  bool has(std::string_view line) const { return find(line) < lines_.size(); }

 private:
  std::vector<std::string> lines_;
};

// Each verb of a fake passes here first. By verb: fail once, answer late, or never.
class Switches {
 public:
  explicit Switches(Clock& clock) : clock_(clock) {}

  void fail_next(const std::string& verb, Errc code, int times = 1) {
    for (int i = 0; i < times; ++i) failures_[verb].push_back({code, verb + " fails because the test says so"});
  }
  void answer_after(const std::string& verb, Duration delay) { delays_[verb] = delay; }
  void never_answer(const std::string& verb) { delays_[verb] = Duration::max(); }
  void set_well() { failures_.clear(), delays_.clear(); }

  Task<Result<void>> pass(std::string verb) {
    ++calls_[verb];
    if (const auto delay = delays_.find(verb); delay != delays_.end()) {
      const bool is_never = delay->second == Duration::max();
      co_await clock_.sleep_until(is_never ? TimePoint::max() : clock_.now() + delay->second);
    }
    auto& failures = failures_[verb];
    if (failures.empty()) co_return Result<void>();
    Error error = std::move(failures.front());
    failures.pop_front();
    co_return std::unexpected(std::move(error));
  }
  int calls(const std::string& verb) const {
    const auto found = calls_.find(verb);
    return found == calls_.end() ? 0 : found->second;
  }

 protected:
  Clock& clock_;

 private:
  std::map<std::string, std::deque<Error>> failures_;
  std::map<std::string, Duration> delays_;
  std::map<std::string, int> calls_;
};

// One card's memory. What is given back becomes free only after `settle`.
class Gpu {
 public:
  Gpu(Clock& clock, Bytes total_) : total(total_), clock_(clock) {}

  void hold(const std::string& who, Bytes amount) { held_[who] = amount; }
  void give_back(const std::string& who) {
    const auto found = held_.find(who);
    if (found == held_.end()) return;
    leaving_.emplace_back(clock_.now() + settle, found->second);
    held_.erase(found);
  }
  Bytes held(const std::string& who) const {
    const auto found = held_.find(who);
    return found == held_.end() ? Bytes{} : found->second;
  }
  Bytes free() const {
    Bytes left = total;
    for (const auto& [who, amount] : held_) left -= amount;
    for (const auto& [until, amount] : leaving_)
      if (until > clock_.now()) left -= amount;
    return left;
  }

  Bytes total;
  Duration settle{800};

 private:
  Clock& clock_;
  std::map<std::string, Bytes> held_;
  std::vector<std::pair<TimePoint, Bytes>> leaving_;
};

}  // namespace malin::testing
