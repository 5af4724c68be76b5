// Takes the tags out of an answer on its way. Inside the proxy only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/proxy/route.hpp"
#include "core/tags.hpp"

namespace malin::api::proxy {

class AnswerEditor {
 public:
  virtual ~AnswerEditor() = default;

  // The body without its framing, in any pieces; what may go on is appended to `out`.
  virtual void feed(std::string_view data, std::string& out) = 0;
  virtual void finish(std::string& out) = 0;
  // What was asked for since the last time.
  virtual std::vector<TagRequest> take_requests() = 0;
};

// For a stream of events. An event goes on as it came, byte by byte, as soon as it is known that no tag begins in it;
// one that holds a part of a tag goes on without that part. What might become a tag is held back, within limits.
std::unique_ptr<AnswerEditor> make_event_editor(Dialect dialect, std::span<const KindSpec> kinds);

// For an answer in one piece. Without a tag in it it stays as it is.
std::unique_ptr<AnswerEditor> make_whole_editor(Dialect dialect, std::span<const KindSpec> kinds);

}  // namespace malin::api::proxy
