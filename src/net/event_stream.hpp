// Server-sent events (WHATWG HTML, "Server-sent events").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace malin::net {

struct StreamEvent {
  std::string event;  // Empty = "message".
  std::string data;   // Lines joined by '\n'.
  std::string id;     // The newest id of the stream, as the standard has it: also from an earlier event.
};

// Of the name and the id only the first line is used.
std::string format_event(const StreamEvent& event);

// Takes the bytes of a stream in any pieces and gives back whole events. Bounded: an event over 1 MiB is refused.
class EventParser {
 public:
  Result<std::vector<StreamEvent>> feed(std::string_view bytes);

 private:
  void take_line();

  bool at_start_ = true;
  std::string line_;
  StreamEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;
};

}  // namespace malin::net
