// One request and its answer. Both bodies pass as they come and at once; what one side does not take stops the other
// side from sending. Inside the proxy only.
//
// Always true: when the client goes, the connection behind is closed, and with it the work that was done for it; the
// client gets either the whole answer or a connection that ends before its end; and nothing of a request whose model is
// away has been sent to the server.
#pragma once

#include <memory>
#include <string>

#include "api/proxy/answer_editor.hpp"
#include "api/proxy/body.hpp"
#include "api/proxy/connection.hpp"
#include "api/proxy/route.hpp"

namespace malin::api::proxy {

class Exchange {
 public:
  explicit Exchange(Connection& connection);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Of the request in `Shared::request`. Whether the connection can take another one.
  Task<bool> run();

 private:
  enum class Outcome { going, done, lost, broken, gone, tunnel };
  // How the answer's body goes on.
  enum class Passage { verbatim, plain, chunked, whole, as_event };

  void take_head();
  bool reuse_server();
  Task<bool> connect_server();
  void use_server(std::shared_ptr<Peer> server, bool is_reused);
  Task<Outcome> relay();
  void pass_request();
  void begin_request();
  void ask_for_more();
  bool may_repeat() const;
  void release_server();
  Task<bool> answer(Answer answer);
  Task<bool> fail(unsigned status, std::string message);

  // Whether the request may go on; if not, it has been answered or its client has gone.
  bool may_pass();
  Task<bool> admit();
  Task<bool> read_wish();
  Task<bool> speak();
  Task<bool> hold(const Standing& standing);
  Task<bool> wait();
  Task<bool> wait_again();
  Task<bool> turn_away(Standing standing, AwayPolicy policy);
  AwayPolicy policy_for(const Standing& standing) const;
  void send_comment();
  std::optional<int> retry_after_s(const Standing& standing) const;

  Outcome pass_answer();
  Outcome take_answer_head();
  void begin_answer(const ResponseHead& head);
  bool is_seen_untagged(const ResponseHead& head) const;
  Passage choose_passage(const ResponseHead& head);
  Outcome pass_answer_body();
  void pass_data(std::string_view data);
  void end_data();
  void say(std::string_view data);  // In a stream of our own framing.
  void end_stream();
  void take_tags();
  void leave_room();

  Task<void> tunnel();

  Connection& connection_;
  Shared& shared_;
  Peer& client_;
  std::shared_ptr<Peer> server_;
  Route route_;
  std::string& outgoing_;  // The head as it goes on, and the body, as long as both are short and unanswered.
  std::string prefix_;     // The start of the body, where it was read before the request could go on.
  BodyScanner request_;
  BodyScanner answer_;
  std::string model_;
  WaitingRoom::Guest guest_;
  std::unique_ptr<AnswerEditor> editor_;
  std::string answer_head_;  // Passage::whole: it goes when its body's length is known.
  std::string collected_;    // Passage::as_event
  Passage passage_ = Passage::verbatim;
  bool is_head_ = false;      // The method.
  bool is_safe_ = false;      // The request may be repeated.
  bool is_http_1_0_ = false;  // The client.
  bool upgrades_ = false;
  bool wants_stream_ = false;
  bool expects_continue_ = false;
  bool keeps_alive_ = true;  // The client's connection.
  bool is_sent_ = false;     // The head of the request.
  bool is_reused_ = false;   // The connection behind.
  bool can_repeat_ = false;  // All that was sent is in `outgoing_`.
  bool is_repeat_ = false;
  bool has_answer_ = false;  // Its head has come.
  bool is_error_ = false;    // By its status.
  bool server_keeps_alive_ = false;
  bool is_speaking_ = false;       // It has joined the turn.
  bool is_guest_ = false;          // It is in the waiting room.
  bool has_begun_stream_ = false;  // The client was given the head of a stream while it waited.
};

}  // namespace malin::api::proxy
