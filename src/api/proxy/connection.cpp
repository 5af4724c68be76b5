#include "api/proxy/connection.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "api/proxy/exchange.hpp"
#include "net/http.hpp"

namespace malin::api::proxy {

Connection::Connection(std::shared_ptr<Shared> shared, Tcp::socket socket)
    : shared_(std::move(shared)), client_(std::make_shared<Peer>(std::move(socket))) {
  client_->set_owner(&wake_);
}

Task<void> Connection::serve(std::shared_ptr<Connection> self) {
  for (bool goes_on = true; goes_on && !self->shared_->is_stopped;) {
    goes_on = co_await self->next_request();
    if (!goes_on) break;
    Exchange exchange(*self);
    goes_on = co_await exchange.run();
  }
  co_await self->flush();
  self->client_->set_owner(nullptr);
  self->client_->close();
  self->has_ended_ = true;
}

void Connection::cut() {
  client_->close();
  wake_.ring();
  if (has_ended_) return;
  // It waits for something else than its wake. The signal is given in a while, so it must live until then.
  cancel_.emit(boost::asio::cancellation_type::terminal);
  boost::asio::post(shared_->executor, [self = shared_from_this()] {});
}

void Connection::tick() {
  if (deadline_ > shared_->now) return;
  deadline_ = Moment::max();
  is_late_ = true;
  wake_.ring();
}

void Connection::give(std::chrono::seconds span) {
  deadline_ = shared_->now + span;
  is_late_ = false;
}

// Leaves the head in `shared_->request`.
Task<bool> Connection::next_request() {
  give(shared_->limits.idle);
  bool has_begun = false;
  for (;;) {
    unsigned refusal = 400;
    const Parsed parsed =
        client_->in().empty() ? Parsed::incomplete : parse_request(client_->in(), shared_->request, refusal);
    if (parsed == Parsed::whole) co_return true;
    if (parsed == Parsed::refused) {
      co_await refuse(refusal);
      co_return false;
    }
    if (client_->has_ended() || shared_->is_stopped) co_return false;
    if (is_late_) {
      if (has_begun) co_await refuse(408);
      co_return false;
    }
    if (!has_begun && !client_->in().empty()) {
      has_begun = true;
      give(shared_->limits.head);
    }
    client_->read();
    while (!wake_.take()) co_await wake_.sleep();
  }
}

Task<void> Connection::refuse(unsigned status) {
  const Answer answer = format_error(
      Dialect::other, status, "this request cannot be read as HTTP/1.1: " + std::string(net::reason_phrase(status)));
  client_->send(format_answer(answer, false, false));
  co_await linger();
}

// Until all that was given has gone out.
Task<void> Connection::flush() {
  give(shared_->limits.idle);
  while (client_->unsent() != 0 && !client_->is_broken() && !is_late_ && !shared_->is_stopped)
    while (!wake_.take()) co_await wake_.sleep();
}

// Cut at once, a client that still sends would often lose the answer.
Task<void> Connection::linger() {
  co_await flush();
  client_->end_sending();
  give(shared_->limits.linger);
  while (!client_->has_ended() && !is_late_ && !shared_->is_stopped) {
    client_->consume(client_->in().size());
    client_->read();
    while (!wake_.take()) co_await wake_.sleep();
  }
}

}  // namespace malin::api::proxy
