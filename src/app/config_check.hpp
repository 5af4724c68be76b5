// The checks that look at more than one key: names that must refer to something, sums that must fit, tokens that must
// be there. They also complete what one key leaves to another (the only card, the usual address).
#pragma once

#include <filesystem>

#include "app/config.hpp"
#include "app/config_problems.hpp"

namespace malin::app {

// Fills in what follows from other keys. A name that is left out means the only one there is.
void complete(AppConfig& config, const std::filesystem::path& folder, const Environment& environment,
              Problems& problems);

// Reads the workflow of every kind. Afterwards a kind's slots are all of its workflow's but prompt and seed, each with
// the value that it has when a job gives none.
void read_workflows(AppConfig& config, Problems& problems);

// Whether its models can be unloaded while its process lives.
bool can_unload(const EngineSettings& engine);

void check_references(const AppConfig& config, Problems& problems);
void check_addresses(const AppConfig& config, Problems& problems);
void check_proxy(const AppConfig& config, Problems& problems);
void check_memory(const AppConfig& config, Problems& problems);

// Reads every token from where the file says it is.
void resolve_tokens(AppConfig& config, const std::filesystem::path& folder, const Environment& environment,
                    Problems& problems);

// `path` as written, with "~/" and relative to `folder`.
std::string absolute_path(const std::string& path, const std::filesystem::path& folder, const Environment& environment);

}  // namespace malin::app
