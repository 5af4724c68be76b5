#include "world/lmstudio_models.hpp"

#include <cmath>

namespace malin::world {
namespace {

constexpr Bytes kibibytes(std::int64_t n) { return {n << 10}; }

}  // namespace

Bytes footprint(const Model& model, int context_length, double offload) {
  const std::int64_t whole = model.weights.count + model.context_per_token.count * context_length;
  return {std::llround(static_cast<double>(whole) * offload)};
}

std::vector<Model> default_models() {
  using std::chrono::seconds;
  Model brain{.key = "dolphin-24b",
              .display_name = "Dolphin 24B",
              .publisher = "cognitivecomputations",
              .architecture = "mistral",
              .params = "24B",
              .path = "cognitivecomputations/dolphin-24b-GGUF/dolphin-24b-Q5_K_M.gguf",
              .file_size = {16'764'000'000},
              .weights = mebibytes(19'456 - 1'280),
              .context_per_token = kibibytes(160),
              .load_time = seconds(6)};
  Model vision{.key = "qwen3-vl-8b",
               .display_name = "Qwen3 VL 8B",
               .publisher = "qwen",
               .architecture = "qwen3vl",
               .params = "8B",
               .path = "qwen/Qwen3-VL-8B-GGUF/Qwen3-VL-8B-Q4_K_M.gguf",
               .vision = true,
               .file_size = {5'028'000'000},
               .weights = mebibytes(6'144 - 768),
               .context_per_token = kibibytes(96),
               .load_time = seconds(3)};
  Model small{.key = "gemma-3-4b",
              .display_name = "Gemma 3 4B",
              .publisher = "google",
              .architecture = "gemma3",
              .params = "4B",
              .path = "lmstudio-community/gemma-3-4b-it-GGUF/gemma-3-4b-it-Q4_K_M.gguf",
              .vision = true,
              .file_size = {2'490'000'000},
              .weights = mebibytes(2'816),
              .context_per_token = kibibytes(32),
              .load_time = seconds(2)};
  Model embedder{.key = "nomic-embed-text-v1.5",
                 .display_name = "Nomic Embed Text v1.5",
                 .publisher = "nomic-ai",
                 .architecture = "nomic-bert",
                 .params = "137M",
                 .path = "nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.Q4_K_M.gguf",
                 .embedding = true,
                 .file_size = {84'106'624},
                 .weights = mebibytes(144),
                 .context_per_token = kibibytes(8),
                 .default_context = 2048,
                 .max_context = 2048,
                 .load_time = std::chrono::milliseconds(400)};
  return {brain, vision, small, embedder};
}

}  // namespace malin::world
