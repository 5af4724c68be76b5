// LM Studio's adapter with a scripted server beside it, for the tests of its verbs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/lmstudio/lmstudio.hpp"
#include "adapters/lmstudio/scripted_server.hpp"

namespace malin::adapters {

using malin::testing::get;
using malin::testing::LoadManner;
using malin::testing::ScriptedServer;
namespace json = boost::json;

inline const char* const kFields =
    R"([{"key":"llm.load.contextLength","value":8192},{"key":"llm.load.seed","value":{"checked":true,"value":7}}])";

// A server with a busy brain and an idle vision model, limits that a slow machine keeps; tests that wait for one
// shorten it.
class LmStudioTest : public ::testing::Test {
 protected:
  LmStudioTest() {
    ScriptedServer::Model brain;
    brain.key = "dolphin-24b";
    brain.identifier = "brain";
    brain.reference = "ref-brain";
    brain.fields = json::parse(kFields).as_array();
    server.models.push_back(brain);
    ScriptedServer::Model vision = brain;
    vision.key = vision.identifier = "qwen3-vl";
    vision.reference = "ref-vision";
    vision.ttl = 60000;
    server.models.push_back(vision);
    port = server.start();
    options.url = "http://127.0.0.1:" + std::to_string(port);
    options.rpc_limit = Duration(2000);
    options.load_limit = Duration(5000);
    options.unload_limit = Duration(2000);
    options.drain_limit = Duration(2000);
    options.gone_limit = Duration(300);
    options.deep_limit = Duration(2000);
    options.poll = Duration(5);
  }

  LmStudio& engine() {
    if (!engine_) engine_ = std::make_unique<LmStudio>(io.get_executor(), options);
    return *engine_;
  }
  Result<EngineReading> probe() { return get(io, engine().probe()); }
  Result<void> load(LoadOrder order) {
    return get(io, engine().ensure_loaded(std::move(order), [this](double f) { progress.push_back(f); }));
  }
  Result<void> unload(std::string identifier) { return get(io, engine().ensure_absent(std::move(identifier))); }
  Result<void> deep(std::string identifier) { return get(io, engine().probe_sense(std::move(identifier))); }

  static LoadOrder voice() {
    LoadOrder order;
    order.model = "kokoro";
    order.identifier = "voice";
    order.load_config = kFields;
    order.ttl = Duration(5000);
    return order;
  }

  boost::asio::io_context io{1};
  ScriptedServer server{io};
  std::uint16_t port = 0;
  LmStudioOptions options;
  std::vector<double> progress;
  std::unique_ptr<LmStudio> engine_;
};

}  // namespace malin::adapters
