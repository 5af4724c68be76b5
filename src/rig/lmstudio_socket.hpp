// One WebSocket of LM Studio's SDK protocol: authentication, then remote calls and channels of one namespace
// ("llm", "embedding", "system", ...). Answers go out in order; a broken frame gets a communicationWarning.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/websocket.hpp"
#include "ports/task.hpp"
#include "rig/lmstudio_backend.hpp"
#include "rig/lmstudio_json.hpp"

namespace malin::rig {

class LmStudioSocket : public std::enable_shared_from_this<LmStudioSocket> {
 public:
  // A result (absent for void) or an error object.
  using Answer = std::expected<std::optional<json::value>, json::object>;

  LmStudioSocket(std::shared_ptr<LmStudioBackend> backend, std::shared_ptr<net::WebSocket> socket, std::string space);

  // Until the client leaves.
  static Task<void> serve(std::shared_ptr<LmStudioSocket> self);

 private:
  struct Channel {
    std::string load;                 // Reference of the load to cancel; may be empty.
    std::optional<int> log_listener;  // Of streamLogs.
    bool cancelled = false;
  };

  static Task<bool> authenticate(std::shared_ptr<LmStudioSocket> self);
  static Task<void> drain(std::shared_ptr<LmStudioSocket> self);
  static Task<void> run_call(std::shared_ptr<LmStudioSocket> self, json::value frame);
  static Task<void> run_channel(std::shared_ptr<LmStudioSocket> self, json::value frame);
  static Task<void> run_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel, json::value parameter);
  static Task<void> run_get_or_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel, json::value parameter);
  static Task<void> run_predict(std::shared_ptr<LmStudioSocket> self, std::int64_t channel, json::value parameter);
  static Task<void> finish_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel, std::string reference,
                                std::string progress_type, std::string success_type);

  void take(const json::value& frame);
  Task<Answer> call(std::string endpoint, json::value parameter);
  Answer call_now(const std::string& endpoint, const json::value& parameter);
  Answer call_system(const std::string& endpoint);
  Answer estimate(const json::value& parameter);
  void stream_logs(std::int64_t channel);
  void receive_in_channel(const json::value& frame);

  void push(json::object frame);
  void push_message(std::int64_t channel, json::object message);
  void close_channel(std::int64_t channel);
  void fail_channel(std::int64_t channel, json::object error);

  bool serves(const world::Model& model) const;
  json::object describe(const world::Instance& instance) const;
  std::optional<world::Instance> resolve(const json::value& specifier);
  json::object no_such_model(const json::value& specifier);

  std::shared_ptr<LmStudioBackend> backend_;
  std::shared_ptr<net::WebSocket> socket_;
  std::string space_;
  std::map<std::int64_t, Channel> channels_;
  std::deque<std::string> outbox_;
  bool draining_ = false;
  bool closed_ = false;
};

// Spawns a coroutine whose exception ends the program.
void spawn(const boost::asio::any_io_executor& executor, Task<void> task);

}  // namespace malin::rig
