#include "net/event_stream.hpp"

namespace malin::net {
namespace {

constexpr std::size_t kEventBytesMax = 1 << 20;

// `text` up to the first line break: a field of one line must not become two.
std::string_view one_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

}  // namespace

std::string format_event(const StreamEvent& event) {
  std::string result;
  if (!event.event.empty()) result.append("event: ").append(one_line(event.event)).append("\n");
  if (!event.id.empty()) result.append("id: ").append(one_line(event.id)).append("\n");
  std::string_view rest = event.data;
  for (bool more = true; more;) {
    const auto line = one_line(rest);
    result.append("data: ").append(line).append("\n");
    rest.remove_prefix(line.size());
    more = !rest.empty();
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : more ? 1 : 0);
  }
  return result + "\n";
}

Result<std::vector<StreamEvent>> EventParser::feed(std::string_view bytes) {
  std::vector<StreamEvent> events;
  for (const char c : bytes) {
    const bool ends_crlf = c == '\n' && after_cr_;
    after_cr_ = c == '\r';
    if (ends_crlf) continue;
    if (c != '\n' && c != '\r') {
      line_ += c;
      if (line_.size() + event_.data.size() > kEventBytesMax) {
        *this = EventParser();
        return fail(Errc::bad_reply, "an event of over 1 MiB");
      }
      continue;
    }
    if (!line_.empty()) {
      take_line();
    } else if (has_data_) {
      events.push_back(event_);
    }
    if (line_.empty()) {  // The id stays: it names the place in the stream.
      event_.event.clear();
      event_.data.clear();
      has_data_ = false;
    }
    line_.clear();
  }
  return events;
}

void EventParser::take_line() {
  std::string_view line = line_;
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && value.find('\0') == value.npos) {
    event_.id = value;
  }
}

}  // namespace malin::net
