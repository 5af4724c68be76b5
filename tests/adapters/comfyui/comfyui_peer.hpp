// A scripted ComfyUI on a loopback port: a queue, a history and files that the test writes, and ways to misbehave.
// It runs nothing; whether a posted prompt is queued and what is answered is the script's business.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/url.hpp"

namespace malin::testing {

class ComfyUiPeer {
 public:
  enum class OnPrompt { queue, queue_and_lose_answer, lose, hang, break_down, refuse, queue_a_part, ignore_id };

  explicit ComfyUiPeer(boost::asio::any_io_executor executor)
      : hold_(executor), server_(executor, [this](net::Exchange& exchange) { return serve(exchange); }) {
    port_ = server_.listen("127.0.0.1", 0).value();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void stop() { server_.stop(); }
  int count(const std::string& request) const { return static_cast<int>(std::ranges::count(requests, request)); }
  // To the newest socket.
  Task<void> say(std::string text) {
    net::WebSocketMessage message(false, std::move(text));
    const auto sent = co_await sockets.back()->send(std::move(message));
    if (!sent) throw std::runtime_error(sent.error().message);
  }

  OnPrompt on_prompt = OnPrompt::queue;
  bool has_jobs_api = true;
  bool hangs = false;
  std::vector<std::string> pending;
  std::vector<std::string> running;
  std::map<std::string, std::string> history;  // Entry by prompt id.
  std::map<std::string, std::string> files;    // Contents by decoded file name.
  bool sends_length = true;
  bool cuts_files = false;
  std::string stats = R"({"system":{"comfyui_version":"0.33.0"},"devices":[{"name":"cuda:0","type":"cuda","index":0,
    "vram_total":1000,"vram_free":700,"torch_vram_total":300,"torch_vram_free":100}]})";

  std::function<void()> after_queue;  // Called when the queue has been looked at. May be empty.

  std::vector<std::string> requests;  // "POST /prompt", in order; without queries.
  std::vector<std::string> bodies;    // Of the POSTs, in order.
  std::vector<std::shared_ptr<net::WebSocket>> sockets;

 private:
  Task<void> serve(net::Exchange& exchange) {
    const net::HttpRequest request = exchange.request();
    const std::string path(net::path_of(request.target));
    requests.push_back(request.method + " " + path);
    if (request.method == "POST") bodies.push_back(request.body);
    if (hangs) {
      co_await hold();
    } else if (path == "/ws") {
      const auto socket = co_await exchange.accept_websocket();
      if (socket) sockets.push_back(*socket);
    } else if (path == "/view") {
      co_await serve_file(exchange, net::query_value(request.target, "filename"));
    } else if (path == "/prompt") {
      co_await take_prompt(exchange, request.body);
    } else {
      net::HttpResponse response = answer(request.method + " " + path);
      const auto sent = co_await exchange.respond(std::move(response));
      static_cast<void>(sent);
    }
  }

  Task<void> hold() {
    hold_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await hold_.async_wait(boost::asio::use_awaitable);
  }

  net::HttpResponse answer(const std::string& request) {
    const std::string id = request.substr(request.rfind('/') + 1);
    if (request == "GET /system_stats") return {200, "application/json", stats};
    if (request == "GET /queue") {
      net::HttpResponse response(200, "application/json", queue_text());
      if (after_queue) after_queue();
      return response;
    }
    if (request.starts_with("GET /history/")) {
      const auto entry = history.find(id);
      return {200, "application/json", entry == history.end() ? "{}" : "{\"" + id + "\":" + entry->second + "}"};
    }
    if (request.starts_with("POST /api/jobs/") && has_jobs_api)
      return {200, "application/json", "{\"cancelled\":true}"};
    if (request == "POST /queue" || request == "POST /interrupt" || request == "POST /free") {
      return {200, "application/octet-stream", ""};
    }
    return {404, "text/plain", "404: Not Found"};
  }

  std::string queue_text() const {
    net::json::object queue;
    for (const auto& [name, ids] : {std::pair("queue_running", &running), std::pair("queue_pending", &pending)}) {
      net::json::array items;
      for (const std::string& id : *ids) {
        const auto number = static_cast<int>(items.size());
        items.push_back(net::json::array{number, net::json::string(id), net::json::object(), net::json::object(),
                                         net::json::array()});
      }
      queue[name] = std::move(items);
    }
    return net::json::serialize(queue);
  }

  Task<void> take_prompt(net::Exchange& exchange, std::string body) {
    const std::string id(net::json::parse(body).at("prompt_id").as_string());
    using enum OnPrompt;
    if (on_prompt == queue || on_prompt == queue_and_lose_answer || on_prompt == queue_a_part) pending.push_back(id);
    if (on_prompt == hang) {
      co_await hold();
      co_return;
    }
    if (on_prompt == lose || on_prompt == queue_and_lose_answer) {
      exchange.abort();
      co_return;
    }
    const std::string errors =
        R"({"3":{"errors":[{"message":"Value not in list","details":"x not in []"}],"class_type":"KSampler"}})";
    net::HttpResponse response(200, "application/json", R"({"prompt_id":")" + id + R"(","number":0,"node_errors":{}})");
    if (on_prompt == ignore_id) response.body = R"({"prompt_id":"of its own","number":0,"node_errors":{}})";
    if (on_prompt == queue_a_part)
      response.body = R"({"prompt_id":")" + id + R"(","number":0,"node_errors":)" + errors + "}";
    if (on_prompt == break_down) {
      response = net::HttpResponse(500, "text/plain", "500 Internal Server Error\n\nServer got itself in trouble");
    }
    if (on_prompt == refuse) {
      response = net::HttpResponse(400, "application/json",
                                   R"({"error":{"type":"t","message":"m","details":""},"node_errors":)" + errors + "}");
    }
    const auto sent = co_await exchange.respond(std::move(response));
    static_cast<void>(sent);
  }

  Task<void> serve_file(net::Exchange& exchange, std::string name) {
    const auto file = files.find(name);
    if (file == files.end()) {
      net::HttpResponse missing(404, "application/octet-stream", "");
      const auto sent = co_await exchange.respond(std::move(missing));
      static_cast<void>(sent);
      co_return;
    }
    if (sends_length) {
      net::HttpResponse whole(200, "image/png", file->second);
      const auto sent = co_await exchange.respond(std::move(whole));
      static_cast<void>(sent);
      co_return;
    }
    net::Headers no_headers;
    auto written = co_await exchange.begin(200, std::move(no_headers));
    const std::string contents = file->second;
    for (std::size_t at = 0; written && at < contents.size(); at += 65536) {
      std::string chunk = contents.substr(at, 65536);
      written = co_await exchange.write(std::move(chunk));
    }
    if (cuts_files) {
      exchange.abort();
    } else if (written) {
      written = co_await exchange.end();
    }
  }

  boost::asio::steady_timer hold_;
  net::HttpServer server_;
  std::uint16_t port_ = 0;
};

}  // namespace malin::testing
