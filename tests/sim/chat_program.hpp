// A chat program whose requests pass through the proxy: the production house says when she may speak, so that what is
// asked for never reaches an engine that would load it anew, and no window opens under an answer. It dies with its
// daemon.
#pragma once

#include <list>
#include <string>

#include "api/proxy/controller_house.hpp"
#include "sim/checker.hpp"
#include "sim/universe.hpp"

namespace malin::sim {

class ChatProgram {
 public:
  // Of the first LM Studio. All references outlive it.
  ChatProgram(Universe& universe, Checker& checker, control::Controller& controller, Clock& clock, Context& context);

  // Asks this sense, which is one of the config, for an answer of so long. `wish`: a kind that she asks for in it; may
  // be empty.
  void ask(const SenseSpec& sense, Duration length, std::string wish);
  // The senses that can be asked.
  std::vector<const SenseSpec*> senses() const;

 private:
  struct Waiting {
    TimePoint since{};
    control::Bell bell;
  };
  Task<void> request(const SenseSpec& sense, Duration length, std::string wish);
  Task<bool> admit(std::string model);
  Task<bool> may_speak(const std::string& model, bool has_waited);
  Task<void> answer(const SenseSpec& sense, Duration length);
  void note_waiting();

  Universe& universe_;
  Checker& checker_;
  Clock& clock_;
  Context& context_;
  std::string engine_;
  api::proxy::ControllerHouse house_;
  std::list<Waiting*> waiting_;
  int answers_ = 0;
};

}  // namespace malin::sim
