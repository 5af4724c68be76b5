#include "api/proxy/answer_away.hpp"

#include <fmt/format.h>

#include "net/json.hpp"

namespace malin::api::proxy {

namespace json = boost::json;

namespace {

std::string data_of(const json::value& value) { return "data: " + net::format_json(value) + "\n\n"; }

std::string event_of(const json::object& value) {
  return fmt::format("event: {}\n", std::string_view(value.at("type").as_string())) + data_of(value);
}

json::object openai_envelope(const Said& said, const char* prefix, const char* object, json::object choice) {
  choice["index"] = 0;
  choice["logprobs"] = nullptr;
  return {{"id", fmt::format("{}-malin-{}", prefix, said.unix_seconds)},
          {"object", object},
          {"created", said.unix_seconds},
          {"model", said.model},
          {"choices", json::array{std::move(choice)}}};
}

json::object no_usage() { return {{"prompt_tokens", 0}, {"completion_tokens", 0}, {"total_tokens", 0}}; }

std::string chat_reply(const Said& said) {
  const json::object message{{"role", "assistant"}, {"content", said.line}};
  if (!said.as_stream) {
    json::object whole =
        openai_envelope(said, "chatcmpl", "chat.completion", {{"message", message}, {"finish_reason", "stop"}});
    whole["usage"] = no_usage();
    return net::format_json(whole);
  }
  const char* chunk = "chat.completion.chunk";
  return data_of(openai_envelope(said, "chatcmpl", chunk, {{"delta", message}, {"finish_reason", nullptr}})) +
         data_of(openai_envelope(said, "chatcmpl", chunk, {{"delta", json::object{}}, {"finish_reason", "stop"}})) +
         "data: [DONE]\n\n";
}

std::string text_reply(const Said& said) {
  json::object whole =
      openai_envelope(said, "cmpl", "text_completion", {{"text", said.line}, {"finish_reason", "stop"}});
  if (said.as_stream) return data_of(whole) + "data: [DONE]\n\n";
  whole["usage"] = no_usage();
  return net::format_json(whole);
}

json::object response_of(const Said& said, const char* status, json::array output) {
  return {{"id", fmt::format("resp_malin_{}", said.unix_seconds)},
          {"object", "response"},
          {"created_at", said.unix_seconds},
          {"status", status},
          {"model", said.model},
          {"output", std::move(output)},
          {"error", nullptr},
          {"incomplete_details", nullptr},
          {"usage", {{"input_tokens", 0}, {"output_tokens", 0}, {"total_tokens", 0}}}};
}

std::string responses_reply(const Said& said) {
  const json::object part{{"type", "output_text"}, {"text", said.line}, {"annotations", json::array{}}};
  json::object item{{"id", "msg_malin"},
                    {"type", "message"},
                    {"role", "assistant"},
                    {"status", "completed"},
                    {"content", json::array{part}}};
  const json::object done = response_of(said, "completed", {item});
  if (!said.as_stream) return net::format_json(done);
  int number = 0;
  std::string stream;
  const auto add = [&](json::object event) {
    event["sequence_number"] = number++;
    stream += event_of(event);
  };
  const json::object place{{"item_id", "msg_malin"}, {"output_index", 0}, {"content_index", 0}};
  const auto at_place = [&](const char* type, json::object more) {
    more["type"] = type;
    for (const auto& member : place) more[member.key()] = member.value();
    add(std::move(more));
  };
  json::object begun = item;
  begun["status"] = "in_progress";
  begun["content"] = json::array{};
  add({{"type", "response.created"}, {"response", response_of(said, "in_progress", {})}});
  add({{"type", "response.output_item.added"}, {"output_index", 0}, {"item", begun}});
  at_place("response.content_part.added",
           {{"part", {{"type", "output_text"}, {"text", ""}, {"annotations", json::array{}}}}});
  at_place("response.output_text.delta", {{"delta", said.line}});
  at_place("response.output_text.done", {{"text", said.line}});
  at_place("response.content_part.done", {{"part", part}});
  add({{"type", "response.output_item.done"}, {"output_index", 0}, {"item", item}});
  add({{"type", "response.completed"}, {"response", done}});
  return stream;
}

std::string messages_reply(const Said& said) {
  json::object message{{"id", fmt::format("msg_malin_{}", said.unix_seconds)},
                       {"type", "message"},
                       {"role", "assistant"},
                       {"model", said.model},
                       {"content", json::array{json::object{{"type", "text"}, {"text", said.line}}}},
                       {"stop_reason", "end_turn"},
                       {"stop_sequence", nullptr},
                       {"usage", {{"input_tokens", 0}, {"output_tokens", 0}}}};
  if (!said.as_stream) return net::format_json(message);
  message["content"] = json::array{};
  message["stop_reason"] = nullptr;
  const json::object block{{"type", "text"}, {"text", ""}};
  const json::object delta{{"type", "text_delta"}, {"text", said.line}};
  const json::object end{{"stop_reason", "end_turn"}, {"stop_sequence", nullptr}};
  return event_of({{"type", "message_start"}, {"message", message}}) +
         event_of({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}}) +
         event_of({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}) +
         event_of({{"type", "content_block_stop"}, {"index", 0}}) +
         event_of({{"type", "message_delta"}, {"delta", end}, {"usage", {{"output_tokens", 0}}}}) +
         event_of({{"type", "message_stop"}});
}

std::string lmstudio_reply(const Said& said) {
  const json::object message{{"type", "message"}, {"content", said.line}};
  const json::object whole{{"model_instance_id", said.model},
                           {"output", json::array{message}},
                           {"stats", {{"input_tokens", 0}, {"total_output_tokens", 0}}}};
  if (!said.as_stream) return net::format_json(whole);
  return event_of({{"type", "chat.start"}, {"model_instance_id", said.model}}) + event_of({{"type", "message.start"}}) +
         event_of({{"type", "message.delta"}, {"content", said.line}}) + event_of({{"type", "message.end"}}) +
         event_of({{"type", "chat.end"}, {"result", whole}});
}

std::string reply_text(Dialect dialect, const Said& said) {
  switch (dialect) {
    case Dialect::chat:
      return chat_reply(said);
    case Dialect::text:
      return text_reply(said);
    case Dialect::responses:
      return responses_reply(said);
    case Dialect::messages:
      return messages_reply(said);
    case Dialect::lmstudio:
      return lmstudio_reply(said);
    case Dialect::other:
      break;
  }
  return {};
}

}  // namespace

bool can_reply(Dialect dialect) { return dialect != Dialect::other; }

Answer format_reply(Dialect dialect, const Said& said) {
  return {.status = 200,
          .type = said.as_stream ? "text/event-stream" : "application/json",
          .body = reply_text(dialect, said)};
}

std::string format_event(bool is_error, std::string_view body) {
  std::string event = is_error ? "event: error\ndata: " : "data: ";
  while (body.ends_with('\n')) body.remove_suffix(1);
  for (const char c : body) event += c == '\n' || c == '\r' ? ' ' : c;
  return event + "\n\n";
}

}  // namespace malin::api::proxy
