#include "proxy/caller.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "proxy/text.hpp"
#include "proxy/upstream.hpp"

namespace malin::bench {

std::string make_request(std::string_view query, std::size_t bytes) {
  std::string body = R"({"model":"bench",)";
  if (query.starts_with("chunks=")) body += R"("stream":true,)";
  body += R"("messages":[{"role":"user","content":")";
  do body += "good night, and ";
  while (body.size() < bytes);
  body += R"("}]})";
  return fmt::format(
      "POST /v1/chat/completions?{} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      query, body.size(), body);
}

Caller::Caller(Loop& loop, std::uint16_t port, const std::string& request, Outcome& outcome)
    : Channel(loop, connect_to(port)), request_(request), outcome_(outcome) {}

void Caller::ask() {
  is_busy_ = true;
  has_begun_ = has_head_ = false;
  in_.clear();
  asked_at_ = now();
  send(request_);
}

void Caller::on_data(std::string_view bytes) {
  if (!is_busy_) return fail();
  if (!std::exchange(has_begun_, true)) outcome_.first_bytes.push_back((now() - asked_at_).count());
  if (!has_head_) {
    in_.append(bytes);
    if (!take_head()) return;
  } else if (is_stream_) {
    in_.append(bytes);
  } else {
    body_left_ -= std::min(body_left_, bytes.size());
  }
  if (is_stream_) {
    take_tokens();
    if (!in_.ends_with("\r\n0\r\n\r\n")) return;
  } else if (body_left_ != 0) {
    return;
  }
  end_answer();
}

bool Caller::take_head() {
  const auto end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head = std::string_view(in_).substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 200")) {
    fail();
    return false;
  }
  has_head_ = true;
  body_left_ = content_length(head);
  is_stream_ = body_left_ == 0;
  in_.erase(0, end + 4);
  if (is_stream_) return true;
  body_left_ -= std::min(body_left_, in_.size());
  in_.clear();
  return true;
}

void Caller::take_tokens() {
  const auto read_at = now().time_since_epoch().count();
  std::size_t whole = 0;
  std::size_t done = 0;
  for (auto end = in_.find("\n\n"); end != std::string::npos; end = in_.find("\n\n", done)) {
    const std::string_view event = std::string_view(in_).substr(done, end - done);
    done = end + 2;
    const auto stamp = event.find(stamp_key);
    if (stamp == std::string_view::npos) continue;
    const auto sent_at = static_cast<std::int64_t>(number_at(event, stamp + stamp_key.size()));
    outcome_.tokens.push_back(read_at - sent_at);
    if (whole++ != 0) ++outcome_.glued;
  }
  in_.erase(0, done);
}

void Caller::end_answer() {
  outcome_.answers.push_back((now() - asked_at_).count());
  ++answered_;
  is_busy_ = false;
  if (!is_stopped_) ask();
}

void Caller::fail() {
  ++outcome_.broken;
  is_busy_ = false;
  close();
}

void Caller::on_end() {
  if (is_busy_) ++outcome_.broken;
  is_busy_ = false;
}

}  // namespace malin::bench
