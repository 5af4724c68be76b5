// Messages of a WebSocket (RFC 6455) while they pass. Inside the proxy only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace malin::api::proxy {

struct SocketMessage {
  std::string raw;   // All its frames, as they came.
  std::string text;  // Of a text message, unmasked and put together.
  bool is_text = false;
};

class SocketReader {
 public:
  // Takes all of `bytes`; what is whole now is appended. Control frames inside a message come before it.
  void feed(std::string_view bytes, std::vector<SocketMessage>& messages);
  // What came makes no sense, or is too much for one message.
  bool is_broken() const { return is_broken_; }

 private:
  std::size_t take_frame(std::string_view bytes, std::vector<SocketMessage>& messages);

  std::string partial_;     // A frame that has come in part.
  SocketMessage message_;   // Its first frames.
  bool is_inside_ = false;  // Of a message in several frames.
  bool is_broken_ = false;
};

// One text message in one frame. A client must mask; the mask is all zeros.
std::string format_text_frame(std::string_view text, bool as_client);

}  // namespace malin::api::proxy
