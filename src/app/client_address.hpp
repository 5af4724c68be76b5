// Where the running daemon is, and its token: from the command line, a config file or the environment, in this order.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "app/config.hpp"

namespace malin::app {

struct ClientOptions {
  std::string url;               // Empty: not given.
  std::filesystem::path config;  // Empty: not given.
  bool json = false;             // Print what the daemon says as it is.
};

struct DaemonAddress {
  std::string url;
  std::string token;
};

// The file's [api] alone is read: a client needs no token of the courier.
std::expected<DaemonAddress, ConfigProblems> find_daemon(const ClientOptions& options, const Environment& environment);

// Where a client reaches what listens there: everywhere includes here.
std::string client_url(const ApiSettings& api);

}  // namespace malin::app
