// The answer's way back (api/proxy/exchange.hpp).
#include <algorithm>
#include <utility>

#include "api/proxy/answer_away.hpp"
#include "api/proxy/exchange.hpp"
#include "api/proxy/head_format.hpp"
#include "api/proxy/piece_editor.hpp"
#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t kept_bytes_max = 1 << 10;    // Of a request that is not needed any more.
constexpr std::size_t joined_bytes_max = 4 << 10;  // A short body costs less copied behind its head than on its own.
constexpr std::size_t whole_bytes_max = 4 << 20;   // A larger answer in one piece passes without a look.

bool is_of_type(const ResponseHead& head, std::string_view type) {
  const std::string_view value = head.find(Known::content_type);
  return is_same_word(value.substr(0, type.size()), type);
}

}  // namespace

Exchange::Outcome Exchange::pass_answer() {
  if (!has_answer_) {
    const Outcome outcome = take_answer_head();
    if (outcome != Outcome::going || !has_answer_) return outcome;
  }
  return pass_answer_body();
}

Exchange::Outcome Exchange::take_answer_head() {
  ResponseHead& head = shared_.response;
  for (;;) {
    const std::string_view text = server_->in();
    const Parsed parsed = text.empty() ? Parsed::incomplete : parse_response(text, is_head_ ? "HEAD" : "", head);
    if (parsed == Parsed::refused) return Outcome::broken;
    if (parsed == Parsed::incomplete)
      return server_->has_ended() || server_->is_broken() ? Outcome::lost : Outcome::going;
    if (head.status / 100 != 1) break;
    if (head.status == 101) return upgrades_ ? Outcome::tunnel : Outcome::broken;
    if (!is_http_1_0_ && !has_begun_stream_) client_.send(text.substr(0, head.bytes));
    server_->consume(head.bytes);
  }
  begin_answer(head);
  return Outcome::going;
}

// The whole body came with the head, as that of a short answer does, and a glance shows that no tag is in it.
bool Exchange::is_seen_untagged(const ResponseHead& head) const {
  const std::string_view body = server_->in().substr(head.bytes);
  return head.body_end == BodyEnd::length && body.size() >= head.body_bytes &&
         !may_hold_tags(body.substr(0, static_cast<std::size_t>(head.body_bytes)), shared_.house.kinds());
}

Exchange::Passage Exchange::choose_passage(const ResponseHead& head) {
  const bool is_stream = is_of_type(head, "text/event-stream");
  const bool is_good = head.status / 100 == 2 && head.body_end != BodyEnd::none;
  const bool is_read = route_.speaks && shared_.options.cuts_tags && is_good && !shared_.house.kinds().empty() &&
                       head.find(Known::content_encoding).empty();
  if (is_read && is_stream) editor_ = make_event_editor(route_.dialect, shared_.house.kinds());
  if (is_read && is_of_type(head, "application/json") && !is_seen_untagged(head))
    editor_ = make_whole_editor(route_.dialect, shared_.house.kinds());
  if (has_begun_stream_ && !(is_good && is_stream)) return Passage::as_event;
  if (has_begun_stream_ || (editor_ && is_stream)) return is_http_1_0_ ? Passage::plain : Passage::chunked;
  if (editor_) return Passage::whole;
  return is_http_1_0_ && head.body_end == BodyEnd::chunked ? Passage::plain : Passage::verbatim;
}

void Exchange::begin_answer(const ResponseHead& head) {
  has_answer_ = true;
  leave_room();
  if (outgoing_.capacity() > kept_bytes_max) outgoing_ = std::string();
  server_keeps_alive_ = head.keeps_alive;
  answer_.begin(head.body_end, head.body_bytes);
  passage_ = choose_passage(head);
  const bool ends_with_connection =
      passage_ == Passage::plain || (passage_ == Passage::verbatim && head.body_end == BodyEnd::close);
  keeps_alive_ = keeps_alive_ && !ends_with_connection && request_.is_done();
  is_error_ = head.status >= 400;
  if (has_begun_stream_) return server_->consume(head.bytes);
  shared_.text.clear();
  const ResponseChange change{.keep_alive = keeps_alive_,
                              .to_http_1_0 = is_http_1_0_,
                              .drops_framing = passage_ != Passage::verbatim,
                              .framing = passage_ == Passage::chunked ? "Transfer-Encoding: chunked\r\n" : ""};
  format_response(server_->in(), head, change, shared_.text);
  server_->consume(head.bytes);
  if (passage_ == Passage::whole) {
    answer_head_ = shared_.text.substr(0, shared_.text.size() - 2);  // Its length is still to come.
  } else if (passage_ == Passage::verbatim) {
    // What came with the head goes with it.
    const std::size_t taken = answer_.take(server_->in());
    const std::string_view body = server_->in().substr(0, taken);
    if (taken <= joined_bytes_max) {
      client_.send(shared_.text.append(body));
    } else {
      client_.send(shared_.text, body);
    }
    server_->consume(taken);
  } else {
    client_.send(shared_.text);
  }
}

Exchange::Outcome Exchange::pass_answer_body() {
  const std::string_view text = server_->in();
  if (!answer_.is_done() && !text.empty()) {
    if (passage_ == Passage::verbatim) {
      const std::size_t taken = answer_.take(text);
      client_.send(text.substr(0, taken));
      server_->consume(taken);
    } else {
      shared_.text.clear();
      server_->consume(answer_.take(text, &shared_.text));
      pass_data(shared_.text);
    }
  }
  if (answer_.is_broken()) return Outcome::broken;
  if (!answer_.is_done()) {
    if (!server_->has_ended() || !server_->in().empty()) return Outcome::going;
    if (!answer_.end_of_stream()) return Outcome::lost;
  }
  end_data();
  return Outcome::done;
}

void Exchange::pass_data(std::string_view data) {
  if (passage_ == Passage::whole || passage_ == Passage::as_event) {
    if (passage_ == Passage::as_event)
      data = data.substr(0, whole_bytes_max - std::min(whole_bytes_max, collected_.size()));
    collected_.append(data);
    if (collected_.size() <= whole_bytes_max) return;
    // Too long to be read: it goes on as it is.
    editor_.reset();
    passage_ = is_http_1_0_ ? Passage::plain : Passage::chunked;
    keeps_alive_ = keeps_alive_ && !is_http_1_0_;
    client_.send(answer_head_ + (is_http_1_0_ ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n"));
    return say(std::exchange(collected_, {}));
  }
  if (!editor_) return say(data);
  shared_.edited.clear();
  editor_->feed(data, shared_.edited);
  take_tags();
  say(shared_.edited);
}

void Exchange::end_data() {
  if (passage_ == Passage::verbatim) return;
  std::string out;
  if (editor_) {
    editor_->feed(std::exchange(collected_, {}), out);
    editor_->finish(out);
    take_tags();
  }
  if (passage_ == Passage::whole) {
    const std::string length = "Content-Length: " + std::to_string(out.size()) + "\r\n\r\n";
    return client_.send(answer_head_ + length, out);
  }
  if (passage_ == Passage::as_event) out = format_event(is_error_, editor_ ? out : collected_);
  say(out);
  end_stream();
}

void Exchange::say(std::string_view data) {
  if (data.empty()) return;
  if (is_http_1_0_) return client_.send(data);
  if (data.size() > joined_bytes_max) {
    client_.send(chunk_line(data.size()), data);
    return client_.send("\r\n");
  }
  shared_.chunk.assign(chunk_line(data.size())).append(data).append("\r\n");
  client_.send(shared_.chunk);
}

void Exchange::end_stream() {
  if (!is_http_1_0_) client_.send("0\r\n\r\n");
}

void Exchange::take_tags() {
  std::vector<TagRequest> requests = editor_->take_requests();
  if (!requests.empty()) shared_.house.take_requests(std::move(requests));
}

}  // namespace malin::api::proxy
