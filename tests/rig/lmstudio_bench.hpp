// An LM Studio of the rig that is alone on its card, and the smallest client of its SDK protocol.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/run.hpp"
#include "net/websocket.hpp"
#include "rig/lmstudio_face.hpp"
#include "rig/rig_clock.hpp"

namespace malin::rig {

namespace json = boost::json;

struct LmStudioBench {
  explicit LmStudioBench(LmStudioFaceOptions options = {}, double speed = 20)
      : clock(speed),
        card(clock, "card", gibibytes(32)),
        face(io.get_executor(), clock, card, faults, {}, std::move(options)),
        port(face.listen("127.0.0.1", 0).value_or(0)) {}

  void place(const std::string& model, const std::string& identifier) {
    static_cast<void>(face.begin_load(model, identifier, 8192));
    face.studio().hurry();
  }

  net::Url url(const std::string& path) const {
    net::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    url.path = path;
    return url;
  }

  net::HttpResponse ask(net::HttpRequest request) {
    net::HttpResponse answer;
    malin::testing::run(io, send(*this, std::move(request), answer));
    return answer;
  }
  net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "") {
    net::HttpRequest request(method, target);
    request.body = body;
    return ask(std::move(request));
  }
  json::value ask_json(const std::string& method, const std::string& target, const std::string& body = "") {
    return net::parse_json(ask(method, target, body).body).value_or(nullptr);
  }

  static Task<void> send(LmStudioBench& bench, net::HttpRequest request, net::HttpResponse& answer) {
    net::HttpClient client(bench.io.get_executor(), bench.url(""));
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(15));
    answer.status = 0;
    if (response) answer = std::move(*response);
  }

  boost::asio::io_context io{1};
  RigClock clock;
  world::CardLedger card;
  world::Faults faults;
  LmStudioFace face;
  std::uint16_t port;
};

// One socket of one namespace. Frames come in the order the server sent them.
class SdkClient {
 public:
  SdkClient(LmStudioBench& bench, const std::string& space, std::string client = "guest", std::string passkey = "x")
      : bench_(bench) {
    malin::testing::run(bench_.io, connect(*this, space));
    send({{"authVersion", 1}, {"clientIdentifier", client}, {"clientPasskey", passkey}});
    authenticated = net::find_bool(receive(), "success") == true;
  }

  void send(const json::object& frame) { malin::testing::run(bench_.io, send_text(*this, json::serialize(frame))); }
  // The next frame, or null when the socket is closed.
  json::value receive() {
    json::value frame;
    malin::testing::run(bench_.io, receive_frame(*this, frame));
    return frame;
  }

  // The whole rpcResult or rpcError.
  json::value call(const std::string& endpoint, json::value parameter = nullptr) {
    json::object frame{{"type", "rpcCall"}, {"endpoint", endpoint}, {"callId", next_id_}};
    if (!parameter.is_null()) frame["parameter"] = std::move(parameter);
    send(frame);
    const int id = next_id_++;
    json::value answer = receive();
    while (!answer.is_null() && net::find_int(answer, "callId") != id) answer = receive();
    return answer;
  }

  int open_channel(const std::string& endpoint, json::value parameter) {
    send({{"type", "channelCreate"},
          {"endpoint", endpoint},
          {"channelId", next_id_},
          {"creationParameter", std::move(parameter)}});
    return next_id_++;
  }
  // All frames of the channel up to its close or error, that one last.
  std::vector<json::value> drain_channel(int id) {
    std::vector<json::value> frames;
    for (json::value frame = receive(); !frame.is_null(); frame = receive()) {
      if (net::find_int(frame, "channelId") != id) continue;
      frames.push_back(frame);
      const std::string type = net::find_string(frame, "type").value_or("");
      if (type == "channelClose" || type == "channelError") break;
    }
    return frames;
  }

  bool authenticated = false;

 private:
  static Task<void> connect(SdkClient& self, std::string space) {
    net::Url url = self.bench_.url("/" + space);
    net::Headers headers;
    auto socket = co_await net::connect_websocket(self.bench_.io.get_executor(), std::move(url), std::move(headers),
                                                  std::chrono::seconds(10));
    if (socket) self.socket_ = *socket;
  }
  static Task<void> send_text(SdkClient& self, std::string text) {
    net::WebSocketMessage message(false, std::move(text));
    const Result<void> sent = co_await self.socket_->send(std::move(message));
    static_cast<void>(sent);
  }
  static Task<void> receive_frame(SdkClient& self, json::value& frame) {
    const Result<net::WebSocketMessage> message = co_await self.socket_->receive(std::chrono::seconds(15));
    if (message) frame = net::parse_json(message->data).value_or(nullptr);
  }

  LmStudioBench& bench_;
  std::shared_ptr<net::WebSocket> socket_;
  int next_id_ = 0;
};

}  // namespace malin::rig
