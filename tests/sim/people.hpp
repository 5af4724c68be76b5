// The people: one who chats and asks for pictures, and one who clicks where they should not. They ask the daemon as
// anyone may, and never wait for it: what it answers comes as news.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/daemon.hpp"

namespace malin::sim {

class People {
 public:
  People(Universe& universe, Checker& checker, Journal& journal);

  // When one of them wants to do something next.
  TimePoint next() const;
  // Does what is due. `daemon`: nullptr while none runs.
  void act(Daemon* daemon);
  // No more trouble and no more jobs: they only chat, now and then, and undo what they did.
  void calm_down(Daemon& daemon);
  void daemon_died();
  // Now and then someone begins to talk while the commit that sends a sense away is under way.
  void saw_commit_begin(Daemon& daemon, const Changes& changes);

  int clicks() const { return clicks_; }
  int turns() const { return turns_; }
  int jobs_submitted() const { return submitted_; }

  // One deed each; for scenarios too.
  void submit(Daemon& daemon, const std::string& kind);
  void begin_turn(Daemon& daemon);
  void set_swap(Daemon& daemon, bool enabled);
  void abort_swap(Daemon& daemon);
  void cancel(Daemon& daemon, const JobId& job);
  void restore(Daemon& daemon, const std::string& sense);
  void eject(const std::string& engine, const std::string& identifier);
  void load_by_hand(Studio& studio, const std::string& model, const std::string& identifier);
  void ask_for(Studio& studio, const std::string& model);  // A program that makes LM Studio load it just in time.
  void speak(Studio& studio, const std::string& identifier, Duration length);
  void end_turn(Daemon& daemon);

 private:
  struct Talk {
    std::string turn;
    TimePoint keep_at{};
    TimePoint end_at{};
    bool is_lost = false;  // Its client is gone: nobody keeps or ends it.
  };
  template <class T, class Answer>
  void ask(Daemon& daemon, Task<T> question, Answer answer);
  void chat(Daemon& daemon);
  void chat_through_proxy(ChatProgram& program);
  void click(Daemon& daemon);
  void click_in_studio(Studio& studio);
  void tell(std::string what) { journal_.tell(universe_.clock.now(), std::move(what)); }

  Universe& universe_;
  Checker& checker_;
  Journal& journal_;
  const Roughness& rough_;
  Dice dice_;
  Dice worst_moment_;  // Of its own, so that old seeds draw as they did.
  Dice proxied_;       // The same.
  std::optional<Talk> talk_;
  bool is_asking_ = false;
  bool is_swap_on_ = true;
  bool is_calm_ = false;
  TimePoint chat_at_ = TimePoint::max();
  TimePoint job_at_ = TimePoint::max();
  TimePoint click_at_ = TimePoint::max();
  int clicks_ = 0;
  int turns_ = 0;
  int submitted_ = 0;
};

}  // namespace malin::sim
