// The commits of a daemon that takes pictures: what is asked for, windows that open and close, what is delivered.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/sqlite/scratch.hpp"

namespace malin::testing {

// What a store must hold after some commits: the ledger as it loads it, and the timeline.
struct Told {
  Ledger ledger;
  std::vector<std::string> events;

  void add(const Changes& changes) {
    malin::apply(ledger, changes);
    for (const Change& change : changes)
      if (const auto* added = std::get_if<AddEvent>(&change)) events.push_back(added->event.text);
    ledger.last_event = std::ssize(events);
  }
};

// Whether both hold the same, member for member.
inline bool is_same(const Ledger& one, const Ledger& other) {
  const auto members = [](const Ledger& ledger) {
    const auto& [jobs, windows, absences, profiles, footprints, outbox, settings, next_job, next_window, next_outbox,
                 last_event] = ledger;
    return std::tie(jobs, windows, absences, profiles, footprints, outbox, settings, next_job, next_window, next_outbox,
                    last_event);
  };
  return members(one) == members(other);
}

class LedgerStory {
 public:
  // The commits around `windows` windows, one job each; `seed` draws what the rows say.
  LedgerStory(unsigned seed, int windows) : draw_(seed) {
    tell({PutSettings{{true, draw_.maybe_moment()}}, profile("brain"), profile("voice"), plain_event("she is here")});
    for (int n = 1; n <= windows; ++n) tell_window(n);
  }
  const std::vector<Changes>& commits() const { return commits_; }
  // After each number of commits, from none on.
  const std::vector<Told>& told() const { return told_; }

 private:
  void tell(Changes changes) {
    told_.push_back(told_.back());
    told_.back().add(changes);
    commits_.push_back(std::move(changes));
  }
  PutProfile profile(const std::string& sense) {
    return {{.sense = sense, .resident = resident(), .footprint = Bytes{draw_.number(1, 1LL << 34)}}};
  }
  Resident resident() {
    const std::string config(static_cast<std::size_t>(draw_.number(10, 200)), 'c');
    return {.model = "maker/model", .identifier = "brain", .load_config = config};
  }
  void tell_window(int n) {
    const std::string id = "j-" + std::to_string(n);
    PutJob job{{.id = id, .key = "key " + id, .kind = "selfie", .seed = 7}};
    // The first fills several pages.
    job.job.prompt = std::string(static_cast<std::size_t>(n == 1 ? 6000 : draw_.number(20, 300)), 'p');
    PutOutbox item{{.id = n, .job = id, .text = "taking your photo " + draw_.text().substr(0, 9)}};
    PutWindow window{{.id = n, .card = "gpu0", .renderer = "comfyui", .jobs = {id}}};
    tell({job, item, plain_event("asked for " + id)});

    window.window.evicted = {"brain", "voice"};
    const auto absence = [&](const std::string& sense) {
      return PutAbsence{{.sense = sense, .window = n, .resident = resident(), .deadline = draw_.moment()}};
    };
    tell({window, absence("brain"), absence("voice"), plain_event("makes room")});

    window.window.phase = WindowPhase::rendering;
    job.job.state = JobState::rendering;
    job.job.prompt_id = "prompt of " + id;
    item.item.state = OutboxState::announced;
    item.item.message = 40 + n;
    tell({window, job, item});

    window.window.phase = WindowPhase::returning;
    job.job.state = JobState::rendered;
    job.job.media = Media{.type = MediaType::photo, .path = "/spool/" + id + "-1.png"};
    item.item.state = OutboxState::delivering;
    tell({job, item, window, DropAbsence{"brain"}, DropAbsence{"voice"}, plain_event("rendered " + id)});

    window.window.phase = WindowPhase::closed;
    job.job.state = JobState::delivered;
    item.item.state = OutboxState::settled;
    tell({window, job, item, profile("brain"), PutFootprint{draw_.footprint("selfie")},
          PutSettings{{n % 2 == 0, draw_.maybe_moment()}}, plain_event("all are back")});
  }

  Draw draw_;
  std::vector<Changes> commits_;
  std::vector<Told> told_ = std::vector<Told>(1);
};

}  // namespace malin::testing
