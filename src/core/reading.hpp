// What the outside looked like at some moment: values that adapters produce and decisions are made from.
// A reading that could not be taken is unknown, never a guess.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace malin {

// The newest probe of one thing outside, with its age.
template <class T>
struct Reading {
  std::optional<T> value;      // The last good answer; empty before the first.
  TimePoint at{};              // When `value` was asked for.
  std::optional<Error> error;  // Why the newest probe failed; empty when it succeeded.
  TimePoint tried_at{};        // When the newest probe was asked for.
  TimePoint failing_since{};   // When the current row of failures began.
  int failures = 0;            // Failed probes in a row.

  // The value, if the newest probe succeeded and was asked for at or after `not_before`.
  const T* fresh(TimePoint not_before) const { return value && !error && at >= not_before ? &*value : nullptr; }
  // The value, if the newest probe succeeded at all.
  const T* known() const { return value && !error ? &*value : nullptr; }
};

// Memory of one card, as its driver says. total = used + free (+ what the driver reserves).
struct CardReading {
  struct Holder {
    int pid = 0;
    std::string name;           // Of the process; empty when it cannot be read.
    std::optional<Bytes> used;  // Empty where the driver does not tell (WDDM).
  };
  Bytes total;
  Bytes used;
  Bytes free;
  std::vector<Holder> holders;
};

enum class ResidentState {
  loading,    // Coming; holds some of its memory already.
  idle,       // Answers; nothing running.
  busy,       // Generating now, for whoever.
  unloading,  // Going.
};

// A model instance as an engine reports it now.
struct Resident {
  std::string model;            // The engine's key of the model.
  std::string identifier;       // The name that requests use; unique in the engine.
  std::string instance;         // Changes with every load, so that a reload is noticed.
  std::string load_config;      // Everything needed to load it the same way again: JSON, opaque here. May be empty.
  std::optional<Duration> ttl;  // Idle time after which the engine unloads it by itself; empty = never.
  ResidentState state = ResidentState::idle;

  bool operator==(const Resident&) const = default;
};

struct EngineReading {
  std::vector<Resident> residents;
  std::string version;           // As the engine names itself; may be empty.
  bool restores_exactly = true;  // false: it cannot be told every field of load_config (a fallback protocol).
  std::string note;              // For people, about restores_exactly or anything odd; may be empty.
  std::map<std::string, TimePoint> last_used{};  // By instance, where the engine tells. By its own clock.
};

struct RendererReading {
  Bytes held;                        // VRAM it holds beyond what a release can give back is not counted.
  std::vector<std::string> running;  // Prompt ids.
  std::vector<std::string> pending;
  std::optional<Bytes> card_total;  // Of its card, as it reports them; for a card on another machine.
  std::optional<Bytes> card_free;
  std::string version;
  bool worker_dead = false;  // It answers, but its renders stand still and it is deaf to interrupts: restart it.
};

// A file that a render left with the renderer.
struct OutputFile {
  std::string filename;
  std::string subfolder;
  std::string type;

  bool operator==(const OutputFile&) const = default;
};

enum class RenderState {
  absent,   // The renderer knows nothing of it: not queued, not running, not in its history.
  pending,  // Waits in the renderer's queue.
  running,
  finished,  // `files` are there.
  failed,    // `reason` says why.
};

struct RenderReading {
  RenderState state = RenderState::absent;
  double progress = 0;  // 0..1, a hint.
  std::vector<OutputFile> files;
  bool out_of_memory = false;  // With failed.
  bool interrupted = false;    // With failed: stopped on request.
  std::string reason;
};

enum class MediaType { photo, video, document };

// A finished piece of media in the spool, decoded and judged.
struct Media {
  MediaType type = MediaType::photo;
  std::string path;       // Absolute.
  std::string thumbnail;  // Absolute, JPEG; may be empty.
  int width = 0;          // Pixels.
  int height = 0;
  Duration duration{};  // Of a video.
  Bytes size;

  bool operator==(const Media&) const = default;
};

}  // namespace malin
