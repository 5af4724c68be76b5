// Everything outside, made from the config: an adapter for each card, engine, renderer and the courier.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/system/shell_commands.hpp"
#include "adapters/webhook/webhook.hpp"
#include "app/config.hpp"
#include "control/outside.hpp"
#include "ports/inbox.hpp"
#include "ports/inspector.hpp"

namespace malin::app {

struct Parts {
  std::map<std::string, std::unique_ptr<Card>> cards;
  std::map<std::string, std::unique_ptr<Engine>> engines;
  std::map<std::string, std::unique_ptr<Renderer>> renderers;
  std::unique_ptr<Courier> courier;            // Null without [courier].
  std::unique_ptr<Inbox> inbox;                // Null unless the person may write commands.
  std::unique_ptr<adapters::Webhook> webhook;  // Null without [webhook].
  std::unique_ptr<Inspector> inspector;
  adapters::ShellCommands commands;
};

// `studio` looks at finished media; with "" none can be. `on_hint`: a render moved, or is over. `clock` outlives the
// parts and what they have started on `executor`. Nothing is visited yet. refused: an address that is none.
Result<std::unique_ptr<Parts>> make_parts(boost::asio::any_io_executor executor, Clock& clock, const AppConfig& config,
                                          const std::filesystem::path& studio, std::function<void(bool)> on_hint);

// The parts as the loop sees them. They outlive what is returned.
control::Outside outside_of(const AppConfig& config, Parts& parts, Clock& clock, Store& store,
                            std::filesystem::path spool);

}  // namespace malin::app
