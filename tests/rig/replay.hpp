// Plays a recording of a real ComfyUI against the simulated one: the same requests in the same order, and what comes
// back must have the same shape and, where it does not depend on the moment, the same values.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/websocket.hpp"

namespace malin::testing {

namespace json = boost::json;

inline json::value load_recording(const std::string& name) {
  std::ifstream file(std::string(MALIN_TEST_DATA) + "/comfyui/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Result<json::value> parsed = net::parse_json(text);
  return parsed ? std::move(*parsed) : json::value();
}

class Replay {
 public:
  Replay(boost::asio::any_io_executor executor, std::uint16_t port) : executor_(std::move(executor)) {
    base_.host = "127.0.0.1";
    base_.port = port;
  }

  // Types of messages that come as they come; what counts is what happens around them.
  std::set<std::string> ignored;

  Task<void> play(json::value recording) {
    for (const json::value& event : recording.at("events").as_array()) {
      const std::string kind(event.at("kind").as_string());
      if (kind == "ws_open") {
        const std::string path(event.at("path").as_string());
        co_await open(std::string(event.at("conn").as_string()), path);
      } else if (kind == "ws_text" && !skipped(event.at("json"))) {
        co_await expect_message(std::string(event.at("conn").as_string()), event.at("json"));
      } else if (kind == "http" && !std::string(event.at("path").as_string()).contains("preview=")) {
        co_await exchange(event);
      }
      if (::testing::Test::HasFailure()) co_return;
    }
  }

 private:
  bool skipped(const json::value& message) const {
    return ignored.contains(net::find_string(message, "type").value_or(""));
  }

  Task<void> open(std::string connection, std::string path) {
    net::Url url = base_;
    url.path = path;
    Result<std::shared_ptr<net::WebSocket>> socket =
        co_await net::connect_websocket(executor_, std::move(url), net::Headers(), std::chrono::seconds(5));
    if (socket) sockets_[connection] = *socket;
    EXPECT_TRUE(socket.has_value());
  }

  Task<void> expect_message(std::string connection, json::value recorded) {
    for (;;) {
      const Result<net::WebSocketMessage> heard = co_await sockets_.at(connection)->receive(std::chrono::seconds(5));
      EXPECT_TRUE(heard.has_value()) << "missing: " << json::serialize(recorded);
      if (!heard) co_return;
      if (heard->binary) continue;
      const Result<json::value> message = net::parse_json(heard->data);
      if (skipped(*message)) continue;
      compare(recorded, *message, std::string(recorded.at("type").as_string()));
      co_return;
    }
  }

  Task<void> exchange(json::value event) {
    net::HttpRequest request(std::string(event.at("method").as_string()),
                             known(std::string(event.at("path").as_string())));
    const json::object& recorded = event.as_object();
    if (const json::value* body = recorded.if_contains("req_json")) request.body = known(json::serialize(*body));
    if (const json::value* body = recorded.if_contains("req_raw")) request.body = body->as_string();
    if (recorded.at("status") == 206) request.headers.set("Range", "bytes=0-15");
    net::HttpClient client(executor_, base_);
    const std::string what = request.method + " " + request.target;
    const Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(5));
    EXPECT_TRUE(response.has_value()) << what;
    if (!response) co_return;
    EXPECT_EQ(response->status, recorded.at("status").as_int64()) << what;
    const std::string type(recorded.at("resp_headers").at("Content-Type").as_string());
    EXPECT_EQ(response->headers.get("Content-Type"), type) << what;
    const json::value* expected = recorded.if_contains("resp_json");
    if (!expected) co_return;
    const Result<json::value> body = net::parse_json(response->body);
    EXPECT_TRUE(body.has_value()) << what;
    if (!body) co_return;
    const std::string id = net::find_string(*expected, "prompt_id").value_or("");
    const std::string ours = net::find_string(*body, "prompt_id").value_or("");
    if (ours != id) ids_[id] = ours;
    compare(*expected, *body, what);
  }

  // The recording's prompt ids in place of ours.
  std::string known(std::string text) const {
    for (const auto& [theirs, ours] : ids_) {
      for (std::size_t at = text.find(theirs); at != text.npos; at = text.find(theirs)) {
        text.replace(at, theirs.size(), ours);
      }
    }
    return text;
  }

  static bool of_the_moment(std::string_view key) {
    static const std::set<std::string, std::less<>> keys = {"timestamp",
                                                            "create_time",
                                                            "execution_start_time",
                                                            "execution_end_time",
                                                            "number",
                                                            "traceback",
                                                            "priority",
                                                            "current_inputs",
                                                            "current_outputs",
                                                            "system",
                                                            "devices",
                                                            "filename",
                                                            "sid"};
    return keys.contains(key);
  }

  void compare(const json::value& theirs, const json::value& ours, const std::string& where) {
    if (theirs.is_object() && ours.is_object()) {
      for (const auto& [key, value] : theirs.as_object()) {
        const json::value* mine = ours.as_object().if_contains(known(std::string(key)));
        EXPECT_TRUE(mine) << where << " lacks " << key << ": " << json::serialize(ours);
        if (mine && !of_the_moment(key)) compare(value, *mine, where + "." + std::string(key));
      }
      EXPECT_EQ(theirs.as_object().size(), ours.as_object().size()) << where << ": " << json::serialize(ours);
    } else if (theirs.is_array() && ours.is_array()) {
      const bool queue_item = where.ends_with(".prompt") || where.contains("queue_");
      // Items of queues were recorded by their first two members where the rest is long.
      const bool cut = where.contains("queue_") && theirs.as_array().size() == 2;
      EXPECT_TRUE(cut || theirs.as_array().size() == ours.as_array().size()) << where << ": " << json::serialize(ours);
      for (std::size_t i = 0; i < std::min(theirs.as_array().size(), ours.as_array().size()); ++i) {
        if (queue_item && theirs.as_array()[i].is_number()) continue;
        compare(theirs.as_array()[i], ours.as_array()[i], where + "[" + std::to_string(i) + "]");
      }
    } else if (theirs.is_string() && ours.is_string()) {
      EXPECT_EQ(known(std::string(theirs.as_string())), ours.as_string()) << where;
    } else {
      EXPECT_EQ(theirs, ours) << where;
    }
  }

  boost::asio::any_io_executor executor_;
  net::Url base_;
  std::map<std::string, std::shared_ptr<net::WebSocket>> sockets_;
  std::map<std::string, std::string> ids_;
};

}  // namespace malin::testing
