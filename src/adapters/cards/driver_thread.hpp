// A thread for questions to a driver, which may take long or hang for ever (a card near its last byte does that).
// Invariants: questions run one after another; each has a deadline; the thread never touches the asker's executor, and
// a hung one is left behind rather than waited for.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin::adapters {

class DriverThread {
 public:
  DriverThread();
  ~DriverThread();  // Does not wait for a question that is still running.
  DriverThread(const DriverThread&) = delete;

  // Runs `job` on the thread, sometime.
  void post(std::function<void()> job);

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool closed = false;
  };
  static void serve(std::shared_ptr<Queue> queue);

  std::shared_ptr<Queue> queue_;
};

using CardQuestion = std::function<Result<CardReading>()>;

// Asks on one DriverThread on behalf of one card. A question that outlived its deadline is waited for before the next
// one is asked, so that a hung driver collects no queue.
class CardInquiry {
 public:
  CardInquiry(DriverThread& thread, std::string who, Duration limit)
      : thread_(thread), who_(std::move(who)), limit_(limit) {}

  // timeout: no answer within the limit.
  Task<Result<CardReading>> ask(CardQuestion question);

 private:
  struct Answer;

  DriverThread& thread_;
  std::string who_;
  Duration limit_;
  std::shared_ptr<Answer> pending_;
};

}  // namespace malin::adapters
