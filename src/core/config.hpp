// What the person wants, as far as decisions need it. Made once from the config file and never changed.
// Addresses, tokens and commands stay with the adapters; core knows names and numbers only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/time.hpp"

namespace malin {

struct CardSpec {
  std::string name;
  Bytes headroom;       // Never planned away.
  bool is_far = false;  // Read by asking the renderer, so not every few milliseconds.
};

// A server that Malin keeps running: an engine or a renderer.
struct ServerSpec {
  std::string name;
  bool can_start = false;    // A `start` command is configured.
  bool can_restart = false;  // A `restart` command is configured.
};

struct EngineSpec {
  ServerSpec server;
  bool can_unload = true;  // false: its models go only with its process, so they are never evicted.
};

struct RendererSpec {
  ServerSpec server;
  std::string card;
  Bytes rest;  // What it keeps after a release (its CUDA context is not counted): held <= rest means released.
};

struct SenseSpec {
  std::string name;
  std::string engine;
  std::string card;
  std::string model;
  std::string identifier;
  std::string load_config;  // For the first load, before a resident was ever seen; JSON, may be empty.
  std::optional<Duration> ttl;
  Bytes footprint;
  int impact = 1;  // How much it is missed, 1 and up (core/missed.hpp).
  bool evictable = true;
  Duration load_limit{};  // A load that takes longer has failed.
};

struct KindSpec {
  std::string name;  // "selfie"
  std::string tag;   // "SELFIE", as in [SELFIE: ...]
  std::string renderer;
  Bytes need;                                     // Free VRAM that its render wants.
  std::optional<std::vector<std::string>> evict;  // The recipe; empty: the planner chooses.
  bool may_widen = true;  // Whether a recipe that gave too little may be widened by the planner.
  Duration patience{};    // After this wait any gap between two replies will do.
  Duration render_limit{};
  std::string status_line;
  std::string caption;
  bool is_video = false;
  std::size_t prompt_bytes_max = 0;
  std::map<std::string, std::string> slots;  // All that a job may set, each with its value when the job does not.
};

struct SwapSpec {
  Duration idle_grace{};           // Silence that counts as an idle moment.
  Duration min_present{};          // She stays at least this long between two windows.
  Duration wait_limit{3'600'000};  // Someone who waits longer for her ends a window after the render at hand.
  Duration absence_limit{};        // No sense is away longer.
  Duration settle_limit{};         // How long the card may take to show memory free after an unload.
  Duration release_limit{};        // The same, after the renderer was told to release.
  Duration abort_hold{};           // After `swap abort` no window opens for this long.
  int renders_per_window_max = 0;  // 0: as many as its time allows.
  int render_attempts_max = 3;
  int load_failures_before_restart = 3;
  int restarts_per_hour_max = 3;
  Duration fast_probe{};  // Probe interval while something is changing.
  Duration slow_probe{};  // Probe interval at rest.
};

struct CourierSpec {
  // true: the status message becomes the media, which can be repeated. false: the media is a new message.
  bool edits = true;
  // The status message follows its job and has buttons, because somebody reads their presses.
  bool is_live = false;
};

struct Config {
  std::vector<CardSpec> cards;
  std::vector<EngineSpec> engines;
  std::vector<RendererSpec> renderers;
  std::vector<SenseSpec> senses;
  std::vector<KindSpec> kinds;
  SwapSpec swap;
  std::optional<CourierSpec> courier;  // Empty: media stays in the spool, to be fetched over REST.

  const SenseSpec* sense(std::string_view name) const;
  const KindSpec* kind(std::string_view name) const;
  const EngineSpec* engine(std::string_view name) const;
  const RendererSpec* renderer(std::string_view name) const;
  const CardSpec* card(std::string_view name) const;
};

}  // namespace malin
