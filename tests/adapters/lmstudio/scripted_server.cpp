#include "adapters/lmstudio/scripted_server.hpp"

#include <algorithm>
#include <memory>

#include <boost/asio/post.hpp>

namespace malin::testing {

namespace {

Task<bool> send(std::shared_ptr<net::WebSocket> ws, std::string text) {
  net::WebSocketMessage message(false, std::move(text));
  const Result<void> sent = co_await ws->send(std::move(message));
  co_return sent.has_value();
}

net::HttpResponse unexpected(const net::HttpRequest& request) {
  json::object body;
  body["error"] = "Unexpected endpoint or method. (" + request.method + " " + request.target + ")";
  return net::HttpResponse(200, "application/json", json::serialize(body));
}

json::object channel_message(const json::value& id, json::object message) {
  json::object frame;
  frame["type"] = "channelSend";
  frame["channelId"] = id;
  frame["message"] = std::move(message);
  return frame;
}

}  // namespace

std::uint16_t ScriptedServer::start(std::uint16_t port) {
  server_ = std::make_unique<net::HttpServer>(io_.get_executor(),
                                              [this](net::Exchange& exchange) { return serve(exchange); });
  return server_->listen("127.0.0.1", port).value();
}

// Within the loop, as a server ends that is told so by a coroutine.
void ScriptedServer::stop() {
  boost::asio::post(io_, [this] { server_.reset(); });
  run_until(io_, [this] { return server_ == nullptr; });
}

const ScriptedServer::Model* ScriptedServer::find(const std::string& identifier) const {
  const auto found = std::ranges::find(models, identifier, &Model::identifier);
  return found == models.end() ? nullptr : &*found;
}

int ScriptedServer::count(const std::string& endpoint) const {
  return static_cast<int>(std::ranges::count(calls, endpoint));
}

Task<void> ScriptedServer::serve(net::Exchange& exchange) {
  const std::string path = exchange.request().target;
  headers[path] = std::string(exchange.request().headers.get("Authorization"));
  if ((path == "/llm" && websocket) || (path == "/embedding" && websocket && embedding)) {
    const Result<std::shared_ptr<net::WebSocket>> ws = co_await exchange.accept_websocket();
    if (ws) co_await serve_socket(*ws, path == "/embedding");
    co_return;
  }
  net::HttpResponse response = answer_http(exchange.request());
  const Result<void> sent = co_await exchange.respond(std::move(response));
  static_cast<void>(sent);
}

Task<void> ScriptedServer::serve_socket(std::shared_ptr<net::WebSocket> ws, bool for_embedding) {
  constexpr std::chrono::minutes kLong{10};
  ++connections;
  const Result<net::WebSocketMessage> first = co_await ws->receive(kLong);
  if (!first) co_return;
  hello = json::parse(first->data);
  if (silent_hello) {
    const Result<net::WebSocketMessage> never = co_await ws->receive(kLong);
    static_cast<void>(never);
    co_return;
  }
  const std::string reply = accepts_client ? R"({"success":true})" : R"({"success":false,"error":"Invalid passkey"})";
  co_await send(ws, reply);
  for (;;) {
    const Result<net::WebSocketMessage> message = co_await ws->receive(kLong);
    if (!message) co_return;
    json::value frame = json::parse(message->data);
    const std::string type(frame.at("type").as_string());
    if (type == "rpcCall")
      co_await answer_call(ws, std::move(frame), for_embedding);
    else if (type == "channelCreate")
      co_await answer_load(ws, std::move(frame));
    else if (type == "channelSend")
      cancels += frame.at("message").at("type") == "cancel" ? 1 : 0;
  }
}

Task<void> ScriptedServer::answer_call(std::shared_ptr<net::WebSocket> ws, json::value frame, bool for_embedding) {
  const std::string endpoint(frame.at("endpoint").as_string());
  const json::value* parameter = net::find(frame, "parameter");
  calls.push_back(endpoint);
  asked[endpoint] = parameter ? *parameter : json::value();
  json::object answer;
  answer["callId"] = frame.at("callId");
  if (silent.contains(endpoint)) co_return;
  if (garbage) {
    co_await send(ws, "<html>502 Bad Gateway</html>");
    co_return;
  }
  if (unknown.contains(endpoint)) {
    answer["type"] = "communicationWarning";
    answer["warning"] = "Received rpcCall for unknown endpoint, endpoint = " + endpoint;
  } else if (errors.contains(endpoint)) {
    answer["type"] = "rpcError";
    answer["error"] = errors[endpoint];
  } else {
    json::value result = result_of(endpoint, asked[endpoint], for_embedding);
    answer["type"] = "rpcResult";
    if (!result.is_null()) answer["result"] = std::move(result);
  }
  co_await send(ws, json::serialize(answer));
  if (duplicates) co_await send(ws, json::serialize(answer));
}

Task<void> ScriptedServer::answer_load(std::shared_ptr<net::WebSocket> ws, json::value frame) {
  const json::value order = frame.at("creationParameter");
  const json::value id = frame.at("channelId");
  calls.emplace_back("loadModel");
  asked["loadModel"] = order;
  json::object closed;
  closed["type"] = "channelClose";
  closed["channelId"] = id;
  if (load == LoadManner::fails) {
    json::object failed;
    failed["type"] = "channelError";
    failed["channelId"] = id;
    failed["error"] = errors["loadModel"];
    co_await send(ws, json::serialize(failed));
    co_return;
  }
  for (const double fraction : {0.25, 0.75}) {
    json::object progress;
    progress["type"] = "progress";
    progress["progress"] = fraction;
    const json::object said = channel_message(id, std::move(progress));
    co_await send(ws, json::serialize(said));
  }
  if (load == LoadManner::hangs) co_return;
  if (load == LoadManner::drops_connection) {
    ws->close();
    co_return;
  }
  if (load == LoadManner::succeeds || load == LoadManner::takes_other_name) {
    Model model;
    model.key = order.at("modelKey").as_string();
    model.identifier = order.at("identifier").as_string();
    if (load == LoadManner::takes_other_name) model.identifier += ":2";
    model.reference = "ref-" + std::to_string(next_reference_++);
    model.fields = order.at("loadConfigStack").at("layers").at(0).at("config").at("fields").as_array();
    if (const json::value* ttl = net::find(order, "ttlMs")) model.ttl = *ttl;
    models.push_back(model);
    json::object info;
    info["identifier"] = model.identifier;
    json::object success;
    success["type"] = "success";
    success["info"] = std::move(info);
    const json::object said = channel_message(id, std::move(success));
    co_await send(ws, json::serialize(said));
  }
  co_await send(ws, json::serialize(closed));
}

ScriptedServer::Model* ScriptedServer::by_reference(const json::value& parameter) {
  const std::string reference(parameter.at("specifier").at("instanceReference").as_string());
  const auto found = std::ranges::find(models, reference, &Model::reference);
  return found == models.end() ? nullptr : &*found;
}

json::value ScriptedServer::result_of(const std::string& endpoint, const json::value& parameter, bool for_embedding) {
  json::object result;
  if (endpoint == "listLoaded") return list(for_embedding);
  if (endpoint == "getLoadConfig") {
    result["fields"] = by_reference(parameter)->fields;
  } else if (endpoint == "getInstanceProcessingState") {
    Model* model = by_reference(parameter);
    const bool busy = model->busy_polls > 0;
    if (busy) --model->busy_polls;
    result["status"] = busy ? std::string("generating") : model->status;
    result["queued"] = 0;
  } else if (endpoint == "unloadModel") {
    const std::string identifier(parameter.at("identifier").as_string());
    if (!keeps_unloaded) std::erase_if(models, [&](const Model& m) { return m.identifier == identifier; });
    return nullptr;
  } else if (endpoint == "estimateModelUsage") {
    json::object memory;
    memory["totalVramBytes"] = 19LL << 30;
    memory["totalBytes"] = 20LL << 30;
    result["memory"] = std::move(memory);
    result["passesGuardrails"] = passes_guardrails;
  }
  return result;
}

json::value ScriptedServer::list(bool for_embedding) const {
  json::array all;
  for (const Model& model : models) {
    if (model.embedding != for_embedding) continue;
    json::object entry;
    entry["type"] = model.embedding ? "embedding" : "llm";
    entry["modelKey"] = model.key;
    entry["path"] = model.key + ".gguf";
    entry["identifier"] = model.identifier;
    entry["instanceReference"] = model.reference;
    entry["ttlMs"] = model.ttl;
    if (knows_devices) entry["deviceIdentifier"] = model.device;
    all.push_back(std::move(entry));
  }
  return all;
}

net::HttpResponse ScriptedServer::answer_http(const net::HttpRequest& request) {
  calls.push_back(request.method + " " + request.target);
  const json::value body = request.body.empty() ? json::value() : json::parse(request.body);
  asked[request.target] = body;
  json::object answer;
  if (request.target == "/lmstudio-greeting") {
    answer["lmstudio"] = true;
  } else if (request.target == "/v1/chat/completions" || request.target == "/v1/embeddings") {
    return answer_chat(body, request.target == "/v1/embeddings");
  } else if (request.target == "/api/v1/models" && rest) {
    json::array all;
    for (const Model& model : models) {
      json::object config;
      config["context_length"] = 4096;
      config["flash_attention"] = true;
      json::object instance;
      instance["id"] = model.identifier;
      instance["config"] = std::move(config);
      json::object entry;
      entry["type"] = model.embedding ? "embedding" : "llm";
      entry["key"] = model.key;
      entry["loaded_instances"] = json::array({std::move(instance)});
      all.push_back(std::move(entry));
    }
    answer["models"] = std::move(all);
  } else if (request.target == "/api/v1/models/load" && rest) {
    if (errors.contains("load")) {
      answer["error"] = errors["load"];
    } else {
      Model model;
      model.key = body.at("model").as_string();
      model.identifier = model.key + (load == LoadManner::takes_other_name ? ":2" : "");
      models.push_back(model);
      answer["instance_id"] = model.identifier;
      answer["status"] = "loaded";
    }
  } else if (request.target == "/api/v1/models/unload" && rest) {
    const std::string id(body.at("instance_id").as_string());
    std::erase_if(models, [&](const Model& m) { return m.identifier == id; });
    answer["instance_id"] = id;
  } else {
    return unexpected(request);
  }
  return net::HttpResponse(200, "application/json", json::serialize(answer));
}

net::HttpResponse ScriptedServer::answer_chat(const json::value& body, bool for_embedding) {
  if (chat) return *chat;
  json::object answer;
  answer["model"] = body.at("model");
  if (for_embedding) {
    answer["data"] = json::parse(R"([{"embedding":[0.5,0.25]}])");
  } else {
    answer["choices"] = json::parse(R"([{"index":0,"message":{"role":"assistant","content":""}}])");
    answer["usage"] = json::parse(R"({"completion_tokens":1})");
  }
  return net::HttpResponse(200, "application/json", json::serialize(answer));
}

}  // namespace malin::testing
