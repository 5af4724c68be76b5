// Answers of a model while the proxy takes the tags out of them: in any pieces the same comes out, what has no tag
// stays as it is byte for byte, and what she says while she is away is JSON whatever she is called.
#include <string>

#include "api/proxy/answer_away.hpp"
#include "api/proxy/answer_editor.hpp"
#include "api/proxy/json_walk.hpp"
#include "api/proxy/reply_texts.hpp"
#include "fuzz/fuzz.hpp"
#include "net/event_stream.hpp"
#include "net/json.hpp"

using namespace malin;
using namespace malin::fuzzing;
using namespace malin::api::proxy;

namespace {

constexpr auto dialects = {Dialect::other,     Dialect::chat,     Dialect::text,
                           Dialect::responses, Dialect::messages, Dialect::lmstudio};

struct Edited {
  std::string out;
  std::vector<TagRequest> requests;
};

using Make = std::unique_ptr<AnswerEditor> (*)(Dialect dialect, std::span<const KindSpec> kinds);

std::span<const KindSpec> kinds() {
  static const std::vector<KindSpec> made = [] {
    std::vector<KindSpec> two(2);
    two[0].name = two[0].tag = "A";
    two[1].name = two[1].tag = "AB";
    for (KindSpec& kind : two) kind.prompt_bytes_max = 40;
    return two;
  }();
  return made;
}

Edited edit(Make make, Dialect dialect, std::string_view text, bool as_whole) {
  const auto editor = make(dialect, kinds());
  Edited edited;
  if (as_whole) editor->feed(text, edited.out);
  if (!as_whole) {
    in_pieces(text, [&](std::string_view piece) {
      editor->feed(piece, edited.out);
      return true;
    });
  }
  editor->finish(edited.out);
  edited.requests = editor->take_requests();
  return edited;
}

void check_editor(Make make, Dialect dialect, std::string_view text) {
  const Edited whole = edit(make, dialect, text, true);
  const Edited pieces = edit(make, dialect, text, false);
  require(whole.out == pieces.out && whole.requests == pieces.requests);
  const bool may_hold_a_tag = text.contains('[') && text.contains(']');
  const bool may_hide_one = text.contains("\\u");
  require(may_hold_a_tag || may_hide_one || (whole.out == text && whole.requests.empty()));
}

void check_places(Dialect dialect, bool in_stream, std::string_view text) {
  for (const ReplyText& found : find_texts(dialect, in_stream, text)) {
    require(found.begin <= found.end && found.end <= text.size());
    require(found.begin > 0 && text[found.begin - 1] == '"');
  }
}

void check_reply(Dialect dialect, std::string_view text) {
  const bool is_utf8 = net::parse_json("\"" + escape(text) + "\"").has_value();
  if (!can_reply(dialect) || !is_utf8) return;
  const Answer whole = format_reply(dialect, {.model = text, .line = text});
  require(net::parse_json(whole.body).has_value());
  const Answer stream = format_reply(dialect, {.model = text, .line = text, .as_stream = true});
  net::EventParser parser;
  const auto events = parser.feed(stream.body);
  require(events && !events->empty());
  for (const net::StreamEvent& event : *events)
    require(event.data == "[DONE]" || net::parse_json(event.data).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  for (const Dialect dialect : dialects) {
    check_editor(make_event_editor, dialect, text);
    check_editor(make_whole_editor, dialect, text);
    check_places(dialect, true, text);
    check_places(dialect, false, text);
    check_reply(dialect, text);
  }
  return 0;
}
