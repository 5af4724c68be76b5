// A small LM Studio on a real socket, for tests: a state machine with switches for each way it can misbehave, and a
// record of what it was asked. It keeps models in a list and knows nothing of memory.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/run.hpp"

namespace malin::testing {

namespace json = boost::json;

enum class LoadManner { succeeds, fails, closes, drops_connection, hangs, takes_other_name };

class ScriptedServer {
 public:
  struct Model {
    std::string key;
    std::string identifier;
    std::string reference;
    json::array fields;
    json::value ttl;     // Null or milliseconds.
    json::value device;  // Null: this machine.
    bool embedding = false;
    std::string status = "idle";
    int busy_polls = 0;  // How often it still says "generating".
  };

  explicit ScriptedServer(boost::asio::io_context& io) : io_(io) {}
  // On a free port, or on `port` again.
  std::uint16_t start(std::uint16_t port = 0);
  void stop();

  const Model* find(const std::string& identifier) const;
  int count(const std::string& endpoint) const;

  // Switches.
  bool websocket = true;  // Else the paths are "unexpected", with status 200.
  bool embedding = true;  // The same for /embedding.
  bool rest = true;       // The same for REST v1.
  bool accepts_client = true;
  bool silent_hello = false;
  bool garbage = false;     // Answers calls with something that is no JSON.
  bool duplicates = false;  // Sends every result twice.
  bool knows_devices = true;
  bool keeps_unloaded = false;  // Says that it unloads, and does not.
  bool passes_guardrails = true;
  LoadManner load = LoadManner::succeeds;
  std::set<std::string> unknown;              // Endpoints it answers with a warning.
  std::set<std::string> silent;               // Endpoints it never answers.
  std::map<std::string, json::value> errors;  // Endpoints it answers with this error.
  std::optional<net::HttpResponse> chat;      // Instead of a proper answer.
  std::vector<Model> models;

  // Records.
  std::vector<std::string> calls;              // Endpoints and "POST /path".
  std::map<std::string, json::value> asked;    // The newest parameter of each.
  std::map<std::string, std::string> headers;  // The newest Authorization of each path.
  json::value hello;
  int connections = 0;
  int cancels = 0;

 private:
  Task<void> serve(net::Exchange& exchange);
  Task<void> serve_socket(std::shared_ptr<net::WebSocket> ws, bool for_embedding);
  Task<void> answer_call(std::shared_ptr<net::WebSocket> ws, json::value frame, bool for_embedding);
  Task<void> answer_load(std::shared_ptr<net::WebSocket> ws, json::value frame);
  net::HttpResponse answer_http(const net::HttpRequest& request);
  net::HttpResponse answer_chat(const json::value& body, bool for_embedding);
  json::value result_of(const std::string& endpoint, const json::value& parameter, bool for_embedding);
  json::value list(bool for_embedding) const;
  Model* by_reference(const json::value& parameter);

  boost::asio::io_context& io_;
  std::unique_ptr<net::HttpServer> server_;
  int next_reference_ = 1;
};

// Runs `task` on `io` and gives back what it returned.
template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}
template <class T>
T get(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> out;
  run(io, keep(std::move(task), out));
  return std::move(*out);
}

}  // namespace malin::testing
