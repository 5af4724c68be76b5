// The live loop of the demo: what a chat program does with Malin. It begins a turn, lets her brain answer, hands the
// reply over, ends the turn, and pauses; now and then somebody asks for a picture.
#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "app/rest_client.hpp"
#include "net/http_client.hpp"
#include "ports/clock.hpp"

namespace malin::app {

struct TalkCounters {
  int said = 0;    // Replies heard to their end.
  int cut = 0;     // Broken off in the middle.
  int waited = 0;  // Messages that found someone away and were answered later, or still wait.
  int tags = 0;    // Jobs that her replies asked for.
};

class DemoTalk {
 public:
  // `daemon`: Malin's address. `brain`: LM Studio's. `model`: the identifier to talk to. The clock outlives the talk.
  DemoTalk(boost::asio::any_io_executor executor, Clock& clock, net::Url daemon, net::Url brain, std::string model);

  // Talks until `stop`; a reply that has begun is heard to its end.
  Task<void> run();
  void stop() { is_stopping_ = true; }
  bool is_talking() const { return is_talking_; }
  bool is_waiting() const { return is_waiting_; }  // For her return.
  const TalkCounters& counters() const { return counters_; }

 private:
  // The turn's id, once she may talk; empty when the talk ends before.
  Task<std::string> begin_turn();
  Task<void> one_turn(std::string question);
  // Her whole reply, kept alive as a turn; empty when it was cut.
  Task<std::string> hear(std::string question, std::string turn);

  Clock& clock_;
  RestClient daemon_;
  net::HttpClient brain_;
  std::string model_;
  TalkCounters counters_;
  bool is_stopping_ = false;
  bool is_talking_ = false;
  bool is_waiting_ = false;
};

}  // namespace malin::app
