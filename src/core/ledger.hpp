// The durable state, as values. The store keeps exactly this; only `Change`s alter it (core/change.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/reading.hpp"

namespace malin {

using JobId = std::string;  // "j-" and a number, unique in this ledger.
using WindowId = std::int64_t;

//   queued -> rendering -> rendered -> delivered
//      ^         |  |          |
//      +---------+  +-> failed <-+        (back to queued: interrupted or lost, to be tried again)
//   queued, rendering -> cancelled
enum class JobState { queued, rendering, rendered, delivered, failed, cancelled };

struct Job {
  JobId id;
  std::string key;  // Given by the submitter; the same key again is the same job. May be empty.
  std::string kind;
  std::string prompt;
  std::map<std::string, std::string> params;  // For the workflow's slots.
  int priority = 0;                           // Higher first.
  JobState state = JobState::queued;
  std::string reason;          // Why it failed, was cancelled, or was put back. For people.
  int attempts = 0;            // Renders submitted so far.
  std::string prompt_id;       // Of the newest attempt, committed before it is submitted.
  std::uint64_t seed = 0;      // Of the newest attempt.
  std::optional<Media> media;  // From rendered on.
  TimePoint created_at{};
  std::optional<TimePoint> started_at;  // First render submitted.
  std::optional<TimePoint> attempt_at;  // Newest render submitted.
  std::optional<TimePoint> rendered_at;
  std::optional<TimePoint> ended_at;
  std::optional<TimePoint> not_before;  // Not to be tried again earlier.

  bool operator==(const Job&) const = default;
};

constexpr bool is_over(JobState s) {
  return s == JobState::delivered || s == JobState::failed || s == JobState::cancelled;
}

//   making_room -> rendering -> releasing -> returning -> closed
//        |            ^             |
//        |            +-------------+   (narrowed: a sense is no longer needed away; the rest goes on)
//        +-> returning                  (no room in time, aborted, or nothing left to render)
enum class WindowPhase { making_room, rendering, releasing, returning, closed };

// How long a sense was away in one window.
struct Leave {
  TimePoint since{};                 // Its absence was recorded.
  std::optional<TimePoint> back_at;  // It was ready again.

  bool operator==(const Leave&) const = default;
};

struct Window {
  WindowId id = 0;
  std::string card;
  std::string renderer;
  WindowPhase phase = WindowPhase::making_room;
  std::vector<std::string> evicted;     // Every sense it has sent away, in the order of sending.
  std::map<std::string, Leave> leaves;  // By sense; of one that went twice, from the first time.
  std::vector<JobId> jobs;              // Rendered in it, in order.
  Bytes need;                           // What it makes room for: the largest of the renders it is to serve.
  TimePoint opened_at{};
  TimePoint phase_at{};      // When the phase began.
  TimePoint render_until{};  // A render is interrupted then, so that everyone is back within the limit.
  std::optional<TimePoint> closed_at;
  bool aborted = false;
  int repairs = 0;                       // Senses that came back otherwise than they left and were loaded once more.
  std::string reason;                    // Why it closed, when not in the ordinary way.
  std::optional<bool> restored_exactly;  // Set at closing: residents equal those before.

  bool operator==(const Window&) const = default;
};

// "This sense is away for this window, until it closes or the deadline passes."
struct Absence {
  std::string sense;
  WindowId window = 0;
  Resident resident;  // As it was; what to restore.
  TimePoint since{};
  TimePoint deadline{};
  int evictions = 0;  // Comings and goings seen: even = still there, odd = gone. Over 1: someone loaded it again.

  bool operator==(const Absence&) const = default;
};

// How a sense was loaded when it was last seen ready: what supervision brings back.
struct Profile {
  std::string sense;
  Resident resident;
  std::optional<Bytes> footprint;     // Learned by measuring.
  std::optional<Duration> load_time;  // Of its newest load of ours, from its start until it had proved itself.
  std::optional<TimePoint> told_at;   // The person was told that it does not come back; empty once it has.

  bool operator==(const Profile&) const = default;
};

// A render's highest use of its card, and the room it had.
struct Peak {
  Bytes taken;
  Bytes room;

  bool operator==(const Peak&) const = default;
};

// What was measured of the memory that renders of one kind and size take, and what a person says of it. For a sense it
// carries the person's word alone: what was measured of it is in its profile.
struct Footprint {
  std::string name;                      // core/footprint.hpp: "video-832x480-81frames", or of a sense "brain".
  std::vector<Peak> peaks;               // Of its newest renders that succeeded and could be measured, oldest first.
  int runs = 0;                          // Such renders ever.
  std::optional<TimePoint> measured_at;  // The newest of them.
  std::optional<Bytes> raised;           // It ran out of memory, and wants at least this since.
  std::optional<TimePoint> ran_out_at;   // The newest time it did.
  std::optional<Bytes> pinned;           // Counts in place of all that was configured and measured.

  bool operator==(const Footprint&) const = default;
};

//   announcing -> announced -> delivering -> settled
//        |                         ^
//        +-------------------------+        a notice: announcing -> settled
enum class OutboxState { announcing, announced, delivering, retracting, settled };

// What the courier owes the person: one row a job, or a notice without a job.
struct OutboxItem {
  std::int64_t id = 0;
  JobId job;  // Empty for a notice.
  OutboxState state = OutboxState::announcing;
  std::string text;  // The status line, caption, or retraction.
  std::optional<std::int64_t> message;
  int unsure = 0;  // Sends that cannot be repeated safely: begun, and not known whether they arrived.
  TimePoint created_at{};
  std::optional<TimePoint> settled_at;
  std::string outcome;  // For people: "delivered", "given up: ..."

  bool operator==(const OutboxItem&) const = default;
};

struct Settings {
  bool swap_enabled = true;
  std::optional<TimePoint> hold_until;  // No window opens before.

  bool operator==(const Settings&) const = default;
};

// A line of the timeline.
struct Event {
  std::int64_t id = 0;  // Given by the store, increasing.
  TimePoint at{};
  std::string kind;     // "window", "sense", "job", "courier", "swap", "server", "footprint"
  std::string subject;  // The window, sense or job.
  std::string text;     // One line for people.
};

struct Ledger {
  std::map<JobId, Job> jobs;                    // All that are not over, and the newest that are.
  std::map<WindowId, Window> windows;           // Open ones, and the newest closed ones.
  std::map<std::string, Absence> absences;      // By sense.
  std::map<std::string, Profile> profiles;      // By sense.
  std::map<std::string, Footprint> footprints;  // By name.
  std::map<std::int64_t, OutboxItem> outbox;    // Not settled.
  Settings settings;
  std::int64_t next_job = 1;
  WindowId next_window = 1;
  std::int64_t next_outbox = 1;
  std::int64_t last_event = 0;  // Id of the newest line of the timeline.

  const Window* open_window(std::string_view card) const;
};

const char* to_string(JobState);
const char* to_string(WindowPhase);
const char* to_string(OutboxState);
const char* to_string(MediaType);
const char* to_string(ResidentState);
std::optional<JobState> parse_job_state(std::string_view);
std::optional<WindowPhase> parse_window_phase(std::string_view);
std::optional<OutboxState> parse_outbox_state(std::string_view);
std::optional<MediaType> parse_media_type(std::string_view);
std::optional<ResidentState> parse_resident_state(std::string_view);

}  // namespace malin
