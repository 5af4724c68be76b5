// The house that every document talks of: a card of 32 GiB with brain, vision and voice, selfies and videos.
#pragma once

#include "app/rehearsal/rehearsal.hpp"

namespace malin::app::rehearsal {

inline SenseSpec make_sense(std::string name, std::string engine, Bytes footprint, int impact) {
  SenseSpec sense{.name = name, .engine = std::move(engine), .card = "gpu0", .model = name + "-model"};
  sense.identifier = std::move(name);
  sense.footprint = footprint;
  sense.impact = impact;
  sense.load_limit = std::chrono::minutes(3);
  return sense;
}

inline KindSpec make_kind(std::string name, Bytes need, std::vector<std::string> evict) {
  KindSpec kind{.name = std::move(name), .renderer = "comfyui", .need = need, .evict = std::move(evict)};
  kind.is_video = kind.name == "video";
  kind.patience = std::chrono::minutes(kind.is_video ? 5 : 2);
  kind.render_limit = std::chrono::minutes(5);
  kind.prompt_bytes_max = 4096;
  return kind;
}

inline Config small_config() {
  Config config;
  config.cards = {{"gpu0", mebibytes(256)}};
  config.engines = {{{.name = "lmstudio"}, true}, {{.name = "chatterbox"}, true}};
  config.renderers = {{{.name = "comfyui"}, "gpu0", mebibytes(256)}};
  config.senses = {make_sense("brain", "lmstudio", gibibytes(19), 10),
                   make_sense("vision", "lmstudio", gibibytes(6), 3),
                   make_sense("voice", "chatterbox", mebibytes(3606), 8)};
  config.senses[2].evictable = false;
  config.kinds = {make_kind("selfie", gibibytes(6), {"vision"}),
                  make_kind("video", gibibytes(14), {"vision", "brain"})};
  config.swap.idle_grace = std::chrono::seconds(8);
  config.swap.min_present = std::chrono::seconds(8);
  config.swap.wait_limit = std::chrono::seconds(30);
  config.swap.absence_limit = std::chrono::minutes(10);
  config.swap.settle_limit = std::chrono::seconds(15);
  config.swap.release_limit = std::chrono::seconds(20);
  config.swap.fast_probe = Duration{500};
  config.swap.slow_probe = std::chrono::seconds(5);
  return config;
}

inline HouseFacts small_facts() { return {.totals = {{"gpu0", mebibytes(32'607)}}, .chatterboxes = {"chatterbox"}}; }

inline Request small_request() {
  Request request{.config = small_config(), .facts = small_facts()};
  request.timings = take_timings(request.config, Ledger{});
  return request;
}

}  // namespace malin::app::rehearsal
