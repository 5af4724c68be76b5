#include "app/conversation.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "core/backoff.hpp"
#include "core/explain.hpp"
#include "core/person_reply.hpp"

namespace malin::app {

namespace asio = boost::asio;

namespace {

constexpr Duration patience{50'000};               // Telegram's longest.
constexpr Duration patience_after_trouble{5'000};  // So that one sees soon that it is over.
constexpr Duration reply_interval{1000};           // Telegram takes one message a second in a chat.
constexpr Duration silence_max{60'000};            // What cannot be answered sooner is not answered.

Task<void> wait_for(asio::steady_timer& bell) { co_await bell.async_wait(asio::as_tuple(asio::use_awaitable)); }

std::string swap_text(bool enabled) {
  return enabled ? "Swapping is on." : "Swapping is off: nobody is sent away, and whoever is away comes back.";
}

}  // namespace

Conversation::Conversation(asio::any_io_executor executor, Clock& clock, const Config& config,
                           control::Controller& controller, Courier& courier, Inbox& inbox)
    : clock_(clock),
      config_(config),
      controller_(controller),
      courier_(courier),
      inbox_(inbox),
      stopped_(std::move(executor), asio::steady_timer::time_point::max()) {}

Task<void> Conversation::run() {
  using namespace asio::experimental::awaitable_operators;
  if (is_stopped_) co_return;
  co_await (listen() || wait_for(stopped_));
}

void Conversation::stop() {
  is_stopped_ = true;
  stopped_.cancel();
}

Task<void> Conversation::listen() {
  for (;;) {
    co_await offer_menu();
    const Duration wait = failures_ == 0 ? patience : patience_after_trouble;
    const Result<std::vector<Heard>> heard = co_await inbox_.listen(next_, wait);
    if (is_stopped_) co_return;
    if (!heard) {
      note(std::unexpected(heard.error()));
      co_await pause();
      continue;
    }
    note({});
    bool is_taken = true;
    for (std::size_t i = 0; i < heard->size() && is_taken; ++i) {
      Heard one = heard->at(i);
      is_taken = co_await take(std::move(one));
    }
    if (!is_taken) co_await pause();
  }
}

Task<void> Conversation::offer_menu() {
  if (has_menu_) co_return;
  const Result<void> offered = co_await inbox_.set_menu(command_menu(config_));
  has_menu_ = offered.has_value();
  if (!offered && failures_ == 0) spdlog::warn("person: no menu of commands: {}", offered.error().message);
}

Task<void> Conversation::pause() {
  failures_ = std::max(failures_, 1);
  const Duration wait = std::max(backoff(failures_, "inbox"), inbox_.silence());
  co_await clock_.sleep_until(clock_.now() + wait);
}

void Conversation::note(const Result<void>& heard) {
  failures_ = heard ? 0 : failures_ + 1;
  const std::string trouble = heard ? "" : heard.error().message;
  if (std::exchange(trouble_, trouble) == trouble) return;
  controller_.note_heard(heard);
  if (heard)
    spdlog::info("person: commands are read again");
  else
    spdlog::warn("person: commands cannot be read: {}", trouble);
}

Task<bool> Conversation::take(Heard heard) {
  if (heard.sender == Sender::stranger) {
    controller_.note_stranger();
    spdlog::warn("person: update={} is from another chat; it gets no answer", heard.id);
  }
  if (heard.sender != Sender::person || (heard.press.empty() && heard.text.empty())) {
    next_ = heard.id + 1;
    co_return true;
  }
  const std::int64_t id = heard.id;
  spdlog::info("person: update={} is a {}", id, heard.press.empty() ? "message" : "press");
  Task<bool> taking = heard.press.empty() ? take_command(id, parse_command(config_, heard.text)) : take_press(heard);
  const bool is_taken = co_await std::move(taking);
  if (is_taken) next_ = id + 1;
  co_return is_taken;
}

Task<bool> Conversation::take_command(std::int64_t id, PersonCommand command) {
  if (auto* ask = std::get_if<AskMedia>(&command)) {
    const bool is_taken = co_await take_media(id, std::move(*ask));
    co_return is_taken;
  }
  const bool is_confirmed = co_await confirm(id);
  if (!is_confirmed) co_return false;
  std::string text = co_await perform(std::move(command));
  co_await reply(std::move(text));
  co_return true;
}

// The status message of the job is the answer.
Task<bool> Conversation::take_media(std::int64_t id, AskMedia ask) {
  Submission submission{.kind = ask.kind, .prompt = ask.prompt, .key = key_of_update(id), .is_told = true};
  const Result<control::Submitted> submitted = co_await controller_.submit(std::move(submission));
  if (submitted) co_return true;
  if (submitted.error().code != Errc::refused && submitted.error().code != Errc::not_found) {
    spdlog::warn("person: update={} waits: {}", id, submitted.error().message);
    co_return false;
  }
  const bool is_confirmed = co_await confirm(id);
  if (is_confirmed) co_await reply("I did not take it: " + submitted.error().message + ".");
  co_return is_confirmed;
}

// A press may be dealt with twice: its job is the same.
Task<bool> Conversation::take_press(Heard heard) {
  const std::optional<Press> press = parse_press(heard.data);
  std::string text;
  if (const auto* job = press ? std::get_if<PressCancel>(&*press) : nullptr) text = co_await cancel(job->job);
  if (const auto* job = press ? std::get_if<PressAgain>(&*press) : nullptr) text = co_await try_again(job->job);
  const Result<void> answered = co_await inbox_.answer_press(heard.press, std::move(text));
  if (!answered) spdlog::warn("person: a press has no answer: {}", answered.error().message);
  co_return true;
}

// What follows is asked for, which says that this was read; what comes back is heard again.
Task<bool> Conversation::confirm(std::int64_t id) {
  const Result<std::vector<Heard>> following = co_await inbox_.listen(id + 1, Duration::zero());
  if (!following) note(std::unexpected(following.error()));
  co_return following.has_value();
}

Task<std::string> Conversation::perform(PersonCommand command) {
  if (const auto* unclear = std::get_if<Unclear>(&command)) co_return unclear->answer;
  if (std::holds_alternative<AskStatus>(command)) co_return status_text(controller_.situation());
  if (std::holds_alternative<AskQueue>(command)) co_return queue_text(controller_.situation(), controller_.waits());
  if (const auto* ask = std::get_if<AskSwap>(&command)) {
    const Result<void> done = co_await controller_.set_swap(ask->enabled);
    co_return done ? swap_text(ask->enabled) : done.error().message;
  }
  if (const auto* ask = std::get_if<AskRestore>(&command)) {
    std::string text = co_await restore(ask->sense);
    co_return text;
  }
  if (const auto* ask = std::get_if<AskCancel>(&command)) {
    JobId job = ask->job;
    const Job* own = newest_own_job(controller_.situation().ledger);
    if (job.empty() && own != nullptr) job = own->id;
    if (job.empty()) co_return "Nothing of yours is under way.";
    std::string text = co_await cancel(std::move(job));
    co_return text;
  }
  co_return help_text(config_);
}

Task<std::string> Conversation::cancel(JobId job) {
  const Result<void> done = co_await controller_.cancel(job);
  co_return done ? job + " is cancelled." : done.error().message;
}

Task<std::string> Conversation::restore(std::string sense) {
  std::vector<std::string> senses;
  if (!sense.empty()) senses.push_back(std::move(sense));
  if (senses.empty()) {
    const Situation now = controller_.situation();
    senses = who_is_away(now, view_senses(now)).senses;
  }
  if (senses.empty()) co_return "Nobody is away.";
  std::string text;
  for (const std::string& one : senses) {
    const Result<void> done = co_await controller_.restore(one);
    text += (text.empty() ? "" : "\n") + (done ? one + " is asked back." : done.error().message);
  }
  co_return text;
}

Task<std::string> Conversation::try_again(JobId job) {
  const Result<Job> failed = co_await controller_.job(job);
  if (!failed) co_return failed.error().message;
  if (failed->state != JobState::failed) co_return job + " is " + to_string(failed->state) + " already";
  Submission submission{.kind = failed->kind,
                        .prompt = failed->prompt,
                        .params = failed->params,
                        .priority = failed->priority,
                        .key = key_of_repeat(job),
                        .is_told = true};
  const Result<control::Submitted> submitted = co_await controller_.submit(std::move(submission));
  if (!submitted) co_return submitted.error().message;
  co_return "I try again: " + submitted->job.id;
}

Task<void> Conversation::reply(std::string text) {
  const Duration silence = courier_.silence();
  if (silence > silence_max) {
    spdlog::warn("person: no answer, Telegram wants {} of silence", format_duration(silence));
    co_return;
  }
  co_await clock_.sleep_until(std::max(replied_at_ + reply_interval, clock_.now() + silence));
  const Buttons none;
  const Result<MessageId> sent = co_await courier_.announce(std::move(text), none);
  replied_at_ = clock_.now();
  if (!sent) spdlog::warn("person: an answer did not arrive: {}", sent.error().message);
}

}  // namespace malin::app
