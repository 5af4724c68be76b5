// The executor's verbs towards the person (control/executor.hpp).
#include "control/deadline.hpp"
#include "control/executor.hpp"

namespace malin::control {

namespace {

constexpr Duration line_limit{60'000};
constexpr Duration media_limit{600'000};  // Telegram answers an upload only when it has passed it on.

template <class T>
Result<void> note_sent(Observation& seen, const Ports& ports, std::int64_t item, const Result<T>& answer) {
  Sent& sent = seen.sent[item];
  sent.error.reset();
  seen.courier_silent_until = ports.clock.now() + ports.courier->silence();
  if (answer) return {};
  sent.error = answer.error();
  return std::unexpected(answer.error());
}

}  // namespace

Task<Result<void>> Executor::perform(Announce action) {
  Task<Result<MessageId>> announce = ports_.courier->announce(action.text);
  const Result<MessageId> answer = co_await within(ports_.clock, line_limit, "the courier", std::move(announce));
  if (answer) seen_.sent[action.item].message = *answer;
  co_return note_sent(seen_, ports_, action.item, answer);
}

Task<Result<void>> Executor::perform(Deliver action) {
  DeliveryOrder order;
  order.status = action.message;
  order.media = action.media;
  order.caption = action.caption;
  Task<Result<MessageId>> deliver = ports_.courier->deliver(std::move(order));
  const Result<MessageId> answer = co_await within(ports_.clock, media_limit, "the courier", std::move(deliver));
  if (answer) seen_.sent[action.item].message = *answer;
  co_return note_sent(seen_, ports_, action.item, answer);
}

Task<Result<void>> Executor::perform(Amend action) {
  Task<Result<void>> amend = ports_.courier->amend(action.message, action.text);
  const Result<void> answer = co_await within(ports_.clock, line_limit, "the courier", std::move(amend));
  co_return note_sent(seen_, ports_, action.item, answer);
}

Task<Result<void>> Executor::perform(ShowActivity action) {
  if (ports_.courier == nullptr) co_return Result<void>();
  Task<Result<void>> show = ports_.courier->show_activity(action.type);
  co_return co_await within(ports_.clock, line_limit, "the courier", std::move(show));
}

}  // namespace malin::control
