// The chat proxy as the config has it.
#pragma once

#include <cstdint>

#include <boost/asio/any_io_executor.hpp>

#include "api/proxy/controller_house.hpp"
#include "api/proxy/proxy.hpp"
#include "app/config.hpp"

namespace malin::app {

class ChatProxy {
 public:
  // REQUIRES: config.proxy. All references outlive it.
  ChatProxy(boost::asio::any_io_executor executor, Clock& clock, const AppConfig& config,
            control::Controller& controller);

  // The port that it got. refused: the address is taken or not ours.
  Result<std::uint16_t> listen();
  // Until the controller stops and the last connection has ended.
  Task<void> run();

 private:
  api::proxy::ControllerHouse house_;
  api::proxy::Proxy proxy_;
};

}  // namespace malin::app
