// One way to steer LM Studio: over its WebSocket, or over REST. Each verb is Engine's (ports/engine.hpp), and like it
// idempotent. Only models on this machine are seen; those that LM Link lends from others are not on our cards.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/lmstudio/lmstudio.hpp"
#include "adapters/lmstudio/lmstudio_protocol.hpp"
#include "adapters/lmstudio/lmstudio_socket.hpp"
#include "net/url.hpp"

namespace malin::adapters::lmstudio {

// What a deep probe must know of an instance.
struct Found {
  std::string model;
  bool embedding = false;
};

class Control {
 public:
  virtual ~Control() = default;
  virtual Task<Result<EngineReading>> probe() = 0;
  virtual Task<Result<void>> load(LoadOrder order, LoadProgress progress) = 0;
  virtual Task<Result<void>> unload(std::string identifier) = 0;
  // not_found: it is not loaded.
  virtual Task<Result<Found>> find(std::string identifier) = 0;
  // The file of a model that was seen loaded, below the models folder; empty: it is not known.
  virtual std::string path_of(const std::string& /*model*/) const { return {}; }
};

class SocketControl final : public Control {
 public:
  SocketControl(boost::asio::any_io_executor executor, net::Url base, std::string hello, LmStudioOptions options);
  ~SocketControl() override;

  // Ok when the /llm socket is up. bad_reply: no WebSocket is spoken there; refused: the credentials are not accepted.
  Task<Result<void>> connect();

  Task<Result<EngineReading>> probe() override;
  Task<Result<void>> load(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> unload(std::string identifier) override;
  Task<Result<Found>> find(std::string identifier) override;
  std::string path_of(const std::string& model) const override;

 private:
  // The live socket of /llm or /embedding, connected when there is none.
  Task<Result<std::shared_ptr<Socket>>> socket(bool embedding);
  Task<Result<std::vector<Instance>>> list();
  Task<Result<std::vector<Instance>>> list_in(std::shared_ptr<Socket> home, bool embedding);
  // The local instance with this identifier, if any.
  Task<Result<std::optional<Instance>>> look_for(std::string identifier);
  Task<Result<Resident>> describe(Instance instance);
  Task<Result<std::string>> config_of(Instance instance);
  Task<Result<ResidentState>> state_of(Instance instance);
  Task<Result<void>> check_fits(std::shared_ptr<Socket> socket, std::string model, json::array fields);
  Task<Result<void>> run_load(std::shared_ptr<Socket> socket, LoadOrder order, json::array fields,
                              LoadProgress progress);
  Task<Result<void>> drain(Instance instance);
  Task<Result<void>> wait_until_gone(Instance instance);

  boost::asio::any_io_executor executor_;
  net::Url base_;
  std::string hello_;
  LmStudioOptions options_;
  std::shared_ptr<Socket> llm_;
  std::shared_ptr<Socket> embedding_;
  bool has_embedding_ = true;  // Until /embedding is declined.
  bool had_embedding_ = false;
  bool knows_devices_ = false;
  std::map<std::string, std::string> configs_;  // By instance reference: a load config never changes.
  std::set<std::string> embedding_models_;      // Keys seen in /embedding.
  std::map<std::string, std::string> paths_;    // Of files, by model.
};

}  // namespace malin::adapters::lmstudio
