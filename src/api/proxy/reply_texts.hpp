// Where her words stand in the JSON of an answer. Reasoning, tool calls and everything else are not hers to speak with.
// Inside the proxy only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "api/proxy/route.hpp"

namespace malin::api::proxy {

struct ReplyText {
  int voice = 0;          // Which of several texts that grow side by side.
  bool is_whole = false;  // All of a text at once, not its next piece.
  std::size_t begin = 0;  // Between the quotes.
  std::size_t end = 0;
};

// In one event of a stream, or in an answer in one piece.
std::vector<ReplyText> find_texts(Dialect dialect, bool in_stream, std::string_view json);
// In a message of LM Studio's SDK protocol from the server: the next piece of the prediction on `voice`, its channel.
std::vector<ReplyText> find_fragment(std::string_view json);

}  // namespace malin::api::proxy
