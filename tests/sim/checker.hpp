// The twelve invariants of the design, checked from outside: by what was sent, what the world is like and what was
// committed, never by what the daemon believes. Two more are the loop's own: at rest nothing is done (13), and what was
// acknowledged as durable is there after a crash (14).
//
// The first violation is kept; whoever runs the simulation looks at it after every step.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "control/controller.hpp"
#include "sim/journal.hpp"
#include "sim/universe.hpp"

namespace malin::sim {

struct Violation {
  int invariant = 0;
  std::string what;
};

constexpr int invariants = 14;
const char* name_of_invariant(int invariant);

// What a server has told the daemon, as it arrived there.
template <class T>
struct Evidence {
  std::map<TimePoint, T> underway;  // By when it was asked for.
  std::optional<T> value;
  TimePoint asked_at{};
  std::optional<TimePoint> failing_since;

  void on_way(TimePoint asked, T reading) { underway[asked] = std::move(reading); }
  void arrived(TimePoint asked, bool ok) {
    const auto found = underway.find(asked);
    if (ok && found != underway.end() && asked >= asked_at) {
      value = std::move(found->second);
      asked_at = asked;
      failing_since.reset();
    } else if (!ok && asked >= asked_at && !failing_since) {
      failing_since = asked;
    }
    std::erase_if(underway, [&](const auto& one) { return one.first < asked || (ok && one.first == asked); });
  }
};

class Checker {
 public:
  Checker(Universe& universe, Journal& journal);

  const std::optional<Violation>& violation() const { return violation_; }
  const std::array<std::uint64_t, invariants + 1>& checks() const { return checks_; }

  // What goes over the wires.
  void called(const world::PortCall& call, world::Mishap mishap);
  void answered(const world::PortCall& call, const Error* error);
  void card_told(const std::string& card, TimePoint asked_at, const CardReading& reading);
  void engine_told(const std::string& engine, TimePoint asked_at, const EngineReading& reading);
  void renderer_told(const std::string& renderer, TimePoint asked_at, const RendererReading& reading);
  void deep_probed(const std::string& engine, const std::string& reference);
  void unloads(const std::string& engine, const std::string& identifier);
  void submits(const std::string& renderer, const RenderOrder& order);
  void render_started(const world::ComfyRun& run);

  // What is written.
  void committed(const Changes& changes, Duration daemon_offset);
  void read_back(const Ledger& ledger);

  // What people do.
  void turn_began(const std::string& id, TimePoint until);
  void turn_kept(const std::string& id, TimePoint until);
  void turn_ended(const std::string& id);
  void asked(const std::string& sense);  // Through the proxy: its engine would load it if it were away.
  void acknowledged(const JobId& job);
  void cancel_asked(const JobId& job) { cancels_.insert(job); }
  void status_deleted() { ++deletions_; }
  void daemon_died();
  // Before the next daemon starts. Back: it cannot know how long was what seems to have begun in the past.
  void clock_set(Duration by);

  // After every step. nullptr: no daemon runs. `is_commit_unknown`: something is durable that it does not know yet.
  void look(const control::Controller* daemon, bool is_commit_unknown);
  // Whether there is nothing left to do; empty: yes, else what. Then it must stay so.
  std::string unrest(const control::Controller& daemon);
  void rest(bool is_at_rest) {
    ++checks_[1];
    is_at_rest_ = is_at_rest;
  }
  void late(const std::string& what) { violated(1, what); }

  int windows() const { return windows_; }
  int delivered() const { return delivered_; }
  int reloads() const { return reloads_; }
  const std::map<JobId, Job>& jobs() const { return jobs_; }
  const std::map<std::string, Absence>& absences() const { return absences_; }
  const std::vector<std::string>& events() const { return events_; }

 private:
  struct Away {
    TimePoint since{};
    Duration limit{};
    Duration excused{};  // No daemon ran, or the disk took nothing.
  };
  struct Release {
    TimePoint since{};
    bool is_tried = false;
  };

  void violated(int invariant, std::string what);
  // `what`: text, or a function that makes it.
  template <class What>
  bool holds(int invariant, bool condition, const What& what) {
    ++checks_[static_cast<std::size_t>(invariant)];
    if (condition) return true;
    if constexpr (std::is_invocable_v<What>)
      violated(invariant, what());
    else
      violated(invariant, what);
    return false;
  }

  void check_load(const world::PortCall& call);
  void check_unload(const world::PortCall& call);
  void judge_room(const world::PortCall& call);
  const SenseSpec* sense_of(const std::string& engine, const std::string& identifier) const;
  std::optional<std::string> model_of(const std::string& engine, const std::string& identifier);
  bool is_duplicate(const SenseSpec& sense, const std::string& identifier) const;

  void write(const PutJob& change);
  void write(const PutWindow& change);
  void write(const PutAbsence& change);
  void write(const DropAbsence& change);
  void write(const PutOutbox& change);
  void write(const PutProfile& change) { profiles_[change.profile.sense] = change.profile; }
  void write(const PutFootprint& change) { learned_.footprints[change.footprint.name] = change.footprint; }
  void write(const DropFootprint& change) { learned_.footprints.erase(change.name); }
  void write(const PutSettings& change) { settings_ = change.settings; }
  void write(const AddEvent& change);
  void check_back(const Window& window);
  bool has_arrived(const JobId& job) const;

  void check_absences();
  void check_renders();
  void check_copies();
  void check_status(const control::Controller& daemon);
  void check_view(const SenseView& view);

  Universe& universe_;
  Journal& journal_;
  const Config& config_;
  std::optional<Violation> violation_;
  std::array<std::uint64_t, invariants + 1> checks_{};

  std::map<std::string, Evidence<CardReading>> cards_;
  std::map<std::string, Evidence<EngineReading>> engines_;
  std::map<std::string, Evidence<RendererReading>> renderers_;
  std::map<std::string, std::set<std::string>> proved_;   // Instances that passed a deep probe, by engine.
  std::map<std::string, std::set<std::string>> configs_;  // Seen of each sense.
  std::map<std::string, std::string> no_room_;            // Why not, by prompt id, as it was called for.
  std::map<std::string, Release> releases_;               // Since the newest render, by renderer.

  std::map<JobId, Job> jobs_;
  std::map<WindowId, Window> windows_open_;
  std::map<std::string, Absence> absences_;
  std::map<std::string, Profile> profiles_;
  Ledger learned_;  // Footprints alone.
  std::map<std::int64_t, OutboxItem> outbox_;
  std::set<std::int64_t> lines_;  // Outbox items ever.
  Settings settings_;
  std::vector<std::string> events_;
  std::map<std::string, Away> away_;
  std::map<std::string, Resident> before_;  // As it was when it was sent away, by sense.
  std::map<JobId, int> repeats_;            // That were logged.
  int line_repeats_ = 0;
  int deletions_ = 0;

  std::map<std::string, TimePoint> turns_;
  std::set<JobId> acknowledged_;
  std::set<JobId> outbox_doubts_;  // Sent twice without an answer, so taken as delivered.
  std::set<JobId> cancels_;
  std::uint64_t phone_revision_ = 0;
  TimePoint looked_at_{};
  TimePoint disk_was_full_at_{};
  bool is_at_rest_ = false;
  int windows_ = 0;
  int delivered_ = 0;
  int reloads_ = 0;
};

}  // namespace malin::sim
