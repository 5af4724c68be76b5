#include "adapters/lmstudio/lmstudio_frames.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/utf8.hpp"

namespace malin::adapters::lmstudio {

namespace {

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool names_something_absent(std::string_view code) {
  constexpr std::array<std::string_view, 4> kCodes{"generic.specificModelUnloaded", "generic.noModelMatchingQuery",
                                                   "generic.pathNotFound", "generic.identifierNotFound"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

std::string format_opening(std::string_view type, std::string_view endpoint, std::string_view id_key, std::int64_t id,
                           std::string_view parameter_key, const json::value& parameter) {
  json::object frame;
  frame["type"] = type;
  frame["endpoint"] = endpoint;
  frame[id_key] = id;
  if (!parameter.is_null()) frame[parameter_key] = parameter;
  return json::serialize(frame);
}

Frame frame_of(FrameKind kind, const json::value& text, std::string_view id_key, std::string_view body_key) {
  Frame frame;
  frame.kind = kind;
  frame.id = net::find_int(text, id_key).value_or(-1);
  if (const json::value* body = net::find(text, body_key)) frame.body = *body;
  return frame;
}

}  // namespace

Result<Credentials> parse_token(std::string_view token) {
  constexpr std::string_view kPrefix = "sk-lm-";
  constexpr std::size_t kIdentifier = 8;
  constexpr std::size_t kPasskey = 20;
  const bool shaped = token.size() == kPrefix.size() + kIdentifier + 1 + kPasskey && token.starts_with(kPrefix) &&
                      token[kPrefix.size() + kIdentifier] == ':';
  if (shaped) {
    const std::string_view identifier = token.substr(kPrefix.size(), kIdentifier);
    const std::string_view passkey = token.substr(kPrefix.size() + kIdentifier + 1);
    if (is_alphanumeric(identifier) && is_alphanumeric(passkey)) {
      return Credentials{std::string(identifier), std::string(passkey)};
    }
  }
  return fail(Errc::refused, "the LM Studio token does not look like sk-lm-<8 characters>:<20 characters>");
}

std::string format_hello(const Credentials& credentials) {
  json::object hello;
  hello["authVersion"] = 1;
  hello["clientIdentifier"] = credentials.identifier;
  hello["clientPasskey"] = credentials.passkey;
  return json::serialize(hello);
}

Result<void> parse_hello_reply(std::string_view text) {
  const Result<json::value> reply = net::parse_json(text);
  const std::optional<bool> success = reply ? net::find_bool(*reply, "success") : std::nullopt;
  if (!success) return fail(Errc::bad_reply, "LM Studio answered the greeting with: " + excerpt(text));
  if (*success) return {};
  return fail(Errc::refused, "LM Studio does not accept this client (check the token): " +
                                 net::find_string(*reply, "error").value_or("no reason given"));
}

std::string format_call(std::string_view endpoint, std::int64_t id, const json::value& parameter) {
  return format_opening("rpcCall", endpoint, "callId", id, "parameter", parameter);
}

std::string format_channel_create(std::string_view endpoint, std::int64_t id, const json::value& parameter) {
  return format_opening("channelCreate", endpoint, "channelId", id, "creationParameter", parameter);
}

std::string format_channel_cancel(std::int64_t id) {
  json::object message;
  message["type"] = "cancel";
  json::object frame;
  frame["type"] = "channelSend";
  frame["channelId"] = id;
  frame["message"] = std::move(message);
  return json::serialize(frame);
}

Result<Frame> parse_frame(std::string_view text) {
  const Result<json::value> parsed = net::parse_json(text);
  const std::optional<std::string> type = parsed ? net::find_string(*parsed, "type") : std::nullopt;
  if (!type) return fail(Errc::bad_reply, "LM Studio sent something that is no frame: " + excerpt(text));
  if (*type == "rpcResult") return frame_of(FrameKind::rpc_result, *parsed, "callId", "result");
  if (*type == "rpcError") return frame_of(FrameKind::rpc_error, *parsed, "callId", "error");
  if (*type == "channelSend") return frame_of(FrameKind::channel_message, *parsed, "channelId", "message");
  if (*type == "channelClose") return frame_of(FrameKind::channel_closed, *parsed, "channelId", "");
  if (*type == "channelError") return frame_of(FrameKind::channel_error, *parsed, "channelId", "error");
  if (*type == "communicationWarning") return frame_of(FrameKind::warning, *parsed, "", "warning");
  return Frame();
}

Error parse_error(const json::value& error) {
  if (error.is_string()) return {Errc::refused, std::string(error.as_string())};
  std::string message = net::find_string(error, "title").value_or("");
  for (const char* key : {"cause", "suggestion"}) {
    const std::string more = net::find_string(error, key).value_or("");
    if (more.empty() || message.contains(more)) continue;
    if (!message.empty()) message += " - ";
    message += more;
  }
  if (message.empty()) message = net::find_string(error, "message").value_or("no reason given");
  const json::value* display = net::find(error, "displayData");
  const std::string code = display ? net::find_string(*display, "code").value_or("") : "";
  return {names_something_absent(code) ? Errc::not_found : Errc::refused, excerpt(message)};
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  std::string shown(cut_utf8(text, kLongest));
  std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  if (text.size() > kLongest) shown += "...";
  return shown;
}

}  // namespace malin::adapters::lmstudio
