// The answer's way back (api/proxy/exchange.hpp).
#include <utility>

#include "api/proxy/exchange.hpp"
#include "api/proxy/head_format.hpp"

namespace malin::api::proxy {

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
    if (!is_http_1_0_) client_.send(text.substr(0, head.bytes));
    server_->consume(head.bytes);
  }
  begin_answer(head);
  return Outcome::going;
}

void Exchange::begin_answer(const ResponseHead& head) {
  has_answer_ = true;
  replay_ = std::string();
  server_keeps_alive_ = head.keeps_alive;
  answer_.begin(head.body_end, head.body_bytes);
  unwraps_chunks_ = is_http_1_0_ && head.body_end == BodyEnd::chunked;
  keeps_alive_ = keeps_alive_ && head.body_end != BodyEnd::close && !unwraps_chunks_ && request_.is_done();
  shared_.text.clear();
  const ResponseChange change{
      .keep_alive = keeps_alive_, .to_http_1_0 = is_http_1_0_, .drops_framing = unwraps_chunks_};
  format_response(server_->in(), head, change, shared_.text);
  server_->consume(head.bytes);
  if (unwraps_chunks_) return client_.send(shared_.text);
  // What came with the head goes with it.
  const std::size_t taken = answer_.take(server_->in());
  client_.send(shared_.text, server_->in().substr(0, taken));
  server_->consume(taken);
}

Exchange::Outcome Exchange::pass_answer_body() {
  const std::string_view text = server_->in();
  if (!answer_.is_done() && !text.empty()) {
    if (unwraps_chunks_) {
      shared_.text.clear();
      server_->consume(answer_.take(text, &shared_.text));
      client_.send(shared_.text);
    } else {
      const std::size_t taken = answer_.take(text);
      client_.send(text.substr(0, taken));
      server_->consume(taken);
    }
  }
  if (answer_.is_broken()) return Outcome::broken;
  if (answer_.is_done()) return Outcome::done;
  if (!server_->has_ended() || !server_->in().empty()) return Outcome::going;
  return answer_.end_of_stream() ? Outcome::done : Outcome::lost;
}

}  // namespace malin::api::proxy
