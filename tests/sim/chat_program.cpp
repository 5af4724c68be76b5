#include "sim/chat_program.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace malin::sim {

namespace {

constexpr Duration hold_limit{600'000};
constexpr Duration grace{3000};

// The client goes when its daemon does.
struct EndReply {
  world::LmStudio& studio;
  world::LmStudio::ReplyId reply;
  ~EndReply() { studio.end_reply(reply); }
};

}  // namespace

ChatProgram::ChatProgram(Universe& universe, Checker& checker, control::Controller& controller, Clock& clock,
                         Context& context)
    : universe_(universe),
      checker_(checker),
      clock_(clock),
      context_(context),
      engine_(universe.studios.front()->plan.name),
      house_(context.get_executor(), clock, universe.plan.config, controller,
             {.engine = engine_, .turn_grace = grace, .turn_expiry = universe.plan.turn_expiry}) {
  house_.on_news([this] {
    for (Waiting* one : waiting_) one->bell.ring();
  });
  boost::asio::co_spawn(context_, house_.run(), rethrow);
}

void ChatProgram::ask(const SenseSpec& sense, Duration length, std::string wish) {
  boost::asio::co_spawn(context_, request(sense, length, std::move(wish)), rethrow);
}

std::vector<const SenseSpec*> ChatProgram::senses() const {
  std::vector<const SenseSpec*> here;
  for (const SenseSpec& sense : universe_.plan.config.senses)
    if (sense.engine == engine_) here.push_back(&sense);
  return here;
}

Task<void> ChatProgram::request(const SenseSpec& sense, Duration length, std::string wish) {
  const bool is_admitted = co_await admit(sense.model);
  if (!is_admitted) co_return;
  co_await answer(sense, length);
  if (wish.empty()) co_return;
  std::vector<TagRequest> wishes(1);
  wishes.front().kind = std::move(wish);
  wishes.front().prompt = "as she said it";
  house_.take_requests(std::move(wishes));
}

// As the proxy admits a request: at once, or held until she is back, or not at all.
Task<bool> ChatProgram::admit(std::string model) {
  using namespace boost::asio::experimental::awaitable_operators;
  const bool may_at_once = co_await may_speak(model, false);
  if (may_at_once) co_return true;
  Waiting waiting{.since = clock_.now(), .bell = control::Bell(context_.get_executor())};
  waiting_.push_back(&waiting);
  note_waiting();
  const TimePoint until = waiting.since + hold_limit;
  bool may = false;
  while (!may && clock_.now() < until) {
    co_await (waiting.bell.wait() || clock_.sleep_until(until));
    may = co_await may_speak(model, true);
  }
  waiting_.remove(&waiting);
  note_waiting();
  co_return may;
}

Task<bool> ChatProgram::may_speak(const std::string& model, bool has_waited) {
  const api::proxy::Standing standing = house_.look_up(model);
  if (standing.is_away || (has_waited && standing.is_unknown)) co_return false;
  std::string name = model;
  const bool may = co_await house_.begin_turn(std::move(name));
  co_return may;
}

Task<void> ChatProgram::answer(const SenseSpec& sense, Duration length) {
  const std::string name = fmt::format("answer {}", ++answers_);
  checker_.asked(sense.name);
  checker_.turn_began(name, TimePoint::max());
  world::LmStudio& studio = universe_.studios.front()->studio;
  world::ReplyRequest request;
  request.prompt = "hello";
  if (const auto reply = studio.begin_reply(sense.identifier, std::move(request))) {
    const EndReply end(studio, *reply);
    co_await clock_.sleep_until(clock_.now() + length);
  }
  checker_.turn_ended(name);
  house_.leave_turn();
}

void ChatProgram::note_waiting() {
  if (waiting_.empty()) return house_.note_waiting(std::nullopt);
  const auto first = std::ranges::min_element(waiting_, {}, [](const Waiting* one) { return one->since; });
  house_.note_waiting(clock_.now() - (*first)->since);
}

}  // namespace malin::sim
