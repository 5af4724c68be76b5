// WebSocket frames and LM Studio's messages in them, as the proxy reads them on their way.
#include <string>

#include "api/proxy/json_walk.hpp"
#include "api/proxy/piece_editor.hpp"
#include "api/proxy/socket_frames.hpp"
#include "api/proxy/socket_message.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::fuzzing;
using namespace malin::api::proxy;

namespace {

std::vector<SocketMessage> read_frames(std::string_view text) {
  SocketReader whole;
  SocketReader pieces;
  std::vector<SocketMessage> messages;
  std::vector<SocketMessage> same;
  whole.feed(text, messages);
  in_pieces(text, [&](std::string_view piece) {
    pieces.feed(piece, same);
    return !pieces.is_broken();
  });
  require(whole.is_broken() == pieces.is_broken() && messages.size() == same.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    require(messages[i].raw == same[i].raw && messages[i].text == same[i].text);
    require(messages[i].is_text || messages[i].text.empty());
    bytes += messages[i].raw.size();
  }
  require(bytes <= text.size());
  return messages;
}

void check_round_trip(std::string_view text, bool as_client) {
  const std::string frame = format_text_frame(text, as_client);
  const std::vector<SocketMessage> messages = read_frames(frame);
  require(messages.size() == 1 && messages.front().is_text);
  require(messages.front().text == text && messages.front().raw == frame);
}

void check_message(std::string_view text) {
  static const std::vector<KindSpec> kinds = [] {
    std::vector<KindSpec> made(1);
    made[0].name = made[0].tag = "A";
    return made;
  }();
  parse_client_message(text);
  std::size_t last = 0;
  for (const Spot& spot : find_instance_references(text)) {
    require(last <= spot.begin && spot.begin <= spot.end && spot.end < text.size());
    last = spot.end;
  }
  const std::vector<ReplyText> texts = find_fragment(text);
  for (const ReplyText& found : texts) require(found.begin <= found.end && found.end < text.size());
  PieceEditor editor(kinds);
  std::vector<std::string> ready;
  for (int times = 0; times < 2; ++times) texts.empty() ? editor.pass(text, ready) : editor.take(text, texts, ready);
  editor.flush(ready);
  require(ready.size() == 2 && editor.is_empty());
  const bool may_hold_a_tag = text.contains('[') || text.contains("\\u005");
  require(may_hold_a_tag || (ready[0] == text && ready[1] == text));
  const ClientMessage refused = parse_client_message(format_channel_error(7, text));
  require(refused.type == "channelError" && refused.channel == 7);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  for (const SocketMessage& message : read_frames(text)) check_message(message.text);
  check_round_trip(text, true);
  check_round_trip(text, false);
  check_message(text);
  return 0;
}
