// What all of LM Studio's protocols share: the simulated program behind them, its token, and who listens to its logs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/json.hpp"
#include "world/lmstudio.hpp"

namespace malin::rig {

struct LmStudioFaceOptions {
  std::optional<std::string> token;  // "sk-lm-" 8 characters ":" 20 characters; then nobody is served without it.
  std::string version = "0.4.21";
  bool just_in_time = true;  // A chat with a model that is not loaded loads it.
};

struct LmStudioBackend {
  boost::asio::any_io_executor executor;
  world::LmStudio& studio;
  LmStudioFaceOptions options;
  std::map<int, std::function<void(const boost::json::object&)>> log_listeners;
  int next_listener = 1;

  // `data` as in streamLogs: {"type":"server.log", ...}.
  void log(const boost::json::object& data) {
    for (const auto& [id, listener] : log_listeners) listener(data);
  }
};

// While the fault "lmstudio.hangs" is on.
Task<void> wait_while_hanging(LmStudioBackend& backend);

// Whether a loaded instance answers to `identifier`: neither loading nor on its way out.
std::optional<world::Instance> find_serving(LmStudioBackend& backend, std::string_view identifier);

// The two parts of a token: "sk-lm-" CLIENT ":" PASSKEY. nullopt: not a token.
std::optional<std::pair<std::string, std::string>> split_token(std::string_view token);

}  // namespace malin::rig
