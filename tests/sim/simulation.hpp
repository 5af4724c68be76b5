// One seed from its beginning to its end: trouble first, then peace, in which everything must come to rest.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/people.hpp"
#include "sim/trouble.hpp"

namespace malin::sim {

struct Outcome {
  std::optional<Violation> violation;
  std::string story;  // The last lines before the violation.
  Duration simulated{};
  std::uint64_t steps = 0;
  int windows = 0;
  int delivered = 0;
  int turns = 0;
  int clicks = 0;
  int lives = 0;
  std::array<std::uint64_t, invariants + 1> checks{};
  std::map<std::string, std::uint64_t> faults;
  std::int64_t calls = 0;  // On all wires, of the last life.
};

class Simulation {
 public:
  explicit Simulation(Plan plan);
  ~Simulation();

  // Both phases.
  Outcome run();
  Outcome outcome() const;

  // For scenarios: parts of it by hand.
  Universe& universe() { return universe_; }
  Checker& checker() { return checker_; }
  const Checker& checker() const { return checker_; }
  Journal& journal() { return journal_; }
  const Journal& journal() const { return journal_; }
  People& people() { return people_; }
  Trouble& trouble() { return trouble_; }
  Daemon& daemon() { return *daemon_; }
  control::Controller& controller() { return daemon_->controller(); }
  bool is_up() const { return daemon_ != nullptr; }
  void start_daemon();
  void kill_daemon();
  // The commit with this number of the first life finds a full disk.
  void fail_commit(std::int64_t number) { failing_commit_ = number; }
  // Until the moment, or until a violation. False: violated.
  bool pass(Duration length);
  // Until it holds; false: not within `limit`, or violated.
  bool until(const std::function<bool()>& condition, Duration limit);
  // Peace: mends all, waits for rest within its bound, and sees that it stays.
  void rest();

 private:
  void settle();  // All that can be done at this moment is done.
  void step(TimePoint latest);
  std::string stand() const;
  bool is_over() const { return checker_.violation().has_value(); }

  Plan plan_;
  Dice dice_;
  Universe universe_;
  Journal journal_;
  Checker checker_;
  People people_;
  Trouble trouble_;
  std::unique_ptr<Daemon> daemon_;
  TimePoint began_at_;
  TimePoint start_at_{};  // While no daemon runs: when the next one begins.
  std::uint64_t steps_ = 0;
  int lives_ = 0;
  Duration offset_{};
  std::int64_t failing_commit_ = 0;
};

}  // namespace malin::sim
