// LM Studio's WebSocket frames as values, both ways, without I/O. Text frames, one JSON object each; calls and channels
// of one socket share one increasing id. Source: the public schemas of lmstudio-js (lms-communication).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "net/json.hpp"

namespace malin::adapters::lmstudio {

namespace json = boost::json;

// What the first frame says about us. Without authentication any pair will do.
struct Credentials {
  std::string identifier;
  std::string passkey;
};

// Splits "sk-lm-<8>:<20>". refused: it does not look like that; the message does not repeat the token.
Result<Credentials> parse_token(std::string_view token);

std::string format_hello(const Credentials& credentials);
// refused: LM Studio does not accept the credentials. bad_reply: not an answer to a hello.
Result<void> parse_hello_reply(std::string_view text);

// `parameter` is left out when it is null: LM Studio tells void from null.
std::string format_call(std::string_view endpoint, std::int64_t id, const json::value& parameter);
std::string format_channel_create(std::string_view endpoint, std::int64_t id, const json::value& parameter);
std::string format_channel_cancel(std::int64_t id);

enum class FrameKind {
  rpc_result,       // body: the result; null when there is none.
  rpc_error,        // body: the error object.
  channel_message,  // body: the message.
  channel_closed,
  channel_error,  // body: the error object.
  warning,        // body: its text. We, or they, broke the protocol.
  other,          // Keep-alives, acknowledgements, signals.
};

struct Frame {
  FrameKind kind = FrameKind::other;
  std::int64_t id = -1;  // Of the call or channel.
  json::value body;
};

// bad_reply: no JSON object with a type.
Result<Frame> parse_frame(std::string_view text);

// LM Studio's error object, or a bare string, as an Error: not_found when it names a model or instance that is not
// there, refused for all else. The message is its title with cause and suggestion.
Error parse_error(const json::value& error);

// The first 200 bytes, cut between characters, control characters made spaces: for messages about answers that make no
// sense.
std::string excerpt(std::string_view text);

}  // namespace malin::adapters::lmstudio
