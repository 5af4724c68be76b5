// Where LM Studio listens on this machine, when the config does not say: its HTTP server first (it alone answers the
// OpenAI paths), then the port that it publishes in a file, then the five ports that its internal server is known for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "core/time.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::adapters::lmstudio {

struct Whereabouts {
  std::uint16_t http_port = 1234;
  std::vector<std::uint16_t> internal_ports{41343, 52993, 16141, 39414, 22931};
  std::string home;  // LM Studio's folder; its .internal/http-server.json may name a port. Empty: unknown.
};

// LM Studio's folder for the person whose home folder is `person_home`: what ~/.lmstudio-home-pointer says, else
// ~/.cache/lm-studio if it exists, else ~/.lmstudio.
std::string find_home(const std::string& person_home);

// The port in <home>/.internal/http-server.json, if there is one.
std::optional<std::uint16_t> published_port(const std::string& home);

// Where LM Studio keeps its models: what `downloadsFolder` in <home>/settings.json says, else <home>/models.
std::string models_folder(const std::string& home);

// The file at `path` below the folder. not_found: there is none; refused: that would lie outside.
Result<std::string> file_below(const std::string& folder, const std::string& path);

// The first address that greets as LM Studio. unreachable: none does.
Task<Result<net::Url>> discover(boost::asio::any_io_executor executor, Whereabouts whereabouts, Duration limit);

}  // namespace malin::adapters::lmstudio
