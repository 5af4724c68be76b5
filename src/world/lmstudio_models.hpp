// The models that lie on LM Studio's disk: what each costs in VRAM and time. Plain values.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/time.hpp"

namespace malin::world {

struct Model {
  std::string key;
  std::string display_name;
  std::string publisher;
  std::string architecture;
  std::string params;  // "24B"
  std::string path;    // Below the models folder.
  bool embedding = false;
  bool vision = false;
  Bytes file_size;
  Bytes weights;            // VRAM of the weights when all layers are on the card.
  Bytes context_per_token;  // VRAM of the KV cache.
  int default_context = 4096;
  int max_context = 32768;
  Duration load_time{};
  std::string default_config;  // What a load without a config gets; opaque here.
};

// VRAM of one instance. `offload` is the share of the layers on the card, 0..1.
Bytes footprint(const Model& model, int context_length, double offload);

// A brain of 19 GiB, eyes of 6 GiB (each with a context of 8192 tokens, which is not the default), and two small ones
// that somebody may load as well.
std::vector<Model> default_models();

}  // namespace malin::world
