#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "net/url.hpp"
#include "rig/lmstudio_http.hpp"
#include "rig/lmstudio_prompt.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;
using net::HttpResponse;

// One answer in the making, in the chat or the older text form.
struct Completion {
  world::LmStudio::ReplyId reply = 0;
  std::string id;
  std::string model;
  std::int64_t created = 0;  // Seconds.
  bool chat = true;
  int tokens_max = -1;
  int prompt_tokens = 0;
  int tokens = 0;
  std::string text;

  const char* finish_reason() const { return tokens == tokens_max ? "length" : "stop"; }
  json::object usage() const {
    return {{"prompt_tokens", prompt_tokens}, {"completion_tokens", tokens}, {"total_tokens", prompt_tokens + tokens}};
  }
};

json::object envelope(const Completion& completion, const char* object, json::object choice) {
  choice["index"] = 0;
  choice["logprobs"] = nullptr;
  return {{"id", completion.id},
          {"object", object},
          {"created", completion.created},
          {"model", completion.model},
          {"system_fingerprint", completion.model},
          {"choices", json::array{std::move(choice)}}};
}

// One event of a stream; `finish` is set in the last.
std::string format_chunk(const Completion& completion, const std::string& token, const char* finish) {
  json::object choice{{"finish_reason", finish ? json::value(finish) : json::value(nullptr)}};
  if (completion.chat) {
    json::object delta;
    if (!finish) delta = {{"role", "assistant"}, {"content", token}};
    choice["delta"] = std::move(delta);
  } else {
    choice["text"] = token;
  }
  const char* object = completion.chat ? "chat.completion.chunk" : "text_completion";
  return "data: " + json::serialize(envelope(completion, object, std::move(choice))) + "\n\n";
}

json::object format_completion(const Completion& completion) {
  json::object choice{{"finish_reason", completion.finish_reason()}};
  if (completion.chat) {
    choice["message"] = json::object{{"role", "assistant"}, {"content", completion.text}};
  } else {
    choice["text"] = completion.text;
  }
  json::object answer =
      envelope(completion, completion.chat ? "chat.completion" : "text_completion", std::move(choice));
  answer["usage"] = completion.usage();
  answer["stats"] = json::object{};
  return answer;
}

Task<void> stream_reply(LmStudioBackend& backend, net::Exchange& exchange, Completion completion) {
  net::Headers headers;
  headers.set("Content-Type", "text/event-stream");
  headers.set("Cache-Control", "no-cache");
  Result<void> written = co_await exchange.begin(200, std::move(headers));
  while (written) {
    co_await wait_while_hanging(backend);
    const Result<std::optional<std::string>> token = co_await backend.studio.next_token(completion.reply);
    if (!token) {
      json::object error{{"error", {{"message", token.error().message}}}};
      std::string chunk = "event: error\ndata: " + json::serialize(error) + "\n\n";
      written = co_await exchange.write(std::move(chunk));
      break;
    }
    if (!*token) {
      std::string chunk = format_chunk(completion, "", completion.finish_reason()) + "data: [DONE]\n\n";
      written = co_await exchange.write(std::move(chunk));
      break;
    }
    ++completion.tokens;
    std::string chunk = format_chunk(completion, **token, nullptr);
    written = co_await exchange.write(std::move(chunk));
  }
  backend.studio.end_reply(completion.reply);
  if (written) written = co_await exchange.end();
}

Task<HttpResponse> whole_reply(LmStudioBackend& backend, Completion completion) {
  for (;;) {
    const Result<std::optional<std::string>> token = co_await backend.studio.next_token(completion.reply);
    if (!token) co_return openai_error(500, token.error().message, "model_unloaded");
    if (!*token) break;
    ++completion.tokens;
    completion.text += **token;
  }
  co_await wait_while_hanging(backend);
  co_return studio_response(200, format_completion(completion));
}

Task<void> complete(LmStudioBackend& backend, net::Exchange& exchange, json::value body, bool chat) {
  const std::string model = net::find_string(body, "model").value_or("");
  const Result<world::Instance> speaker = co_await resolve_just_in_time(backend, model);
  HttpResponse response;
  if (!speaker) {
    response = openai_error(404, speaker.error().message, "model_not_found");
  } else {
    const int limit = static_cast<int>(net::find_int(body, "max_tokens").value_or(-1));
    const ChatPrompt prompt =
        chat ? parse_messages(body) : plain_prompt(net::find_string(body, "prompt").value_or(""), limit);
    const auto reply = backend.studio.begin_reply(speaker->identifier, prompt.request);
    if (!reply) {
      response = openai_error(500, reply.error().message, "model_unloaded");
    } else {
      backend.log(log_of_input(prompt, *backend.studio.find_model(speaker->model), *speaker));
      Completion completion;
      completion.reply = *reply;
      completion.id = fmt::format("{}-{:012}", chat ? "chatcmpl" : "cmpl", *reply);
      completion.model = backend.studio.speaker_of(*reply);
      completion.created = to_unix_ms(backend.studio.now()) / 1000;
      completion.chat = chat;
      completion.tokens_max = prompt.request.tokens_max;
      completion.prompt_tokens = prompt.tokens;
      if (net::find_bool(body, "stream") == true) {
        co_await stream_reply(backend, exchange, std::move(completion));
        co_return;
      }
      response = co_await whole_reply(backend, std::move(completion));
    }
  }
  static_cast<void>(co_await exchange.respond(std::move(response)));
}

// A unit vector that depends on the text alone.
json::array embed(std::string_view text) {
  constexpr int dimensions = 768;
  std::uint64_t state = 14695981039346656037U;
  for (const unsigned char c : text) state = (state ^ c) * 1099511628211U;
  json::array vector;
  for (int i = 0; i < dimensions; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    vector.push_back(std::sin(static_cast<double>(state >> 40)) * std::sqrt(2.0 / dimensions));
  }
  return vector;
}

Task<HttpResponse> embeddings(LmStudioBackend& backend, json::value body) {
  constexpr Duration compute_time{30};
  const std::string model = net::find_string(body, "model").value_or("");
  const Result<world::Instance> embedder = co_await resolve_just_in_time(backend, model);
  if (!embedder) co_return openai_error(404, embedder.error().message, "model_not_found");
  co_await backend.studio.sleep(compute_time);
  std::vector<std::string> inputs;
  if (const auto one = net::find_string(body, "input")) inputs.push_back(*one);
  if (const json::array* several = net::find_array(body, "input")) {
    for (const json::value& input : *several) {
      if (input.is_string()) inputs.emplace_back(input.as_string());
    }
  }
  json::array data;
  for (const std::string& input : inputs) {
    data.push_back(json::object{{"object", "embedding"}, {"embedding", embed(input)}, {"index", data.size()}});
  }
  json::object usage{{"prompt_tokens", 0}, {"total_tokens", 0}};
  co_return studio_response(
      200,
      json::object{
          {"object", "list"}, {"data", std::move(data)}, {"model", embedder->identifier}, {"usage", std::move(usage)}});
}

// With just-in-time loading on, all that could be loaded is listed.
HttpResponse list_models(LmStudioBackend& backend) {
  json::array data;
  const auto add = [&](const std::string& id) {
    data.push_back(json::object{{"id", id}, {"object", "model"}, {"owned_by", "organization_owner"}});
  };
  for (const world::Instance& instance : backend.studio.instances()) {
    if (find_serving(backend, instance.identifier)) add(instance.identifier);
  }
  for (const world::Model& model : backend.studio.models()) {
    if (backend.options.just_in_time && !find_serving(backend, model.key)) add(model.key);
  }
  return studio_response(200, json::object{{"object", "list"}, {"data", std::move(data)}});
}

}  // namespace

Task<bool> serve_openai(LmStudioBackend& backend, net::Exchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const std::string route = request.method + " " + std::string(net::path_of(request.target));
  HttpResponse response;
  if (route == "GET /v1/models") {
    response = list_models(backend);
  } else if (route == "POST /v1/chat/completions" || route == "POST /v1/completions" ||
             route == "POST /v1/embeddings") {
    const Result<json::value> body = net::parse_json(request.body);
    if (!body) {
      response = openai_error(400, "The body is not JSON", "invalid_json");
    } else if (route == "POST /v1/embeddings") {
      response = co_await embeddings(backend, *body);
    } else {
      co_await complete(backend, exchange, *body, route == "POST /v1/chat/completions");
      co_return true;
    }
  } else {
    co_return false;
  }
  static_cast<void>(co_await exchange.respond(std::move(response)));
  co_return true;
}

}  // namespace malin::rig
