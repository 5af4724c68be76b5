// Everything known about the outside, each part with its age. What has not been seen is absent, and from the absent
// only probes follow.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ledger.hpp"
#include "core/reading.hpp"
#include "core/render_use.hpp"
#include "core/sense_use.hpp"

namespace malin {

// A stretch in which she is talking. Kept alive by its client; ends by itself when the client is lost.
struct Turn {
  std::string id;
  TimePoint began_at{};
  TimePoint expires_at{};
  TimePoint asked_at{};  // When it was first asked for: earlier than it began, when she was away.
  std::string sense{};   // That talks; empty: unknown.
};

struct Presence {
  std::vector<Turn> turns;
  TimePoint quiet_since{};  // End of the newest turn or generation; the start of the daemon when there was none.
  std::optional<TimePoint> waiting_since{};  // Someone has been waiting to talk to a sense that is away.
};

// The newest deep probe of a sense, and of which instance.
struct DeepProbe {
  std::string instance;
  TimePoint at{};
  std::optional<Error> error;  // Empty: it passed.
};

// How the newest tries of one action went, by `key_of`.
struct Attempts {
  int failures = 0;     // In a row.
  TimePoint last_at{};  // When the newest try ended.
  std::optional<Error> error;
};

struct Collected {
  std::optional<Media> media;
  std::optional<Error> error;  // bad_reply: the media itself is no good. Otherwise: try again.
};

// What came of an outbox action that has not been committed yet.
struct Sent {
  std::optional<std::int64_t> message;
  std::optional<Error> error;
};

// What the person reads in the status message of a job, as far as this daemon has written it.
struct Shown {
  std::string text;
  TimePoint at{};
};

struct Observation {
  std::map<std::string, Reading<CardReading>> cards;
  std::map<std::string, Reading<EngineReading>> engines;
  std::map<std::string, Reading<RendererReading>> renderers;
  // By engine and identifier: since when a resident is seen loading or unloading.
  std::map<std::string, std::map<std::string, TimePoint>> passing;
  std::map<std::string, DeepProbe> deep_probes;           // By sense.
  std::map<std::string, Bytes> measured;                  // Footprints seen at the newest load, by sense.
  std::map<std::string, Duration> load_times;             // From a load's start to its proof, the newest, by sense.
  std::map<std::string, SenseUse> sense_uses;             // Of those whose engine tells.
  std::map<std::string, Reading<RenderReading>> renders;  // By prompt id.
  std::set<std::string> begun;                            // Prompt ids that this daemon committed.
  std::map<std::string, RenderUse> uses;                  // By prompt id, of renders that this daemon submitted.
  std::map<JobId, Collected> collected;
  std::map<std::int64_t, Sent> sent;                       // By outbox item.
  std::map<std::int64_t, Shown> shown;                     // By outbox item.
  std::set<std::int64_t> armed;                            // Outbox items whose next send is counted in the ledger.
  std::map<std::string, Attempts> attempts;                // By action key.
  std::map<std::string, std::vector<TimePoint>> restarts;  // Start and restart commands of the last hour, by server.
  Presence presence;
  TimePoint courier_silent_until{};
  std::int64_t strangers = 0;      // Messages from chats that are not the person's.
  std::optional<Error> unheard{};  // Why the person's commands cannot be read; empty: they can, or nobody tries.
  TimePoint started_at{};          // Of this daemon.
};

}  // namespace malin
