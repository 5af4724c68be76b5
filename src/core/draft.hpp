// A decision in the making.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "core/decide.hpp"
#include "core/situation.hpp"

namespace malin {

class Draft {
 public:
  explicit Draft(const Situation& situation)
      : situation_(situation), next_outbox_(situation.ledger.next_outbox), next_window_(situation.ledger.next_window) {}

  void change(Change change) { decision_.changes.push_back(std::move(change)); }
  void act(Action action) { decision_.actions.push_back(std::move(action)); }
  // A moment that is over means soon, so that the loop never spins.
  void wake_at(TimePoint moment);
  void wait(const JobId& job, std::string why) { decision_.waits[job] = std::move(why); }
  void wants_gap(std::vector<std::string> senses) { decision_.gap_for = std::move(senses); }
  void opens_window() { decision_.opens_window = true; }

  // What is waited for to go on: this probe is due at once unless it was asked for at `since` or later, and then every
  // `interval`.
  struct Look {
    TimePoint since = TimePoint::min();
    Duration interval = Duration::max();
  };
  void look_since(const Action& probe, TimePoint since) {
    Look& look = looks_[key_of(probe)];
    look.since = std::max(look.since, since);
  }
  void look_every(const Action& probe, Duration interval) {
    Look& look = looks_[key_of(probe)];
    look.interval = std::min(look.interval, interval);
  }
  Look wanted_look(const std::string& key) const {
    const auto found = looks_.find(key);
    return found == looks_.end() ? Look{} : found->second;
  }

  // A line of the timeline.
  void tell(std::string kind, std::string subject, std::string text);
  // A line of text for the person, outside any job.
  void notify(std::string text);

  WindowId new_window() { return next_window_++; }
  std::int64_t new_outbox() { return next_outbox_++; }

  Decision finish() &&;

 private:
  const Situation& situation_;
  Decision decision_;
  std::map<std::string, Look> looks_;  // By the probe's key.
  std::int64_t next_outbox_;
  WindowId next_window_;
};

}  // namespace malin
