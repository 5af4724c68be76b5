// The person's side of the conversation: hears what the person writes and presses, asks the loop for it, and answers.
// Always true: what was heard is confirmed to the inbox before it is done, unless it may be done twice (a job has a
// key, a cancelled job stays cancelled). So a crash repeats nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/controller.hpp"
#include "ports/clock.hpp"
#include "ports/courier.hpp"
#include "ports/inbox.hpp"

namespace malin::app {

class Conversation {
 public:
  // All references outlive it.
  Conversation(boost::asio::any_io_executor executor, Clock& clock, const Config& config,
               control::Controller& controller, Courier& courier, Inbox& inbox);

  // Until `stop`; what is under way then is cancelled.
  Task<void> run();
  void stop();

 private:
  Task<void> listen();
  Task<void> offer_menu();
  Task<void> pause();
  // False: it could not be dealt with now, and will be heard again.
  Task<bool> take(Heard heard);
  Task<bool> take_command(std::int64_t id, PersonCommand command);
  Task<bool> take_media(std::int64_t id, AskMedia ask);
  Task<bool> take_press(Heard heard);
  Task<bool> confirm(std::int64_t id);
  Task<std::string> perform(PersonCommand command);
  Task<std::string> cancel(JobId job);
  Task<std::string> restore(std::string sense);
  Task<std::string> try_again(JobId job);
  Task<void> reply(std::string text);
  void note(const Result<void>& heard);

  Clock& clock_;
  const Config& config_;
  control::Controller& controller_;
  Courier& courier_;
  Inbox& inbox_;
  std::int64_t next_ = 0;  // The first that was not dealt with; 0: whatever is there.
  int failures_ = 0;       // In a row.
  std::string trouble_;    // As it was logged.
  bool has_menu_ = false;
  TimePoint replied_at_{};
  boost::asio::steady_timer stopped_;
  bool is_stopped_ = false;
};

}  // namespace malin::app
