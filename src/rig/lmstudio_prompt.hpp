// What LM Studio is asked to say, read from any of its protocols, and the log events about it.
#pragma once

#include <string>
#include <string_view>

#include "net/json.hpp"
#include "world/lmstudio.hpp"

namespace malin::rig {

struct ChatPrompt {
  world::ReplyRequest request;  // With the person's newest message.
  int tokens = 0;               // Of everything given.
};

// From the parameter of a predict channel.
ChatPrompt parse_history(const boost::json::value& parameter);
// From the body of /v1/chat/completions: messages, max_tokens, max_completion_tokens.
ChatPrompt parse_messages(const boost::json::value& body);
// From plain text.
ChatPrompt plain_prompt(std::string text, int tokens_max);

boost::json::object log_of_input(const ChatPrompt& prompt, const world::Model& model, const world::Instance& instance);
boost::json::object log_of_output(std::string_view text, std::string_view identifier);

}  // namespace malin::rig
