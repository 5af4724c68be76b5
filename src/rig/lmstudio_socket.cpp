#include "rig/lmstudio_socket.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "ports/task.hpp"

namespace malin::rig {
namespace {

constexpr std::chrono::hours silence_limit{24};
constexpr std::chrono::seconds authentication_limit{30};

json::object auth_answer(const std::string& error) {
  if (error.empty()) return {{"success", true}};
  return {{"success", false}, {"error", error}};
}

}  // namespace

void spawn(const boost::asio::any_io_executor& executor, Task<void> task) {
  boost::asio::co_spawn(executor, std::move(task), rethrow);
}

LmStudioSocket::LmStudioSocket(std::shared_ptr<LmStudioBackend> backend, std::shared_ptr<net::WebSocket> socket,
                               std::string space)
    : backend_(std::move(backend)), socket_(std::move(socket)), space_(std::move(space)) {}

Task<bool> LmStudioSocket::authenticate(std::shared_ptr<LmStudioSocket> self) {
  const Result<net::WebSocketMessage> first = co_await self->socket_->receive(authentication_limit);
  if (!first) co_return false;
  const Result<json::value> frame = net::parse_json(first->data);
  std::string error;
  if (!frame || net::find_int(*frame, "authVersion") != 1) {
    error = "Invalid authentication packet";
  } else if (const auto expected = split_token(self->backend_->options.token.value_or(""))) {
    const auto client = net::find_string(*frame, "clientIdentifier");
    const auto passkey = net::find_string(*frame, "clientPasskey");
    if (client != expected->first || passkey != expected->second) error = "Invalid API token";
  }
  net::WebSocketMessage answer(false, json::serialize(auth_answer(error)));
  const Result<void> sent = co_await self->socket_->send(std::move(answer));
  co_return sent&& error.empty();
}

Task<void> LmStudioSocket::serve(std::shared_ptr<LmStudioSocket> self) {
  const bool admitted = co_await authenticate(self);
  while (admitted) {
    const Result<net::WebSocketMessage> message = co_await self->socket_->receive(silence_limit);
    if (!message && message.error().code != Errc::timeout) break;
    if (!message) continue;
    co_await wait_while_hanging(*self->backend_);
    const Result<json::value> frame = net::parse_json(message->data);
    if (frame) {
      self->take(*frame);
    } else {
      json::object warning{{"type", "communicationWarning"}, {"warning", "Received invalid JSON"}};
      self->push(std::move(warning));
    }
  }
  if (!admitted) self->socket_->close();
  self->closed_ = true;
  for (const auto& [id, channel] : self->channels_) {
    if (channel.log_listener) self->backend_->log_listeners.erase(*channel.log_listener);
  }
}

void LmStudioSocket::take(const json::value& frame) {
  const std::string type = net::find_string(frame, "type").value_or("");
  if (type == "rpcCall") {
    spawn(backend_->executor, run_call(shared_from_this(), frame));
  } else if (type == "channelCreate") {
    spawn(backend_->executor, run_channel(shared_from_this(), frame));
  } else if (type == "channelSend") {
    receive_in_channel(frame);
  } else if (type == "keepAlive") {
    push({{"type", "keepAliveAck"}});
  } else if (type != "channelAck" && type != "communicationWarning") {
    push({{"type", "communicationWarning"}, {"warning", "Unexpected message type: " + type}});
  }
}

Task<void> LmStudioSocket::run_call(std::shared_ptr<LmStudioSocket> self, json::value frame) {
  const std::string endpoint = net::find_string(frame, "endpoint").value_or("");
  const std::int64_t id = net::find_int(frame, "callId").value_or(-1);
  const json::value* given = net::find(frame, "parameter");
  json::value parameter = given ? *given : json::value();
  const Answer answer = co_await self->call(endpoint, std::move(parameter));
  json::object reply{{"type", answer ? "rpcResult" : "rpcError"}, {"callId", id}};
  if (!answer) reply["error"] = answer.error();
  // A void result is absent: null would fail the client's schema.
  if (answer && *answer) reply["result"] = **answer;
  self->push(std::move(reply));
}

Task<void> LmStudioSocket::run_channel(std::shared_ptr<LmStudioSocket> self, json::value frame) {
  const std::string endpoint = net::find_string(frame, "endpoint").value_or("");
  const std::int64_t channel = net::find_int(frame, "channelId").value_or(-1);
  const json::value* given = net::find(frame, "creationParameter");
  json::value parameter = given ? *given : json::value();
  self->channels_[channel] = {};
  if (endpoint == "loadModel") {
    co_await run_load(self, channel, std::move(parameter));
  } else if (endpoint == "getOrLoad") {
    co_await run_get_or_load(self, channel, std::move(parameter));
  } else if (endpoint == "predict") {
    co_await run_predict(self, channel, std::move(parameter));
  } else if (endpoint == "streamLogs") {
    self->stream_logs(channel);
  } else if (endpoint != "alive") {
    json::object error = format_error("Unknown channel endpoint: " + endpoint);
    self->fail_channel(channel, std::move(error));
  }
}

void LmStudioSocket::receive_in_channel(const json::value& frame) {
  const auto channel = channels_.find(net::find_int(frame, "channelId").value_or(-1));
  if (channel == channels_.end()) return;
  const json::value* message = net::find(frame, "message");
  const std::string type = message ? net::find_string(*message, "type").value_or("") : "";
  if (type == "stop" && channel->second.log_listener) {
    backend_->log_listeners.erase(*channel->second.log_listener);
    close_channel(channel->first);
  } else if (type == "cancel") {
    channel->second.cancelled = true;
    if (!channel->second.load.empty()) backend_->studio.cancel_load(channel->second.load);
  }
}

void LmStudioSocket::push(json::object frame) {
  outbox_.push_back(json::serialize(frame));
  if (draining_ || closed_) return;
  draining_ = true;
  spawn(backend_->executor, drain(shared_from_this()));
}

Task<void> LmStudioSocket::drain(std::shared_ptr<LmStudioSocket> self) {
  while (!self->outbox_.empty()) {
    co_await wait_while_hanging(*self->backend_);
    net::WebSocketMessage message(false, std::move(self->outbox_.front()));
    self->outbox_.pop_front();
    const Result<void> sent = co_await self->socket_->send(std::move(message));
    if (!sent) self->outbox_.clear();
  }
  self->draining_ = false;
}

void LmStudioSocket::push_message(std::int64_t channel, json::object message) {
  push({{"type", "channelSend"}, {"channelId", channel}, {"message", std::move(message)}});
}

void LmStudioSocket::close_channel(std::int64_t channel) {
  channels_.erase(channel);
  push({{"type", "channelClose"}, {"channelId", channel}});
}

void LmStudioSocket::fail_channel(std::int64_t channel, json::object error) {
  channels_.erase(channel);
  push({{"type", "channelError"}, {"channelId", channel}, {"error", std::move(error)}});
}

}  // namespace malin::rig
